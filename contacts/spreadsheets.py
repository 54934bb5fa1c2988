"""Rows as CSV that a spreadsheet opens as text: none of its cells is run as a formula. Pure.

Source: OWASP, CSV Injection: a cell is taken for a formula that begins with = + - @, tab, carriage return or line feed;
some spreadsheets read semicolons, tabs and line ends as the ends of cells, and full-width signs as signs.
"""

import csv
import re
from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"  # By which Excel knows UTF-8.
_FORMULA_START = re.compile(r"^(?=[=+\-@＝＋－＠\t\r\n])|(?<=[;\t\r\n])(?=[=+\-@＝＋－＠])")


class _Echo:
    """What `csv` writes to: answers each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(columns: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """The lines of a CSV file, each as it is asked for: no file is held as a whole."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(columns)
    for row in rows:
        yield writer.writerow(row)


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that it might, behind an apostrophe."""
    return _FORMULA_START.sub("'", text)
