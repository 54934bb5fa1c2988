"""How commands are told whom they are about: a number in any spelling, or a contact by its key."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from contacts import subjects
from contacts.models import Contact, canonical
from contacts.subjects import Subject


def add_subject(parser: CommandParser) -> None:
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument(
        "number",
        nargs="?",
        metavar="NUMBER",
        help="in any spelling: all that is on the number, but not the contacts who have it",
    )
    whom.add_argument("--contact", type=int, metavar="ID", help="a contact, by the key in its address")


def contact_of(options: dict[str, Any]) -> Contact:
    """Of one that was merged, the contact that it is in. Raises CommandError."""
    found = Contact.objects.known_as(options["contact"]).first()
    if found is None:
        raise CommandError(f"No contact has the key {options['contact']}.")
    return found


def number_of(options: dict[str, Any]) -> str:
    """Raises CommandError."""
    try:
        return canonical(options["number"])
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None


def keepers(options: dict[str, Any]) -> str:
    """A line on the contacts who have the number that is asked about, and are not what is asked about; or empty."""
    holders = [] if options["contact"] is not None else subjects.holders(number_of(options))
    named = ", ".join(f"{contact} (--contact {contact.pk})" for contact in holders)
    return f"Contacts with this number, who keep it: {named}" if named else ""


def subject_of(options: dict[str, Any]) -> Subject:
    """Raises CommandError."""
    if options["contact"] is not None:
        return subjects.of_contact(contact_of(options))
    return subjects.of_number(number_of(options))
