"""How several contacts become one: field by field, with their numbers and their history. `unmerging` takes it back."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from contacts import following
from contacts.models import Contact, Merge
from contacts.turns import turns

MERGED_AT_MOST = 6
FIELDS = ("name", "company", "email", "remarks", "archived_at")

State = dict[str, Any]


class NotAsSeen(Exception):
    """One of the contacts was changed, merged or deleted since somebody looked at them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the kept contact is to be: its fields, a label for each number, and which number is the primary one."""

    name: str
    company: str = ""
    email: str = ""
    remarks: str = ""
    archived_at: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)
    primary: str = ""


def state(contact: Contact) -> State:
    """What a contact says, its numbers, and the keys of those that were merged into it; as JSON has it. Two queries."""
    said = {name: getattr(contact, name) for name in FIELDS}
    return said | {
        "pk": contact.pk,
        "archived_at": contact.archived_at and contact.archived_at.astimezone(UTC).isoformat(),
        "numbers": list(contact.numbers.order_by("pk").values("pk", "number", "label", "is_primary")),
        "merged": sorted(Contact.with_merged.filter(merged_into=contact).values_list("pk", flat=True)),
    }


def seen(contacts: Iterable[Contact]) -> str:
    """A text that is another one as soon as any of the contacts says anything else."""
    states = sorted((state(contact) for contact in contacts), key=lambda said: said["pk"])
    return hashlib.sha256(json.dumps(states).encode()).hexdigest()


def merge(
    keep: Contact,
    others: list[Contact],
    outcome: Outcome,
    by: AbstractBaseUser,
    as_seen: str,
    now: datetime | None = None,
) -> Merge:
    """Merges the others into `keep`, which becomes the outcome. Raises NotAsSeen where `seen` of them is another now.

    The others stay as rows that lead to it. Notes and reports about their numbers wait until it is done.
    """
    with turns(whom_it_concerns([keep, *others])):
        standing = locked([keep.pk, *(other.pk for other in others)])
        if len(standing) <= len(others) or seen(standing) != as_seen:
            raise NotAsSeen
        kept = next(contact for contact in standing if contact.pk == keep.pk)
        merged = [contact for contact in standing if contact.pk != keep.pk]
        before = [state(contact) for contact in (kept, *merged)]
        newest = following.newest()
        moved = following.move(merged, kept)
        _unite_numbers(kept, merged, outcome)
        _lead(merged, kept)
        _fill(kept, outcome)
        return Merge.objects.create(
            kept=kept,
            before=before,
            after=state(kept),
            moved=moved,
            newest=newest,
            merged_by=by,
            merged_at=now or timezone.now(),
        )


def whom_it_concerns(contacts: Iterable[Contact]) -> set[str]:
    """The numbers and e-mail addresses by which calls, notes and chats find these contacts."""
    contacts = list(contacts)
    numbers = {row.number for contact in contacts for row in contact.numbers.all()}
    return numbers | {contact.email.lower() for contact in contacts if contact.email}


def locked(keys: Iterable[int]) -> list[Contact]:
    """Those of the contacts that were not merged, by key; nobody changes them before the transaction ends."""
    return list(Contact.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _unite_numbers(kept: Contact, merged: list[Contact], outcome: Outcome) -> None:
    """Every number once, each row as it was: of two with one number, that of the contact that comes first."""
    known = {row.number for row in kept.numbers.all()}
    for row in (row for contact in merged for row in contact.numbers.order_by("pk")):
        if row.number in known:
            row.delete()
            continue
        known.add(row.number)
        row.contact, row.is_primary = kept, False
        row.save()
    for row in kept.numbers.order_by("pk"):
        told = outcome.labels.get(row.number, row.label), row.number == outcome.primary
        if told != (row.label, row.is_primary):
            row.label, row.is_primary = told
            row.save()


def _lead(merged: list[Contact], kept: Contact) -> None:
    """Lets the merged contacts, and those that were merged into them before, lead to the kept one."""
    for contact in merged:
        Contact.with_merged.filter(merged_into=contact).update(merged_into=kept)
        contact.merged_into = kept
        contact.save(update_fields=["merged_into"])


def _fill(kept: Contact, outcome: Outcome) -> None:
    for name in FIELDS:
        setattr(kept, name, getattr(outcome, name))
    kept.save()
