"""How Django's log forgets a person: who did something, and when, stays; what it was called goes."""

import json
from functools import reduce
from operator import or_

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from contacts.models import Contact
from contacts.subjects import Subject

NOTHING = "—"


def log_entries(subject: Subject) -> list[LogEntry]:
    """The entries about the contacts, and each that names the person. Reads the table."""
    kind = ContentType.objects.get_for_model(Contact)
    own = Q(content_type=kind, object_id__in=[str(key) for key in subject.contacts])
    found = LogEntry.objects.filter(own | reduce(or_, map(_holds, subject.spellings), Q()))
    return [entry for entry in found if _is_of(entry, kind, subject) or _names(entry, subject)]


def _holds(spelling: str) -> Q:
    """Messages are JSON, in which letters beyond ASCII may be written as their codes."""
    texts = {spelling, json.dumps(spelling)[1:-1]}
    return reduce(or_, (Q(object_repr__icontains=text) | Q(change_message__icontains=text) for text in texts))


def _is_of(entry: LogEntry, kind: ContentType, subject: Subject) -> bool:
    return entry.content_type_id == kind.pk and entry.object_id in {str(key) for key in subject.contacts}


def _names(entry: LogEntry, subject: Subject) -> bool:
    return subject.is_named_in(entry.object_repr) or subject.is_named_in(entry.get_change_message())


def erase(subject: Subject) -> None:
    keys = [entry.pk for entry in log_entries(subject)]
    LogEntry.objects.filter(pk__in=keys).update(object_repr=NOTHING, change_message="")
