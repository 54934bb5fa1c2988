"""Decides what a cell of an import means: its numbers and texts, what was repaired, or why it cannot be. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

import phonenumbers

from contacts import phone
from contacts.phone import Rule
from contacts.spreadsheets import unescaped

LABEL_MAX_LENGTH = 40
MOST_NUMBERS_IN_A_CELL = 20
# Of so many numbers with their words; what follows looks at some characters again and again.
LONGEST_CELL_OF_NUMBERS = 1_000
# ITU-T E.164, 6.1: no number has more digits; a longer one that no plan knows is two, or none.
LONGEST_E164 = 15
# What is kept of a cell beside a fault, so that its reader finds it.
SHOWN_LENGTH = 60

# A cell is read whole and in parts, the same text several times.
_read = lru_cache(1024)(phone.read)

_FORMULA = re.compile(r'=\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<sign>\+?)(?P<number>[0-9.]+))\s*\Z')
# ECMA-376, Part 1, 18.17.3, and what Excel 365 adds.
_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA)\Z",
    re.IGNORECASE,
)
_WITHOUT_RESULT = re.compile(r"=\s*[\w(+\-\"'$@{]|=\Z")
# The apostrophe behind which people hide digits from a spreadsheet; what exports hide, `unescaped` knows.
_GUARD = re.compile(r"'(?=[0-9(])")
# Blanks and signs that part numbers, where one or two of them say as much.
_LONG_GAP = re.compile(r"[\s,;]{3,}")
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
# Nothing but one number, or several of them, and no words: most cells.
_DIGITS = re.compile(r"\+?[0-9][0-9 ()-]*\Z")
_EXPORTED = re.compile(r"(?:tel:)?(?P<number>\+[1-9][0-9]{5,18}|[0-9]{1,20})\Z")
_SCIENTIFIC = re.compile(r"\+?(?P<whole>[0-9])(?:[.,](?P<rest>[0-9]+))?[eE]\+?(?P<exponent>[0-9]{1,3})\Z")
_DECIMAL = re.compile(r"(?P<whole>\+?[0-9]{4,})[.,]0+\Z")
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_YEAR = r"(?:19|20)[0-9]{2}"
_DATE = re.compile(
    rf"(?:{_YEAR}(?P<a>[-./]){_MONTH}(?P=a){_DAY}|{_DAY}(?P<b>[-./]){_DAY}(?P=b){_YEAR})(?:[T,\s]\s*{_TIME}.*)?\Z"
)
# What may be a number too, where a plan knows it.
_SHORT_DATE = re.compile(rf"{_DAY}(?P<a>[-./]){_DAY}(?P=a)[0-9]{{2}}\Z|{_TIME}\Z")
_QUANTITY = re.compile(
    r"[-$€£¥]?\s*(?:[0-9]{1,3}(?:[.,'’][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+\.[0-9]+|[0-9]+,[0-9]{1,2})\s*[%€]?\Z"
)
_EXTENSION = re.compile(
    r"(?:;\s*ext\s*=|[\s,;]*(?:\bextension|\bextn?\b|(?<=[\d\s)])x|分机|内线|#)[\s.:=]*)(?P<digits>[0-9]{1,6})(?=\s*(?:\Z|[,;/|&\n]))",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*(?:[/,;|&、，；／\r\n\t]|\s(?:or|and|und|oder|和|或|与)\s|(?<=[\d)])\s*[和或与]\s*(?=[+(\d]))+\s*",
    re.IGNORECASE,
)
_BEFORE_PLUS = re.compile(r"(?<=[0-9)])\s*(?=\+)")
_WORD_BEFORE = re.compile(r"\(?(?P<word>[^\W\d_]{1,20}(?:\s[^\W\d_]{1,20})?)\)?[\s.:：]*(?=[+(\d])")
_WORD_BEHIND = re.compile(r"(?<=[\d)])\s*[(\s](?P<word>[^\W\d_]{1,20})\)?\Z")
_SCHEMES = frozenset({"tel:", "sip:", "sips:", "callto:"})
_NOT_LABELS = frozenset({"tel", "telephone", "phone", "ph", "no", "nr", "number", "电话"})
# What people write where there is nothing to write.
_PLACEHOLDERS = frozenset(
    {"", "-", "--", "---", "–", "—", ".", "/", "?", "n/a", "n.a.", "na", "nil", "none", "null", "无"}
)
# Zeros and the signs between digits: it reaches whoever writes it, and so would make many people one.
_ZEROS = re.compile(r"[+0\s().,/–—‐‑−-]*\Z")
_SHORT_ENDING = re.compile(r"[0-9]{1,4}\Z")


class Repair(StrEnum):
    """What was mended in a cell."""

    FORMULA = "formula"
    APOSTROPHE = "apostrophe"
    BLANKS = "blanks"
    PLUS = "plus"
    ZERO = "zero"
    SCIENTIFIC = "scientific"
    DECIMAL = "decimal"
    EXTENSION = "extension"
    WORD = "word"
    SEVERAL = "several"
    ZEROS = "zeros"
    UNLISTED = "unlisted"
    EMAIL = "email"
    NAME_FROM_COMPANY = "name_from_company"


class Fault(StrEnum):
    """Why a row is not taken."""

    LOST_DIGITS = "lost_digits"
    NO_NUMBER = "no_number"
    ERROR = "error"
    WITHOUT_RESULT = "without_result"
    DATE = "date"
    QUANTITY = "quantity"
    SHORT_ENDING = "short_ending"
    TOO_MANY_NUMBERS = "too_many_numbers"
    NUMBER_MISSING = "number_missing"
    NAME_MISSING = "name_missing"
    TOO_LONG = "too_long"
    BAD_EMAIL = "bad_email"
    BAD_SWITCH = "bad_switch"
    BAD_ID = "bad_id"
    UNKNOWN_ID = "unknown_id"
    OTHER_CONTACT = "other_contact"
    BAD_PRIMARY = "bad_primary"
    TOO_MANY_CELLS = "too_many_cells"
    CONTROL_CHARACTER = "control_character"
    SHARED_NUMBER = "shared_number"
    SEVERAL_HOLDERS = "several_holders"


class Refused(Exception):
    """A cell that cannot be mended. `cell` is what stands in it, or the part at fault."""

    def __init__(self, fault: Fault, cell: str = "") -> None:
        super().__init__(fault, cell)
        self.fault = fault
        self.cell = cell[:SHOWN_LENGTH]


@dataclass(frozen=True, slots=True)
class Found:
    """A canonical number of a cell, and what stood beside it that may serve as its label."""

    number: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    found: tuple[Found, ...]
    repairs: tuple[Repair, ...]


def text(cell: str) -> tuple[str, list[Repair]]:
    """A cell's words as they were meant: no formula around them, no guard before, no blanks at the ends.

    Raises Refused for characters that no text has. Remarks may say anything, `=1+1` too.
    """
    repairs: list[Repair] = []
    if _CONTROLS.search(cell):
        raise Refused(Fault.CONTROL_CHARACTER, "".join(filter(str.isprintable, cell)))
    words = _unwrapped(cell.strip(), repairs)
    # Blanks at the ends are in every other file; only odd ones are worth a word.
    if words != cell.strip(" ") and not repairs:
        repairs.append(Repair.BLANKS)
    return words, repairs


def one_line(cell: str) -> tuple[str, list[Repair]]:
    """As `text`, with each run of blanks made one."""
    words, repairs = text(cell)
    if not repairs:
        _require_result(words)
    line = " ".join(words.split())
    return line, repairs if line == words or repairs else [Repair.BLANKS]


def numbers(cell: str, region: str) -> Numbers:
    """The numbers of a cell, in their order. Raises Refused where any of them is none: a row is taken whole or not."""
    words, repairs = text(cell)
    if not repairs:
        _require_result(words)
    if words.casefold() in _PLACEHOLDERS:
        return Numbers((), ())
    if guard := _GUARD.match(words):
        repairs.append(Repair.APOSTROPHE)
        words = words[guard.end() :]
    words = _LONG_GAP.sub(_short_gap, words)
    if len(words) > LONGEST_CELL_OF_NUMBERS:
        raise Refused(Fault.NO_NUMBER, words)
    words = _whole(words, repairs)
    bare = _bare(words)
    if _is_zeros(bare):
        return Numbers((), (*repairs, Repair.ZEROS))
    _require_phone(bare, region)
    parts = _parts(words, region)
    if len(parts) > MOST_NUMBERS_IN_A_CELL:
        raise Refused(Fault.TOO_MANY_NUMBERS, cell)
    if len(parts) > 1:
        repairs.append(Repair.SEVERAL)
        _require_full_numbers(parts, has_slash="/" in words)
    found: dict[str, Found] = {}
    if any(map(_is_zeros, parts)):
        repairs.append(Repair.ZEROS)
    for part in parts:
        if _is_zeros(part):
            continue
        number = _number(part, region, repairs)
        found.setdefault(number.number, number)
    return Numbers(tuple(found.values()), tuple(dict.fromkeys(repairs)))


def _short_gap(gap: re.Match[str]) -> str:
    signs = set(gap[0])
    return next((sign for sign in ",;\n\r\t" if sign in signs), " ")


def exported_number(cell: str, region: str) -> str:
    """The number that an export wrote, as it is stored; empty where the cell says anything else."""
    exported = _EXPORTED.match(cell)
    return exported["number"] if exported and _read(exported["number"], region).number == exported["number"] else ""


def email(cell: str) -> tuple[str, list[Repair]]:
    """The address in a cell; whether it is one is the model's to say."""
    words, repairs = one_line(cell)
    address = words.removeprefix("mailto:").removeprefix("MAILTO:")
    if address.endswith(">") and "<" in address:
        address = address[address.rindex("<") + 1 : -1]
    return address.strip(), repairs if address == words else [*repairs, Repair.EMAIL]


