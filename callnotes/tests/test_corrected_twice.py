"""A form that is sent a third time with other words corrects what stands, and not what was corrected before."""

import uuid
from datetime import datetime

import pytest
from django.contrib.auth.models import User

from callnotes import recording
from callnotes.callbacks import Promise
from callnotes.forms import fields_of
from callnotes.models import Callback, CallNote
from callnotes.tests.factories import make_agent, make_note, minute

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
FORM = uuid.UUID(int=1)


@pytest.fixture
def agent() -> User:
    return make_agent("robin")


def send(agent: User, place: int, key: str, due_at: datetime | None = None) -> CallNote:
    promise = Promise(due_at) if due_at else None
    return make_note(
        NUMBER, f"Words {place}.", key=key, agent=agent, promise=promise, submission=FORM, now=minute(place)
    )


def due() -> list[datetime]:
    """When the open callbacks are due."""
    return list(Callback.objects.open().soonest_first().values_list("due_at", flat=True))


def test_the_time_that_was_promised_last_stands_alone(agent):
    for place, minutes in enumerate((600, 700, 800)):
        send(agent, place, "schedule_later", minute(minutes))
    assert due() == [minute(800)]


def test_a_promise_that_was_kept_after_all_is_open_no_more(agent):
    for place, minutes in enumerate((600, 700)):
        send(agent, place, "schedule_later", minute(minutes))
    send(agent, 2, "completed")
    assert due() == []


def test_what_the_second_version_left_open_stays_open_when_the_third_is_undone(agent):
    make_note(NUMBER, key="schedule_later", agent=agent, promise=Promise(minute(600)), now=minute(-1))
    send(agent, 0, "completed")
    send(agent, 1, "no_answer")
    third = send(agent, 2, "no_answer")
    assert due() == [minute(600)]
    recording.undo(third, agent, fields_of(third), minute(2))
    assert due() == [minute(600)]
