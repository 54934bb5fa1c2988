"""Rows as CSV that a spreadsheet opens as text: none of its cells is run as a formula. Pure.

Source: OWASP, CSV Injection: a cell is taken for a formula that begins with = + - @, tab, carriage return or line feed;
some spreadsheets read semicolons, tabs and line ends as the ends of cells, and full-width signs as signs.
"""

import csv
import re
from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"  # By which Excel knows UTF-8.
BROKEN_OFF = "INCOMPLETE: this export broke off here. Please export it again."
_SIGN = "[=+\\-@＝＋－＠]"
# Apostrophes that stand before a sign count too: one that was typed is not taken for ours when a file is read back.
_SIGNED, _SIGNED_OR_BLANK = rf"(?='*{_SIGN})", rf"(?='*(?:{_SIGN}|[\t\r\n]))"
_FORMULA_START = re.compile(rf"^{_SIGNED_OR_BLANK}|(?<=[;\t\r\n]){_SIGNED}")
_ESCAPED_START = re.compile(rf"^'{_SIGNED_OR_BLANK}|(?<=[;\t\r\n])'{_SIGNED}")


class Number(str):
    """A canonical phone number: a text, though a spreadsheet would read a figure or a formula. Empty: withheld."""

    __slots__ = ()


Cell = str | int
Row = list[Cell]


class _Echo:
    """What `csv` writes to: answers each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(columns: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """The lines of a CSV file, each as it is asked for: no file is held as a whole. `plain` makes its cells safe."""
    line = csv.writer(_Echo()).writerow
    yield BYTE_ORDER_MARK + line(columns)
    yield from map(line, rows)


def csv_pieces(columns: list[str], pages: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    """A CSV file in UTF-8 with safe cells, a piece for each page of rows and when it is asked for.

    Where a page cannot be had, the file says in its last line that it broke off: a web server ends it like a whole one.
    """
    line = csv.writer(_Echo()).writerow
    yield f"{BYTE_ORDER_MARK}{line(columns)}".encode()
    try:
        for rows in pages:
            yield "".join(line([csv_cell(cell) for cell in row]) for row in rows).encode()
    except Exception:
        yield line([BROKEN_OFF]).encode()
        raise


def csv_cell(cell: Cell) -> str:
    """A cell as it stands in CSV: a number as `tel:+6591234567` (RFC 3966), a text so that nothing runs it.

    Every spreadsheet keeps the `tel:` form as it is, plus, leading zeros and all digits, and every reader of phone
    numbers knows it. Of `+6591234567` most keep a figure without its plus.
    """
    if isinstance(cell, Number):
        return f"tel:{cell}" if cell else ""
    return str(cell) if isinstance(cell, int) else plain(cell)


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that it might, behind an apostrophe."""
    return _FORMULA_START.sub("'", text)


def unescaped(text: str) -> str:
    """The text of which `plain` made this one."""
    return _ESCAPED_START.sub("", text)
