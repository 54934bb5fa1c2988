"""Which kinds of records may be kept for a time only, what is due of each, and what then becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from callnotes import erasing as of_calls
from callnotes import recording
from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb, Draft
from changes.sources import traced_models
from contacts import erasing as of_contacts
from contacts import phone, unmerging
from contacts.models import ImportRun, Merge
from contacts.models.imports import DRAFTS, State
from integrations_3cx.models import FailedRequest, IdempotencyKey

_NAMED = (~Q(number="") & ~Q(number__startswith=phone.ERASED_BEGINNING)) | ~Q(contact_name="") | ~Q(contact=None)
_RECORDED = ~Q(recording_url="") | ~Q(summary="") | ~Q(transcript="")
_FINISHED = [State.DONE, State.UNDONE, State.REFUSED]
_UPLOADED = Q(state__in=DRAFTS) | Q(state=State.STOPPED, pieces__position=0)


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one table that are older than a moment, and what is done to some of them."""

    due: Callable[[datetime], QuerySet]
    act: Callable[[QuerySet], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """`means` is said beside the field: what happens, and what it does to reports."""

    name: str
    label: str
    means: str
    steps: list[Step]
    least_days: int = 1


def _delete(rows: QuerySet) -> None:
    rows.delete()


def _scrub(rows: QuerySet) -> None:
    of_calls.scrub(rows.model, list(rows.values_list("pk", flat=True)))


def _older(model: type[Model], moment: str, *conditions: Q, **values) -> Callable[[datetime], QuerySet]:
    return lambda before: model._base_manager.filter(*conditions, **values, **{f"{moment}__lt": before})


def _histories() -> list[Step]:
    """Of all models but those of this app, which tell what was done for privacy."""
    models = [model.history.model for model in traced_models() if model._meta.app_label != "privacy"]
    return [Step(_older(model, "history_date"), _delete) for model in models]


KINDS = [
    Kind(
        "comments",
        _("Comments of call notes"),
        _("They are emptied, as by redacting. Notes, outcomes and all figures of the reports stay."),
        [Step(_older(CallNote, "created_at", ~Q(comments=""), redacted_at=None), recording.redact)],
    ),
    Kind(
        "recordings",
        _("Recordings, summaries and transcripts"),
        _("Their addresses and texts are emptied; the calls stay. The recordings themselves are 3CX's to delete."),
        [Step(_older(Call, "started_at", _RECORDED), lambda rows: rows.update(**of_calls.RECORDED))],
    ),
    Kind(
        "calls",
        _("Calls and call notes"),
        _(
            "Number, contact and all words are taken out. When they were, how long, with whom of us and the outcome"
            " stay, and so do all figures of the reports. Nobody is asked to call them back any more."
        ),
        [Step(_older(Call, "started_at", _NAMED), _scrub), Step(_older(CallNote, "created_at", _NAMED), _scrub)],
    ),
    Kind(
        "chats",
        _("Chats"),
        _("They are deleted with their messages. No report counts them."),
        [Step(_older(Chat, "started_at"), _delete)],
    ),
    Kind(
        "callbacks",
        _("Callbacks that are done"),
        _("Number, contact and reason are taken out; all figures of the reports stay. Open ones stay as they are."),
        [Step(_older(Callback, "closed_at", _NAMED), _scrub)],
    ),
    Kind(
        "call_reasons",
        _("Reasons for calling in spite of do-not-disturb"),
        _("They are deleted. No report counts them."),
        [Step(_older(CallReason, "created_at"), _delete)],
    ),
    Kind(
        "do_not_disturb",
        _("Do-not-disturb entries that are lifted or over"),
        _("They are deleted. A wish in force is kept as long as it is in force."),
        [Step(_older(DoNotDisturb, "lifted_at"), _delete), Step(_older(DoNotDisturb, "ends_at"), _delete)],
    ),
    Kind(
        "drafts",
        _("Notes that were never saved"),
        _("They are deleted, with what was typed."),
        [Step(_older(Draft, "updated_at"), _delete)],
    ),
    Kind(
        "merges",
        _("What merges remember"),
        _(
            "What contacts said before they were merged is deleted; their old addresses go on to lead to the one that"
            " stands. A merge can be undone for 30 days, so they are kept at least as long."
        ),
        [Step(_older(Merge, "merged_at"), of_contacts.forget_merges)],
        unmerging.UNDO_DAYS,
    ),
    Kind(
        "uploads",
        _("Uploaded files that were not imported to the end"),
        _("They are deleted. An import that was stopped counts as done then, and can be undone."),
        [Step(_older(ImportRun, "created_at", _UPLOADED), of_contacts.drop_uploads)],
    ),
    Kind(
        "imports",
        _("Imports that are done, and files that could not be read"),
        _(
            "The list of their rows is deleted, with the rejected ones, and they cannot be undone. Contacts stay. Of a"
            " file that could not be read its name was kept; that goes."
        ),
        [Step(_older(ImportRun, "finished_at", state__in=_FINISHED), _delete)],
    ),
    Kind(
        "histories",
        _("Histories of changes"),
        _("Who did what is deleted, with before and after; what was done for privacy stays. No report counts it."),
        [*_histories(), Step(_older(LogEntry, "action_time"), _delete)],
    ),
    Kind(
        "request_keys",
        _("Marks of notes that 3CX sent"),
        _("They are deleted. A note that is sent again after a day counts as another one anyway."),
        [Step(_older(IdempotencyKey, "created_at"), _delete)],
    ),
    Kind(
        "refused_requests",
        _("Refused requests"),
        _("They are deleted, counted from the last time."),
        [Step(_older(FailedRequest, "last_at"), _delete)],
    ),
    Kind(
        "failed_sign_ins",
        _("Failed sign-ins"),
        _("They are deleted. Half an hour after the last they lock nobody out any more."),
        [Step(_older(AccessAttempt, "attempt_time"), _delete), Step(_older(AccessFailureLog, "attempt_time"), _delete)],
    ),
    Kind(
        "sessions",
        _("Sign-ins that are over"),
        _("They are deleted, counted from when they ran out."),
        [Step(_older(Session, "expire_date"), _delete)],
    ),
]
