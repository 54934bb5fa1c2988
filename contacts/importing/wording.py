"""How people read what a row changes, what was repaired in it, and why it is rejected."""

from dataclasses import dataclass

from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from contacts import dates, phone
from contacts.importing.repairing import LABEL_MAX_LENGTH, MOST_NUMBERS_IN_A_CELL, Fault, Repair
from contacts.importing.rows import MOST_CHARACTERS, MOST_NUMBERS
from contacts.models import Contact, ContactNumber

_REPAIRS = {
    Repair.FORMULA: gettext_lazy("taken out of a formula"),
    Repair.APOSTROPHE: gettext_lazy("freed of an apostrophe"),
    Repair.BLANKS: gettext_lazy("freed of stray blanks"),
    Repair.PLUS: gettext_lazy("lost plus put back"),
    Repair.ZERO: gettext_lazy("lost zero put back"),
    Repair.SCIENTIFIC: gettext_lazy("written out in full"),
    Repair.DECIMAL: gettext_lazy("freed of its decimals"),
    Repair.EXTENSION: gettext_lazy("extension put into the label"),
    Repair.WORD: gettext_lazy("word put into the label"),
    Repair.SEVERAL: gettext_lazy("several numbers in one cell"),
    Repair.ZEROS: gettext_lazy("zeros are no phone number; left out"),
    Repair.UNLISTED: gettext_lazy("no numbering plan knows it; taken as it is"),
    Repair.EMAIL: gettext_lazy("address taken out of its frame"),
    Repair.NAME_FROM_COMPANY: gettext_lazy("the company is the name"),
}
_FAULTS = {
    Fault.LOST_DIGITS: gettext_lazy("A spreadsheet has lost digits of it. Write the number in full, as text."),
    Fault.NO_NUMBER: gettext_lazy("It is no phone number. Mend it, or empty the cell."),
    Fault.ERROR: gettext_lazy("It is an error of the spreadsheet. Mend its formula, or empty the cell."),
    Fault.WITHOUT_RESULT: gettext_lazy(
        "It is a formula without its result. Open the file in a spreadsheet and save it anew, or write the result."
    ),
    Fault.DATE: gettext_lazy("It is a date or a time, and no phone number. Mend it, or empty the cell."),
    Fault.QUANTITY: gettext_lazy("It is a quantity, and no phone number. Mend it, or empty the cell."),
    Fault.SHORT_ENDING: gettext_lazy("It is too short for a number of its own. Write each number in full."),
    Fault.TOO_MANY_NUMBERS: gettext_lazy(
        "There are more than {most_numbers} numbers in a cell, or {most_in_row} in the row."
    ),
    Fault.NUMBER_MISSING: gettext_lazy("There is no phone number. A new contact needs one."),
    Fault.NAME_MISSING: gettext_lazy("There is no name. A new contact needs one."),
    Fault.TOO_LONG: gettext_lazy(
        "It is too long: names and companies have at most {most_name} characters, e-mail addresses {most_email},"
        " remarks {most_remarks}, labels {most_label}."
    ),
    Fault.BAD_EMAIL: gettext_lazy("It is no e-mail address. Mend it, or empty the cell."),
    Fault.BAD_SWITCH: gettext_lazy("Archived is yes, no or empty."),
    Fault.BAD_ID: gettext_lazy(
        "An ID is the whole number that a contact has here, of at most 15 digits. Mend it, or empty the cell."
    ),
    Fault.UNKNOWN_ID: gettext_lazy("No contact has this ID. Mend it, or give the name of a new contact."),
    Fault.OTHER_CONTACT: gettext_lazy(
        "The contact with this ID has another name and none of these numbers. Empty the ID, or mend what is wrong."
    ),
    Fault.BAD_PRIMARY: gettext_lazy(
        "It has to be the heading of the column in which the primary number of this row stands, or empty."
    ),
    Fault.TOO_MANY_CELLS: gettext_lazy("The row has more cells than there are headings. Does a delimiter lack quotes?"),
    Fault.CONTROL_CHARACTER: gettext_lazy("It holds control characters. Delete them."),
    Fault.SHARED_NUMBER: gettext_lazy(
        "Somebody of another name has this number. Mend the name, or choose what then happens, and import it again."
    ),
    Fault.SEVERAL_HOLDERS: gettext_lazy(
        "Several contacts of other names have these numbers. Give the ID of the one that is meant."
    ),
}
_LIMITS = {
    "most_numbers": MOST_NUMBERS_IN_A_CELL,
    "most_in_row": f"{MOST_NUMBERS:,}",
    "most_label": LABEL_MAX_LENGTH,
    **{f"most_{target}": f"{most:,}" for target, most in MOST_CHARACTERS.items()},
}


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a row changes, in words; empty for none."""

    name: str
    before: str
    after: str


def changes(before: dict | None, after: dict | None) -> list[Change]:
    """What a row changes of a contact that is there, as `planning` has it; nothing of what it adds."""
    if before is None or after is None:
        return []
    numbers = sorted(after.get("numbers", {}).items())
    fields = [name for name in ("name", "company", "email", "remarks", "archived_at", "primary") if name in after]
    return [
        *(Change(_name(field), _value(field, before[field]), _value(field, after[field])) for field in fields),
        *(
            Change(_name("number"), _labelled(number, before["numbers"][number]), _labelled(number, label))
            for number, label in numbers
        ),
    ]


def _name(field: str) -> str:
    numbers = {"primary": "is_primary", "number": "number"}
    known = ContactNumber if field in numbers else Contact
    return capfirst(str(known._meta.get_field(numbers.get(field, field)).verbose_name))


def _value(field: str, value: str | None) -> str:
    if field == "archived_at":
        return dates.local(parse_datetime(value)) if value else ""
    return phone.display(value) if field == "primary" and value else value or ""


def _labelled(number: str, label: str | None) -> str:
    """A number with its label; None for one that the contact does not have."""
    comma = pgettext("between what is said of one thing", ", ")
    return "" if label is None else comma.join(filter(None, [phone.display(number), label]))


def repair_words(repair: dict) -> str:
    """What was repaired in a cell: `lost plus put back, …`."""
    comma = pgettext("between what is said of one thing", ", ")
    return comma.join(str(_REPAIRS[Repair(kind)]) for kind in repair["repairs"])


def fault_words(fault: dict) -> str:
    """Where a fault is, what stands there, and what to do: `Mobile, “6.59E+9”: A spreadsheet …`."""
    advice = str(_FAULTS[Fault(fault["fault"])]).format(**_LIMITS)
    cell = _("“{cell}”").format(cell=fault["cell"]) if fault["cell"] else ""
    place = pgettext("between what is said of one thing", ", ").join(filter(None, [fault["column"], cell]))
    return _("{place}: {advice}").format(place=place, advice=advice) if place else advice
