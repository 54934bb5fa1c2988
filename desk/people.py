"""Who a number reaches, and which numbers are not offered for a call, for the pages of the desk."""

from collections.abc import Iterable

from callnotes import do_not_disturb
from callnotes.models import TimelineRow
from contacts.models import Contact

PEOPLE_AT_MOST = 30


def people_at(number: str) -> dict:
    """The context of a page about a number: its contacts, those who are archived apart. One query."""
    found = list(Contact.objects.reached_at(number).active_first()[: PEOPLE_AT_MOST + 1])
    contacts = found[:PEOPLE_AT_MOST]
    return {
        "number": number,
        "people_limit": PEOPLE_AT_MOST if len(found) > PEOPLE_AT_MOST else None,
        "contacts": [contact for contact in contacts if not contact.archived_at],
        "archived": [contact for contact in contacts if contact.archived_at],
    }


def at_peace(*numbers: str) -> dict:
    """Those of the numbers on a page that are not offered for a call. One query."""
    return {"at_peace": do_not_disturb.asked_for(numbers)}


def ledger_of(*numbers: str, beside: Iterable[str] = ()) -> dict:
    """The do-not-disturb entries of a page's own numbers, and which are not offered of these and those beside them.

    One query; a second where one of the page's own is not to be disturbed.
    """
    context = at_peace(*numbers, *beside)
    quiet = context["at_peace"].intersection(numbers)
    return context | {"peace": do_not_disturb.in_force_on(quiet) if quiet else []}


def numbers_of(rows: Iterable[TimelineRow]) -> set[str]:
    return {row.number for row in rows}
