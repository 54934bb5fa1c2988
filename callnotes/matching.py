"""Decides of which call a note is, where number, agent and time have to tell. Pure.

A note is of the last call of its agent with the number that began before it, if it was written during that
call or soon after; a call that nobody took is no such call. A caller who rings again while a note of the call before is
being written does not draw it away: a call that had begun when the note's page was opened comes first. Of several such
notes the first is the call's. So the outcome does not depend on the order in which notes and reports arrive.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

SOON = timedelta(minutes=30)
# A page opens as it rings, by another clock than the report's.
ABOUT_THEN = timedelta(minutes=1)


class Calling(Protocol):
    """A call as far as it matters here; `agent_id` is None where nobody's extension was reported."""

    agent_id: int | None
    started_at: datetime
    ended_at: datetime
    is_answered: bool
    is_missed: bool
    content_key: str


class Noting(Protocol):
    """A note as far as it matters here; `agent_id` is None where the phone system wrote it, and so is `opened_at`."""

    agent_id: int | None
    opened_at: datetime | None
    created_at: datetime
    comments: str


CallingT = TypeVar("CallingT", bound=Calling)
NotingT = TypeVar("NotingT", bound=Noting)


def call_of(note: Noting, calls: Iterable[CallingT]) -> CallingT | None:
    """The call that a note is of, among calls with its number."""
    return likeliest(note, [call for call in calls if _fits(note, call)])


def likeliest(note: Noting, calls: Iterable[CallingT]) -> CallingT | None:
    """Of calls that all may be meant: the agent's own first, then one that had begun, the last, an answered one."""
    return max(
        calls,
        key=lambda call: (
            call.agent_id == note.agent_id is not None,
            note.opened_at is None or call.started_at <= note.opened_at + ABOUT_THEN,
            call.started_at,
            call.is_answered,
            call.content_key,
        ),
        default=None,
    )


def first(notes: Iterable[NotingT]) -> NotingT | None:
    return min(notes, key=lambda note: (note.created_at, note.comments), default=None)


def _fits(note: Noting, call: Calling) -> bool:
    may_be_the_same = note.agent_id is None or call.agent_id is None or note.agent_id == call.agent_id
    return may_be_the_same and not call.is_missed and call.started_at <= note.created_at <= call.ended_at + SOON
