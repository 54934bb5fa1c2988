"""The do-not-disturb ledger as CSV: read bit by bit, however long it is."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from django.contrib.auth.models import AbstractBaseUser

from callnotes import history
from callnotes.models import DoNotDisturb, DoNotDisturbQuerySet
from contacts.models import Contact, ContactNumber
from contacts.spreadsheets import lines, plain

READ_AT_ONCE = 500
COLUMNS = ["number", "contacts", "since", "set by", "reason", "until"]
COLUMNS_OF_THE_PAST = ["lifted", "lifted by", "lifted because"]


def csv_lines(entries: DoNotDisturbQuerySet, zone: tzinfo, *, with_past: bool) -> Iterator[str]:
    """The lines of the file, newest entry first; `with_past` adds what became of entries that are not in force.

    The zone is that of who reads them: the lines are made when the request, and its zone with it, is over.
    A number is written as `tel:+6591234567` (RFC 3966), which every spreadsheet keeps as it is, plus and all.
    """
    columns = [*COLUMNS, *COLUMNS_OF_THE_PAST] if with_past else COLUMNS
    return lines(columns, (cells[: len(columns)] for cells in _rows(entries, zone)))


def _rows(entries: DoNotDisturbQuerySet, zone: tzinfo) -> Iterator[list[str]]:
    """Costs three queries for every READ_AT_ONCE entries."""
    before = None
    while page := history.newest(history.of(entries), READ_AT_ONCE, before):
        contacts = ContactNumber.objects.contacts_at({entry.number for entry in page})
        yield from (_cells(entry, contacts.get(entry.number, []), zone) for entry in page)
        before = page[-1].place


def _cells(entry: DoNotDisturb, contacts: list[Contact], zone: tzinfo) -> list[str]:
    return [
        f"tel:{entry.number}",
        plain("; ".join(contact.name for contact in contacts)),
        _moment(entry.set_at, zone),
        plain(_name(entry.set_by) or "3CX"),
        plain(entry.why),
        _moment(entry.ends_at, zone),
        _moment(entry.lifted_at, zone),
        plain(_name(entry.lifted_by)),
        plain(entry.lifting_reason),
    ]


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    """ISO 8601 with the zone's offset: `2026-03-03T14:05:00+08:00`."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""


def _name(person: AbstractBaseUser | None) -> str:
    return person.get_full_name() or person.get_username() if person else ""
