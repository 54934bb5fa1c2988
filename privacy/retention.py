"""How what is older than its period goes: in batches, each whole or not at all; it may be stopped and repeated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from privacy import leftovers
from privacy.kinds import KINDS, Kind, Step
from privacy.models import RetentionPeriod

BATCH = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows of a kind went, or would go; `before` is None where it is kept for good."""

    kind: Kind
    before: datetime | None = None
    count: int = 0


def days_kept() -> dict[str, int]:
    """Of the kinds that have a period, by name."""
    return dict(RetentionPeriod.objects.exclude(days=None).values_list("kind", "days"))


def put_days(days: dict[str, int | None]) -> list[str]:
    """Stores for how many days kinds are kept; None is for good. Answers the names of those that changed."""
    kept = days_kept()
    changed = [name for name in days if days[name] != kept.get(name)]
    with transaction.atomic():
        for name in changed:
            RetentionPeriod.objects.update_or_create(kind=name, defaults={"days": days[name]})
    return changed


def outlook(now: datetime | None = None, days: dict[str, int | None] | None = None) -> list[Outcome]:
    """What would go now of each kind, by the days that are stored, or by others.

    Counts the rows, a query or more for each kind that has a period.
    """
    kept = days_kept() if days is None else {name: count for name, count in days.items() if count is not None}
    return [_with_count(outcome) for outcome in _outcomes(now or timezone.now(), kept)]


def run(now: datetime | None = None) -> Iterator[Outcome]:
    """Lets what is due go, kind by kind, and says after each how many rows went."""
    now = now or timezone.now()
    for outcome in _outcomes(now, days_kept()):
        if outcome.before is None:
            yield outcome
            continue
        count = sum(_go(step, outcome.before) for step in outcome.kind.steps)
        RetentionPeriod.objects.filter(kind=outcome.kind.name).update(last_run_at=now, last_count=count)
        yield Outcome(outcome.kind, outcome.before, count)
    leftovers.overwrite()


def _outcomes(now: datetime, days: dict[str, int]) -> list[Outcome]:
    return [Outcome(kind, now - timedelta(days=days[kind.name]) if kind.name in days else None) for kind in KINDS]


def _with_count(outcome: Outcome) -> Outcome:
    if outcome.before is None:
        return outcome
    return Outcome(outcome.kind, outcome.before, sum(step.due(outcome.before).count() for step in outcome.kind.steps))


def _go(step: Step, before: datetime) -> int:
    """Goes through the rows by key, so that none is looked at twice."""
    due = step.due(before).order_by("pk")
    count, after = 0, None
    while keys := list((due if after is None else due.filter(pk__gt=after)).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            step.act(due.model._base_manager.filter(pk__in=keys))
        count, after = count + len(keys), keys[-1]
    return count
