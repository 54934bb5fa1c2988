"""Decides what the columns of an import are taken for: guesses from headings and cells, in several languages. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contacts import phone
from contacts.importing.repairing import LABEL_MAX_LENGTH
from contacts.phone import Rule

# A column counts as one of numbers or addresses where this share of its filled cells is.
ENOUGH = 0.6


class Target(StrEnum):
    """What a column holds."""

    NOTHING = ""
    ID = "id"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    EMAIL = "email"
    NUMBER = "number"
    LABEL = "label"
    PRIMARY = "primary"
    REMARKS = "remarks"
    ARCHIVED = "archived"


MAY_REPEAT = frozenset({Target.NOTHING, Target.NUMBER, Target.LABEL, Target.REMARKS})


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is taken for; of a column of numbers, the label that they get."""

    target: Target
    label: str = ""


IGNORED = Column(Target.NOTHING)

_HEADINGS: Mapping[Target, str] = {
    Target.ID: "id|contact id|crm id|编号",
    Target.NAME: "name|full name|contact|contact name|customer|customer name|client|client name|display name"
    "|nama|nom|nombre|姓名|名称|名字|客户|客户姓名|联系人",
    Target.FIRST_NAME: "first name|firstname|given name|forename|vorname|prénom|名",
    Target.LAST_NAME: "last name|lastname|surname|family name|nachname|姓",
    Target.COMPANY: "company|company name|organisation|organization|firm|firma|business|account|syarikat"
    "|公司|公司名称|单位",
    Target.EMAIL: "email|e mail|mail|email address|e mail address|emel|邮箱|电子邮件|邮件",
    Target.REMARKS: "remarks|remark|notes|note|comment|comments|description|memo"
    "|notizen|notiz|bemerkungen|bemerkung|kommentar|备注|说明",
    Target.PRIMARY: "primary|primary number",
    Target.ARCHIVED: "archived|is archived|inactive|归档|已归档",
}
_TARGETS = {heading: target for target, headings in _HEADINGS.items() for heading in headings.split("|")}
# A heading with one of these words is of numbers; which label follows from the rest of it.
_NUMBER_WORDS = frozenset(
    "phone phones telephone tel telefon telefono mobile mobil cell cellphone handphone hp fax 电话 手机 号码".split()
)
_NUMBER_PARTS = ("电话", "手机", "号码", "传真")
_LABELS: Mapping[str, str] = {
    "mobile": "mobile", "mobil": "mobile", "cell": "mobile", "cellphone": "mobile", "handphone": "mobile",
    "hp": "mobile", "手机": "mobile", "office": "office", "work": "office", "business": "office", "办公": "office",
    "home": "home", "private": "home", "house": "home", "家庭": "home", "fax": "fax", "传真": "fax",
    "other": "other", "main": "main",
}  # fmt: skip
# Our own exports have `Number 1`, `Label 1`, `Number 2` ...
_OF_EXPORTS = re.compile(r"(?P<target>number|label) [0-9]+\Z")
_NO_LABEL_WORDS = _NUMBER_WORDS | frozenset("no nr number numbers nummer value".split())


def heading_key(heading: str) -> str:
    """A heading as headings are compared: `E-Mail_Address ` is `e mail address`."""
    letters = unicodedata.normalize("NFKC", heading).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())


def guess(headings: Sequence[str], samples: Sequence[Sequence[str]], region: str) -> list[Column]:
    """What each column is, by its heading, else by the cells of the first rows; none but numbers and remarks twice."""
    columns = [_by_heading(heading) for heading in headings]
    cells = [[row[place].strip() for row in samples if place < len(row)] for place in range(len(headings))]
    for place, column in enumerate(columns):
        if column == IGNORED and _LABEL_OF_NOTHING.get(heading_key(headings[place])) is None:
            columns[place] = _by_cells(list(filter(None, cells[place])), region)
    columns = _without_foreign_ids(_each_once(columns))
    return columns if _has_name(columns) else _with_name(columns, cells)


def recognised(row: Sequence[str]) -> int:
    """How many cells of a row are headings that are known."""
    return sum(_by_heading(cell) != IGNORED for cell in row)


# Our own column of reasons, in files of rejected rows.
REASON_HEADING = "Reason"
_LABEL_OF_NOTHING = {heading_key(REASON_HEADING): True}


def _by_heading(heading: str) -> Column:
    key = heading_key(heading)
    if key in _TARGETS:
        return Column(_TARGETS[key])
    if exported := _OF_EXPORTS.match(key):
        return Column(Target(exported["target"]))
    words = key.split()
    if _NUMBER_WORDS.intersection(words) or any(part in key for part in _NUMBER_PARTS) or key in _LABELS:
        return Column(Target.NUMBER, _label(heading, words))
    return Column(Target.NUMBER) if key in {"number", "contact number", "contact no", "no"} else IGNORED


def _label(heading: str, words: list[str]) -> str:
    key = heading_key(heading)
    known = [label for word, label in _LABELS.items() if word in words or (not word.isascii() and word in key)]
    if known:
        # `Business mobile` is a mobile.
        return "mobile" if "mobile" in known else known[0]
    return " ".join(word for word in words if word not in _NO_LABEL_WORDS and not word.isdecimal())[:LABEL_MAX_LENGTH]


def _by_cells(cells: list[str], region: str) -> Column:
    if not cells:
        return IGNORED
    if sum("@" in cell and "." in cell for cell in cells) >= ENOUGH * len(cells):
        return Column(Target.EMAIL)
    if sum(_is_number(cell, region) for cell in cells) >= ENOUGH * len(cells):
        return Column(Target.NUMBER)
    return IGNORED


def _is_number(cell: str, region: str) -> bool:
    spelling = cell.strip("=\"' ")
    return phone.read(spelling, region).rule in {Rule.INTERNATIONAL, Rule.NATIONAL, Rule.BARE_INTERNATIONAL}


def _without_foreign_ids(columns: list[Column]) -> list[Column]:
    """A column `ID` is of our own IDs in an export alone, which also tells who is archived."""
    is_ours = Column(Target.ARCHIVED) in columns
    return [IGNORED if column.target is Target.ID and not is_ours else column for column in columns]


def _each_once(columns: list[Column]) -> list[Column]:
    seen: set[Target] = set()
    kept = []
    for column in columns:
        kept.append(column if column.target in MAY_REPEAT or column.target not in seen else IGNORED)
        seen.add(column.target)
    return kept


def _has_name(columns: list[Column]) -> bool:
    return bool({Target.NAME, Target.FIRST_NAME, Target.LAST_NAME} & {column.target for column in columns})


def _with_name(columns: list[Column], cells: list[list[str]]) -> list[Column]:
    """The first column of words is the name where no heading says which is."""
    for place, column in enumerate(columns):
        filled = list(filter(None, cells[place]))
        if column == IGNORED and filled and all(any(map(str.isalpha, cell)) for cell in filled):
            return [*columns[:place], Column(Target.NAME), *columns[place + 1 :]]
    return columns