def _require_result(words: str) -> None:
    if _ERROR.match(words):
        raise Refused(Fault.ERROR, words)
    if _WITHOUT_RESULT.match(words):
        raise Refused(Fault.WITHOUT_RESULT, words)


def _unwrapped(words: str, repairs: list[Repair]) -> str:
    """`="+65…"`, and `'+65…` as our own exports have it, without what a spreadsheet needs around them."""
    if formula := _FORMULA.match(words):
        repairs.append(Repair.FORMULA)
        quoted = formula["quoted"]
        return (formula["sign"] + formula["number"] if quoted is None else quoted.replace('""', '"')).strip()
    if "'" in words and words != unescaped(words):
        repairs.append(Repair.APOSTROPHE)
        return unescaped(words).strip()
    return words


def _whole(words: str, repairs: list[Repair]) -> str:
    """The digits of a number that a spreadsheet took for a quantity. Raises Refused where some of them are lost."""
    if decimal := _DECIMAL.match(words):
        repairs.append(Repair.DECIMAL)
        return decimal["whole"]
    scientific = _SCIENTIFIC.match(words)
    if not scientific:
        return words
    rest, exponent = scientific["rest"] or "", int(scientific["exponent"])
    if len(rest) != exponent:
        raise Refused(Fault.LOST_DIGITS, words)
    repairs.append(Repair.SCIENTIFIC)
    return scientific["whole"] + rest


