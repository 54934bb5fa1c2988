"""How what an agent types is kept before it is saved, so that no word is lost."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from callnotes.models import COMMENTS_MAX_LENGTH, Call, CallNote, Draft, DraftQuerySet
from contacts.turns import turn

# More than a note may hold, so that too many words can be kept, and shortened.
LONGEST_FIELD = 10 * COMMENTS_MAX_LENGTH
DRAFTS_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Version:
    """The how many-th keeping of a window of a browser."""

    window: uuid.UUID
    sequence: int

    @classmethod
    def read(cls, window: str, sequence: str) -> Self | None:
        """The version that a form names; None where it names none."""
        try:
            return cls(uuid.UUID(window), int(sequence))
        except ValueError:
            return None


class WrittenElsewhere(Exception):
    """Another window has kept words under the same submission that this one does not know."""


class TooMany(Exception):
    """The agent has DRAFTS_AT_MOST wrap-ups that are not finished."""


class TooLong(Exception):
    """The words are more than any wrap-up is."""


class SavedBefore(Exception):
    """The form is a note already: `note`."""

    def __init__(self, note: CallNote) -> None:
        super().__init__(note)
        self.note = note


def keep(
    submission: uuid.UUID,
    number: str,
    agent: AbstractBaseUser,
    fields: dict[str, str],
    version: Version,
    *,
    continues: Version | None = None,
    opened_at: datetime | None = None,
    corrects: CallNote | None = None,
    call: Call | None = None,
) -> None:
    """Keeps a form's fields as they stand; what a window kept later stays, in whatever order the two arrive.

    `continues` is the version from which the window began. Raises WrittenElsewhere where another window has kept
    another since, and SavedBefore where the form is a note already; TooLong and TooMany beyond the limits.
    """
    if any(len(text) > LONGEST_FIELD for text in fields.values()):
        raise TooLong
    now = timezone.now()
    content = {
        "fields": {name: text.replace("\0", "") for name, text in fields.items()},
        "window": version.window,
        "sequence": version.sequence,
        "updated_at": now,
    }
    identity = {"agent": agent, "number": number, "corrects": corrects, "call": call, "opened_at": opened_at or now}
    with turn(number):
        known = Q(window=version.window, sequence__lt=version.sequence)
        if continues:
            known |= Q(window=continues.window, sequence=continues.sequence)
        if Draft.objects.of_agent(agent).filter(known, submission=submission).update(**content):
            return
        if note := CallNote.objects.by_agent(agent).filter(submission=submission).first():
            raise SavedBefore(note)
        if _has_too_many(agent, submission):
            raise TooMany
        draft, is_new = Draft.objects.get_or_create(submission=submission, defaults=identity | content)
    if not is_new and (draft.agent_id, draft.window) != (agent.pk, version.window):
        raise WrittenElsewhere


def first_version(submission: uuid.UUID) -> Version:
    """That of the draft that an undone note leaves: whoever sends the note's form once more knows its words."""
    return Version(submission, 0)


def _has_too_many(agent: AbstractBaseUser, submission: uuid.UUID) -> bool:
    others = Draft.objects.of_agent(agent).exclude(submission=submission).order_by()
    return others[DRAFTS_AT_MOST - 1 : DRAFTS_AT_MOST].exists()


def reopen(note: CallNote, fields: dict[str, str]) -> Draft:
    """Makes a draft of a note that was undone; under a submission of its own where another agent's draft has its."""
    is_taken = Draft.objects.filter(submission=note.submission).exists()
    submission = uuid.uuid4() if is_taken or note.submission is None else note.submission
    version = first_version(submission)
    return Draft.objects.create(
        submission=submission,
        agent=note.agent,
        number=note.number,
        fields=fields,
        corrects=note.corrects,
        call=note.reported_call if note.matched_by == CallNote.Match.HAND else None,
        window=version.window,
        sequence=version.sequence,
        opened_at=note.opened_at or note.created_at,
    )


def discard(submission: uuid.UUID, agent: AbstractBaseUser) -> bool:
    """Throws a draft of the agent's away; answers whether there was one."""
    deleted, _ = Draft.objects.of_agent(agent).filter(submission=submission).delete()
    return bool(deleted)


def begun(agent: AbstractBaseUser) -> DraftQuerySet:
    """The agent's drafts, the last first."""
    return Draft.objects.of_agent(agent).newest_first()


def unfinished(agent: AbstractBaseUser) -> DraftQuerySet:
    """Those in which there are words."""
    return begun(agent).exclude(fields__comments="")


def finished(submission: uuid.UUID, note: CallNote, known: Iterable[Version]) -> None:
    """Drops the draft of a form that became a note, if the form knew its words; else it goes on as a correction.

    Called inside the number's turn.
    """
    draft = Draft.objects.of_agent(note.agent).filter(submission=submission).first()
    if draft is None:
        return
    if any(draft.window == version.window and draft.sequence <= version.sequence for version in known):
        draft.delete()
    else:
        corrected = note.last_version()
        Draft.objects.filter(pk=draft.pk).update(submission=uuid.uuid4(), corrects=corrected)


def go_on_without(note: CallNote) -> None:
    """Lets drafts that correct a note correct what that one corrected. Called before it is undone, in the turn."""
    Draft.objects.filter(corrects=note).update(corrects=note.corrects)
