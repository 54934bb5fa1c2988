"""For how long whoever works on an import has it alone, and how that is renewed."""

from datetime import timedelta

from django.utils import timezone

from contacts.models.imports import ImportRun

LEASE = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another has taken the run over, or somebody has stopped or discarded it."""


class Renewing:
    """Called again and again while a step takes long: renews the lease when a third of it is over. Raises LeaseLost."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._renewed_at = timezone.now()

    def __call__(self) -> None:
        now = timezone.now()
        if now - self._renewed_at < LEASE / 3:
            return
        self._renewed_at = now
        held = ImportRun.objects.filter(pk=self._run.pk, lease=self._run.lease)
        if not held.update(leased_until=now + LEASE):
            raise LeaseLost