def _require_phone(words: str, region: str) -> None:
    """Raises Refused for a date, a time or a quantity, of which the digits would make a number."""
    plain = unicodedata.normalize("NFKC", words[: phone.LONGEST_SPELLING]).strip()
    if _DATE.match(plain):
        raise Refused(Fault.DATE, words)
    if not (_SHORT_DATE.match(plain) or _QUANTITY.match(plain)) or _is_planned(words, region):
        return
    raise Refused(Fault.DATE if _SHORT_DATE.match(plain) else Fault.QUANTITY, words)


def _parts(words: str, region: str) -> list[str]:
    """A cell at the places where another number begins. What a plan knows as one number stays one: `030/23125400`."""
    # What stands behind a semicolon is no part of a number to `phone`, but may be the next one here.
    if ";" not in words and _read(_bare(words), region).rule in {Rule.INTERNATIONAL, Rule.NATIONAL}:
        return [words]
    marked = _EXTENSION.sub(lambda extension: f" ext {extension['digits']}", words)
    parts = [part for piece in _SEPARATOR.split(marked) for part in _BEFORE_PLUS.split(piece)]
    filled = [part for part in map(str.strip, parts) if part]
    return [half for part in filled for half in _halves(part, region)] or [words]


def _is_zeros(words: str) -> bool:
    """Whether nothing but zeros stands where a number would: `0`, `+000`, `0000-0000`."""
    plain = words if words.isascii() else unicodedata.normalize("NFKC", words)
    return "0" in plain and bool(_ZEROS.match(plain))


