"""How a person is erased: everywhere, at once or not at all, and for good."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from callnotes import erasing as of_calls
from callnotes.suppression import KeyMissing
from changes import erasing as of_log
from contacts import erasing as of_contacts
from contacts.acting import actor
from contacts.models import Contact
from contacts.subjects import Subject
from contacts.turns import turns
from integrations_3cx import erasing as of_machines
from privacy import held, leftovers
from privacy.models import Deed
from privacy.sections import SECTIONS, Section


class NotAsSeen(Exception):
    """Something about the person has come, or gone, since somebody looked."""


REFUSALS = {
    of_contacts.ImportUnderWay: _(
        "A file is being checked, imported or undone, and may hold the person. Wait until it is done, or stop it."
    ),
    KeyMissing: _(
        "The person does not want to be called. To keep that wish without the number, DBN CRM needs a key: set"
        " DO_NOT_DISTURB_KEY (docs/privacy.md), restart, and erase again."
    ),
    NotAsSeen: _("Something about the person has come or gone meanwhile. Nothing was erased: look again."),
}


def refusal(error: Exception) -> str:
    """Why nothing was erased, and what to do."""
    return str(REFUSALS[type(error)])


@dataclass(frozen=True, slots=True)
class Part:
    """What there is of a section, and what the erasing makes of it."""

    section: Section
    count: int


def preview(subject: Subject, counted: Mapping[str, int] | None = None) -> list[Part]:
    """What there is of each section; some may be counted already, by their names.

    Costs a query or two for each, and the reading of files that are still here.
    """
    counts = dict(counted or {})
    return [
        Part(section, counts[section.name] if section.name in counts else _count(section.rows(subject)))
        for section in SECTIONS
    ]


def _count(rows: Iterable) -> int:
    return rows.count() if isinstance(rows, QuerySet) else sum(1 for _row in rows)


def seen(parts: Iterable[Part]) -> str:
    """A text that is another one as soon as there is more or less of anything."""
    counts = [[part.section.name, part.count] for part in parts]
    return hashlib.sha256(json.dumps(counts).encode()).hexdigest()


def check(subject: Subject) -> None:
    """Raises ImportUnderWay, and KeyMissing where a wish in force could not be kept."""
    of_contacts.check_no_import_is_under_way()
    if of_calls.wishes(subject).exists() and not settings.DO_NOT_DISTURB_KEY:
        raise KeyMissing


def erase(subject: Subject, as_seen: str | None = None) -> list[Part]:
    """Erases the person, and answers what there was. One trace stays: that it was done, when and by whom.

    Raises NotAsSeen where `as_seen` is given and another now, and as `check` does. What imports keep is searched before
    anything waits; then calls and notes about the numbers wait until it is done, on SQLite all who write.
    """
    check(subject)
    searched = of_contacts.search(subject)
    with turns(subject.numbers | {address.lower() for address in subject.emails}):
        list(Contact.with_merged.select_for_update().filter(pk__in=subject.contacts).order_by("pk"))
        check(subject)
        found = of_contacts.search(subject, searched)
        parts = preview(subject, {"imported_rows": len(found.rows), "uploaded_files": len(found.uploads)})
        if as_seen not in (None, seen(parts)):
            raise NotAsSeen
        of_machines.erase(subject, of_calls.call_ids(subject))
        of_calls.erase(subject)
        of_log.erase(subject)
        of_contacts.erase_import_rows(subject, found.rows)
        of_contacts.erase_headings(subject)
        of_contacts.erase_uploads(found.uploads)
        of_contacts.erase_contacts(subject)
        held.forget_numbers(subject)
        Deed.objects.create(kind=Deed.Kind.ERASURE, done_by=actor().name)
    leftovers.overwrite()
    return parts
