"""A contact as 3CX's phonebook has it. Pure.

3CX takes a found contact only where one of its phone fields equals the number that it searched, character by character
(seen in published templates, V18 and V20): the searched spelling stands in the place of the contact's own.
"""

from collections.abc import Iterable

# 3CX's fields for numbers, by the first words that a label may have; the last take whatever is left.
FIELDS = {
    "phone_mobile": ("mobile", "cell", "hand", "hp"),
    "phone_business": ("office", "business", "work", "company", "direct"),
    "phone_home": ("home", "private"),
    "phone_mobile2": (),
    "phone_business2": (),
    "phone_other": (),
    "fax_business": ("fax",),
}


def fields(numbers: Iterable[tuple[str, str]], searched: str = "", spelling: str = "") -> dict[str, str]:
    """3CX's phone fields for a contact's canonical numbers and their labels, all of them, empty where there is none.

    `searched` is the canonical number by which the contact was found, `spelling` how 3CX spelled it: it is always
    among the fields. A contact's further numbers, after the seventh, are left out: 3CX has no field for them.
    """
    filled = dict.fromkeys(FIELDS, "")
    for number, label in sorted(numbers, key=lambda pair: pair[0] != searched):
        if field := _field(label, filled):
            filled[field] = spelling if number == searched and spelling else number
    return filled


def searched_spelling(sent: str) -> str:
    """The spelling that 3CX searched: nothing encodes a plus in an address, and it arrives as a blank."""
    return "+" + sent[1:] if sent[:1] == " " and sent[1:2].isdigit() else sent


def _field(label: str, filled: dict[str, str]) -> str | None:
    """The free field that suits a label best, None where all are taken."""
    free = [field for field, value in filled.items() if not value]
    suiting = [field for field in free if any(label.casefold().startswith(word) for word in FIELDS[field])]
    return next(iter(suiting + free), None)