def _bare(words: str) -> str:
    """What stands between the words of a cell, without an extension at its end."""
    extension = _EXTENSION.search(words)
    if extension and extension.end() < len(words):
        return words
    return _without_words(words, [])[0]


def _halves(part: str, region: str) -> list[str]:
    """Two numbers with a blank between them, where each is one and both together are none."""
    if _is_planned(_bare(part), region):
        return [part]
    blanks = [blank.start() for blank in re.finditer(r"\s+", part[: phone.LONGEST_SPELLING])]
    for blank in blanks:
        first, second = part[:blank], part[blank:].strip()
        if _is_planned(first, region) and _is_planned(second, region):
            return [first, second]
    return [part]


def _is_planned(part: str, region: str) -> bool:
    rule = _read(part, region).rule
    return rule in {Rule.INTERNATIONAL, Rule.NATIONAL, Rule.BARE_INTERNATIONAL}


def _require_full_numbers(parts: list[str], *, has_slash: bool) -> None:
    """`6123 4567/8` may mean 6123 4568; nobody can tell for sure."""
    for before, part in pairwise(parts):
        if _SHORT_ENDING.match(part) and (has_slash or len(phone.digits_of(before)) > phone.LONGEST_SHORT_NUMBER):
            raise Refused(Fault.SHORT_ENDING, part)


def _number(part: str, region: str, repairs: list[Repair]) -> Found:
    spelling, label = _without_words(part, repairs)
    spelling = _whole(spelling, repairs)
    _require_phone(spelling, region)
    reading = _read(spelling, region)
    digits = phone.digits_of(spelling)
    if not reading.number or (reading.rule is Rule.UNLISTED and len(digits) > LONGEST_E164):
        raise Refused(Fault.NO_NUMBER, part)
    if reading.rule in {Rule.UNLISTED, Rule.SHORT}:
        repairs.append(Repair.UNLISTED)
    elif reading.number == f"+{digits}" and "+" not in unicodedata.normalize("NFKC", spelling):
        repairs.append(Repair.PLUS)
    elif reading.rule is Rule.NATIONAL and _lacks_zero(digits, region):
        repairs.append(Repair.ZERO)
    return Found(reading.number, label[:LABEL_MAX_LENGTH])


def _lacks_zero(digits: str, region: str) -> bool:
    """Whether a national number is without the zero with which the people of the region write it."""
    return not digits.startswith("0") and phonenumbers.ndd_prefix_for_region(region, True) == "0"


def _without_words(part: str, repairs: list[Repair]) -> tuple[str, str]:
    """A number without the words and the extension beside it, and what these make as a label."""
    if _DIGITS.match(part):
        return part, ""
    words: list[str] = []
    part, extension = _without_extension(part, repairs)
    before, behind = _WORD_BEFORE.match(part), _WORD_BEHIND.search(part)
    if before and before[0].casefold() not in _SCHEMES:
        words.append(before["word"])
        part = part[before.end() :]
        behind = _WORD_BEHIND.search(part)
    if behind:
        words.append(behind["word"])
        part = part[: behind.start()]
    if words:
        repairs.append(Repair.WORD)
    labels = [word for word in words if word.casefold() not in _NOT_LABELS]
    return part, " ".join([*labels, *extension])


def _without_extension(part: str, repairs: list[Repair]) -> tuple[str, list[str]]:
    extension = _EXTENSION.search(part)
    if not extension:
        return part, []
    repairs.append(Repair.EXTENSION)
    return part[: extension.start()], [f"ext. {extension['digits']}"]
