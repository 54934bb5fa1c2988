"""How all that is held about a person becomes one file: JSON, in the words of whoever asks for it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import phone
from contacts.acting import actor
from contacts.subjects import Subject
from integrations_3cx.failures import masked
from privacy.models import Deed
from privacy.sections import SECTIONS, Section

VERSION = 1
WORDS = {
    "history_date": gettext_lazy("When"),
    "history_type": gettext_lazy("What happened"),
    "difference": gettext_lazy("Before and after"),
    "fields": gettext_lazy("What was typed"),
    "said_before": gettext_lazy("What it said before"),
    "merged_at": gettext_lazy("Made one"),
    "undone_at": gettext_lazy("Parted again"),
    "file": gettext_lazy("File"),
    "uploaded_at": gettext_lazy("Uploaded"),
    "row": gettext_lazy("Row"),
    "rows": gettext_lazy("Rows"),
    "cells": gettext_lazy("What the row said"),
    "before": gettext_lazy("What was known before"),
    "after": gettext_lazy("What it brought"),
    "faults": gettext_lazy("Why it was rejected"),
    "repairs": gettext_lazy("What was mended"),
    "headings": gettext_lazy("Headings"),
    "outcome": gettext_lazy("What became of it"),
    "key": gettext_lazy("Mark"),
    "call_id": gettext_lazy("Call id"),
    "closed_as": gettext_lazy("What became of it"),
    "created_at": gettext_lazy("Written down"),
    "updated_at": gettext_lazy("Last changed"),
    "first_at": gettext_lazy("First"),
    "last_at": gettext_lazy("Last"),
    "count": gettext_lazy("How often"),
    "error": gettext_lazy("Fault"),
    "message": gettext_lazy("What was answered"),
    "object_repr": gettext_lazy("About"),
    "change_message": gettext_lazy("What was done"),
    "action_time": gettext_lazy("When"),
}


def written(subject: Subject, now: datetime | None = None) -> str:
    """The file as text; that it was written is kept in the history. It names no colleagues who did something."""
    text = json.dumps(told(subject, now or timezone.now()), ensure_ascii=False, indent=2)
    Deed.objects.create(kind=Deed.Kind.FILE, about=_about(subject), done_by=actor().name)
    return text


def told(subject: Subject, now: datetime) -> dict:
    sections = [_section(section, section.rows(subject)) for section in SECTIONS]
    return {
        "title": _("What is held about a person"),
        "format": "dbncrm.held-about",
        "version": VERSION,
        "written_at": _plain(now),
        "numbers": sorted(subject.numbers),
        "how_to_read": _(
            "Each section has its own entries; “words” says what their parts are. Times are in ISO 8601. An empty"
            " section holds nothing. Backups may hold earlier states for as long as they are kept."
        ),
        "sections": sections,
    }


def file_name(subject: Subject) -> str:
    """A name that tells no number: files lie about in folders of downloads."""
    whose = f"contact-{min(subject.contacts)}" if subject.contacts else "number"
    return f"held-about-{whose}-{timezone.localdate():%Y-%m-%d}.json"


def _about(subject: Subject) -> str:
    keys = ", ".join(map(str, sorted(subject.contacts)))[:30]
    return f"contact {keys}" if keys else without_middle(min(subject.numbers))


def without_middle(number: str) -> str:
    """A number that is told from others and not read; of a short one, the last digit."""
    return f"…{number[-1]}" if len(number) <= phone.LONGEST_SHORT_NUMBER else masked(number)


def forget_numbers(subject: Subject) -> None:
    """Takes these numbers, masked as they are, out of what is kept of files."""
    told = [without_middle(number) for number in subject.numbers]
    for rows in (Deed._base_manager, Deed.history):
        rows.filter(about__in=told).update(about="")


def _section(section: Section, rows: Iterable[Model | dict]) -> dict:
    rows = list(rows)
    return {
        "section": section.name,
        "heading": str(section.heading),
        "explanation": str(section.explanation),
        "words": {name: _word(section, name) for name in section.fields},
        "entries": [{name: _plain(_value(row, name)) for name in section.fields} for row in rows],
    }


def _word(section: Section, name: str) -> str:
    """What a part is called: in words of its own, or as the table has it."""
    try:
        kept = apps.get_model(section.tables[0])._meta.get_field(name)
    except FieldDoesNotExist:
        return str(WORDS[name])
    return str(WORDS.get(name) or capfirst(str(kept.verbose_name)))


def _value(row: Model | dict, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return str(value) if isinstance(value, UUID) else value
