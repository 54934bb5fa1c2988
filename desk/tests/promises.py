"""Callbacks for the agents' pages, as notes open them."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from callnotes.callbacks import Promise
from callnotes.models import Callback
from callnotes.tests.factories import make_note
from desk.tests.calls import NOON, NUMBER

HOUR = timedelta(hours=1)


def make_callback(
    agent: User | None, due_at: datetime | None = NOON + HOUR, number: str = NUMBER, words: str = "Call me.", **fields
) -> Callback:
    """A callback that was promised a day before noon, by the agent or by anyone; without a time, where it has none."""
    promise = Promise(due_at, by_anyone=agent is None)
    note = make_note(
        number, words, key="schedule_later", agent=agent, promise=promise, **{"now": NOON - 24 * HOUR} | fields
    )
    return Callback.objects.get(note=note)
