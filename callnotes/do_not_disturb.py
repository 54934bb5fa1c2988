"""Which numbers are not to be called, who set and lifted that, and why somebody called one all the same."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from callnotes.models import CallNote, CallReason, DoNotDisturb, DoNotDisturbQuerySet
from callnotes.suppression import numbers_by_digest
from contacts.acting import acting
from contacts.turns import turn

REASON_COUNTS_FOR = timedelta(hours=1)
SHOWN_AT_MOST = 10


def asked_for(numbers: Iterable[str], now: datetime | None = None) -> set[str]:
    """Those of the canonical numbers that are not to be called; also by the wish of one that was erased. One query."""
    return set(ends(numbers, now))


def ends(numbers: Iterable[str], now: datetime | None = None) -> dict[str, list[datetime | None]]:
    """When the entries of these numbers that are in force end; likewise. None: when somebody lifts it."""
    numbers = set(numbers)
    entries = DoNotDisturb.objects.in_force(now or timezone.now()).on(numbers)
    erased = numbers_by_digest(numbers, settings.DO_NOT_DISTURB_KEY)
    found: dict[str, list[datetime | None]] = {}
    for number, digest, ends_at in entries.values_list("number", "number_digest", "ends_at"):
        found.setdefault(erased.get(digest, number), []).append(ends_at)
    return found


def in_force(number: str, now: datetime | None = None) -> list[DoNotDisturb]:
    """The entries of a number that say so now, the newest first, at most SHOWN_AT_MOST. One query."""
    return in_force_on([number], now)


def in_force_on(numbers: Iterable[str], now: datetime | None = None) -> list[DoNotDisturb]:
    """Those of several numbers; likewise."""
    entries = DoNotDisturb.objects.in_force(now or timezone.now()).on(set(numbers))
    return list(entries.newest_first().for_display()[:SHOWN_AT_MOST])


def in_force_beside(chosen: DoNotDisturbQuerySet, now: datetime | None = None) -> DoNotDisturbQuerySet:
    """All that is in force on the numbers of the chosen entries, however many; also the wish of one that was erased.

    Beside a chosen wish of an erased number stand those of the same number, but nothing that would tell it.
    """
    in_force = DoNotDisturb.objects.in_force(now or timezone.now())
    kept = set(in_force.exclude(number_digest=None).values_list("number_digest", flat=True))
    if kept:
        numbers = chosen.values_list("number", flat=True)
        digests = {*numbers_by_digest(numbers, settings.DO_NOT_DISTURB_KEY)}
        kept &= digests.union(chosen.values_list("number_digest", flat=True))
    return in_force.filter(Q(number__in=chosen.values("number")) | Q(number_digest__in=kept))


def numbers_of(entries: DoNotDisturbQuerySet) -> list[str]:
    """The numbers of entries, each once; for one that was erased and is in no other entry, what stands for it."""
    rows = list(entries.values_list("number", "number_digest"))
    numbers = {number for number, digest in rows if digest is None}
    erased = {digest: number for number, digest in rows if digest is not None}
    known = numbers_by_digest(numbers, settings.DO_NOT_DISTURB_KEY) if erased else {}
    return sorted(numbers.union(number for digest, number in erased.items() if digest not in known))


def note_arrived(note: CallNote) -> None:
    """Adds an entry for a new note whose disposition sets it; a correction that says it again adds none."""
    said_before = DoNotDisturb.objects.filter(note__in=[earlier.pk for earlier in note.earlier_versions()])
    if note.disposition.sets_do_not_disturb and not (note.corrects and said_before.in_force(note.created_at).exists()):
        DoNotDisturb.objects.create(number=note.number, note=note, set_by=note.agent, set_at=note.created_at)


def take_back(note: CallNote) -> None:
    """Removes the entry of a note that is undone."""
    DoNotDisturb.objects.filter(note=note).delete()


def put(
    number: str, by: AbstractBaseUser, reason: str, ends_at: datetime | None = None, since: datetime | None = None
) -> DoNotDisturb:
    """Adds an entry by hand, to a moment or until it is lifted. What a person says twice while it is so, is one."""
    with turn(number):
        same = DoNotDisturb.objects.in_force(timezone.now()).about(number)
        said_before = same.filter(set_by=by, reason=reason, ends_at=ends_at).first()
        said = {"number": number, "set_by": by, "reason": reason, "ends_at": ends_at}
        with acting(by):
            return said_before or DoNotDisturb.objects.create(**said, set_at=since or timezone.now())


def put_all(entries: list[DoNotDisturb], by: AbstractBaseUser) -> None:
    """Adds new entries by hand at once. Whoever adds them has a turn with their numbers, and asked what is in force."""
    for entry in entries:
        entry.set_by = by
    with acting(by):
        DoNotDisturb.objects.bulk_create(entries)


def lift(number: str, by: AbstractBaseUser, reason: str, now: datetime | None = None) -> int:
    """Lifts the entries of a number that are in force; answers how many. Whether the person may is asked before."""
    return lift_all(DoNotDisturb.objects.on([number]), by, reason, now)


def lift_all(entries: DoNotDisturbQuerySet, by: AbstractBaseUser, reason: str, now: datetime | None = None) -> int:
    """Lifts those of the entries that are in force; likewise."""
    now = now or timezone.now()
    with acting(by):
        return entries.in_force(now).update(lifted_at=now, lifted_by=by, lifting_reason=reason)


def reason_given(number: str, agent: AbstractBaseUser, now: datetime) -> CallReason | None:
    """The reason that an agent gave for calling the number, while it counts."""
    since = now - REASON_COUNTS_FOR
    return CallReason.objects.filter(number=number, agent=agent, created_at__gte=since).first()


def give_reason(number: str, agent: AbstractBaseUser, reason: str) -> CallReason:
    """Keeps why an agent calls a number that is not to be disturbed."""
    return CallReason.objects.create(number=number, agent=agent, reason=reason)
