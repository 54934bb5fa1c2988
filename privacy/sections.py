"""Which tables hold something about a person, what of it stands in the file, and what an erasure leaves.

A table that holds nothing about callers is named too, with the reason: a test finds the one that was forgotten.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from callnotes import erasing as of_calls
from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb
from changes import erasing as of_log
from contacts import erasing as of_contacts
from contacts.models import Contact, ContactNumber, Merge
from contacts.subjects import Subject
from integrations_3cx import erasing as of_machines

GOES, STAYS = _("deleted"), _("stays, without anything that identifies")


@dataclass(frozen=True)
class Section:
    """Rows of some tables, by the labels of their models; `fields` are what the file shows of each row."""

    name: str
    tables: list[str]
    heading: str
    explanation: str
    fields: list[str]
    rows: Callable[[Subject], Iterable[Model | dict]]
    erased: str = GOES


def _merges(subject: Subject) -> Iterable[Merge]:
    kept = Merge.objects.filter(kept__in=subject.contacts)
    others = Merge.objects.exclude(kept__in=subject.contacts).exclude(undone_at=None).iterator()
    return [*kept, *(merge for merge in others if any(state["pk"] in subject.contacts for state in merge.before))]


def _merge_states(subject: Subject) -> Iterable[dict]:
    """What merges remember of the contacts; nothing of the others that they are about."""
    for merge in _merges(subject):
        states = [state for state in merge.before if state["pk"] in subject.contacts]
        yield {"merged_at": merge.merged_at, "undone_at": merge.undone_at, "said_before": states}


def _import_rows(subject: Subject) -> Iterable[dict]:
    for row in of_contacts.import_rows(subject):
        said = {name: getattr(row, name) for name in ("cells", "before", "after", "faults", "repairs")}
        told = {"file": row.run.file_name, "uploaded_at": row.run.created_at, "row": row.number}
        yield {**told, "outcome": row.outcome, **said}


def _uploads(subject: Subject) -> Iterable[dict]:
    for run, rows in of_contacts.uploads(subject):
        named = [{"row": number, "cells": cells} for number, cells in rows]
        yield {"file": run.file_name, "uploaded_at": run.created_at, "headings": run.headings, "rows": named}


def _headings(subject: Subject) -> Iterable[dict]:
    for mapping, headings in of_contacts.headings_kept(subject):
        yield {"name": mapping.name, "headings": headings}


def _keys(subject: Subject) -> Iterable[Model]:
    return of_machines.idempotency_keys(subject, of_calls.call_ids(subject))


def _numbers_before(subject: Subject):
    held = Q(number__in=subject.numbers) if subject.with_others else Q(pk=None)
    return ContactNumber.history.filter(Q(contact__in=subject.contacts) | held)


CHANGE = ["history_date", "history_type", "difference"]
RECORD = ["number", "contact_name", "started_at", "ended_at", "queue"]
SECTIONS = [
    Section(
        "contacts",
        ["contacts.Contact"],
        _("Contact details"),
        _("What is written down about the person, also in entries that were later found to be the same person."),
        ["id", "name", "company", "email", "remarks", "archived_at", "created_at", "updated_at"],
        lambda subject: Contact.with_merged.filter(pk__in=subject.contacts).order_by("pk"),
    ),
    Section(
        "numbers",
        ["contacts.ContactNumber"],
        _("Phone numbers"),
        _("The numbers by which the person is recognised when calling."),
        ["number", "label", "is_primary"],
        lambda subject: ContactNumber.objects.filter(contact__in=subject.contacts).order_by("pk"),
    ),
    Section(
        "call_notes",
        ["callnotes.CallNote"],
        _("Notes of calls"),
        _("What an agent, or the phone system, wrote down of a call, and its outcome."),
        ["created_at", "number", "contact_name", "disposition_label", "comments", "call_id", "redacted_at"],
        lambda subject: of_calls.rows(CallNote, subject).order_by("created_at", "pk"),
        STAYS,
    ),
    Section(
        "calls",
        ["callnotes.Call"],
        _("Calls"),
        _("What the phone system reported: when a call was, how long, and its recording or transcript."),
        [
            *(*RECORD, "answered_at", "duration_seconds", "direction", "result", "handled_at", "call_id"),
            *("recording_url", "summary", "transcript"),
        ],
        lambda subject: of_calls.rows(Call, subject).order_by("started_at", "pk"),
        STAYS,
    ),
    Section(
        "chats",
        ["callnotes.Chat"],
        _("Chats"),
        _("Chats with their messages."),
        [*RECORD, "email", "visitor_name", "messages"],
        lambda subject: of_calls.rows(Chat, subject).order_by("started_at", "pk"),
        STAYS,
    ),
    Section(
        "callbacks",
        ["callnotes.Callback"],
        _("Promised calls"),
        _("When somebody promised to call the person, and what became of it."),
        ["created_at", "number", "contact_name", "due_at", "closed_at", "closed_as", "closing_reason"],
        lambda subject: of_calls.rows(Callback, subject).order_by("created_at", "pk"),
        STAYS,
    ),
    Section(
        "do_not_disturb",
        ["callnotes.DoNotDisturb"],
        _("Wishes not to be called"),
        _("Since when a number is not to be called, and why."),
        ["number", "set_at", "reason", "ends_at", "lifted_at", "lifting_reason"],
        lambda subject: of_calls.rows(DoNotDisturb, subject).order_by("set_at", "pk"),
        _("stays, without anything that identifies; a wish in force is recognised by a keyed digest of the number"),
    ),
    Section(
        "call_reasons",
        ["callnotes.CallReason"],
        _("Reasons for calling all the same"),
        _("The reason that an agent gave for calling a number that is not to be called."),
        ["created_at", "number", "reason"],
        lambda subject: of_calls.rows(CallReason, subject).order_by("created_at", "pk"),
        STAYS,
    ),
    Section(
        "drafts",
        ["callnotes.Draft"],
        _("Notes that are not finished"),
        _("What an agent has typed of a call and not saved."),
        ["updated_at", "number", "fields"],
        lambda subject: of_calls.drafts(subject).order_by("updated_at", "pk"),
    ),
    Section(
        "changes_of_contacts",
        ["contacts.HistoricalContact"],
        _("Changes of contact details"),
        _("Each change (+ added, ~ changed, - removed), with what was there before and after."),
        [*CHANGE, "name", "company", "email", "remarks", "archived_at"],
        lambda subject: Contact.history.filter(id__in=subject.contacts).order_by("history_date", "history_id"),
        STAYS,
    ),
    Section(
        "changes_of_numbers",
        ["contacts.HistoricalContactNumber"],
        _("Changes of phone numbers"),
        _("Each change (+ added, ~ changed, - removed), with what was there before and after."),
        [*CHANGE, "number", "label", "is_primary"],
        lambda subject: _numbers_before(subject).order_by("history_date", "history_id"),
        STAYS,
    ),
    Section(
        "changes_of_callbacks",
        ["callnotes.HistoricalCallback"],
        _("Changes of promised calls"),
        _("Each change (+ added, ~ changed, - removed), with what was there before and after."),
        [*CHANGE, "number", "contact_name", "due_at", "closed_at", "closing_reason"],
        lambda subject: of_calls.history(Callback, subject).order_by("history_date", "history_id"),
        STAYS,
    ),
    Section(
        "changes_of_do_not_disturb",
        ["callnotes.HistoricalDoNotDisturb"],
        _("Changes of wishes not to be called"),
        _("Each change (+ added, ~ changed, - removed), with what was there before and after."),
        [*CHANGE, "number", "reason", "set_at", "ends_at", "lifted_at", "lifting_reason"],
        lambda subject: of_calls.history(DoNotDisturb, subject).order_by("history_date", "history_id"),
        STAYS,
    ),
    Section(
        "log",
        ["admin.LogEntry"],
        _("What the back office did"),
        _("Entries of its log that are about the person, or name the person."),
        ["action_time", "object_repr", "change_message"],
        of_log.log_entries,
        STAYS,
    ),
    Section(
        "merges",
        ["contacts.Merge"],
        _("Entries that were found to be one person"),
        _("What each said before they became one."),
        ["merged_at", "undone_at", "said_before"],
        _merge_states,
    ),
    Section(
        "imported_rows",
        ["contacts.ImportRow"],
        _("Rows of imported files"),
        _("What a file said about the person, and what the import made of it; also rows that were rejected."),
        ["file", "uploaded_at", "row", "outcome", "cells", "before", "after", "faults", "repairs"],
        _import_rows,
        _("deleted from the import's list; its counts stay, and undoing it leaves them alone"),
    ),
    Section(
        "uploaded_files",
        ["contacts.ImportPiece", "contacts.ImportRun"],
        _("Uploaded files"),
        _("Files that were uploaded and not imported to the end, with the rows that name the person."),
        ["file", "uploaded_at", "headings", "rows"],
        _uploads,
        _("the file is deleted; an upload that was never imported goes whole"),
    ),
    Section(
        "saved_headings",
        ["contacts.ImportMapping"],
        _("Saved mappings of files"),
        _("Headings that were kept for the next file, of a file whose first row was taken for its headings."),
        ["name", "headings"],
        _headings,
        _("the headings are deleted, and a name of the mapping that names the person"),
    ),
    Section(
        "refused_requests",
        ["integrations_3cx.FailedRequest"],
        _("Refused requests of the phone system"),
        _("With the number's middle hidden: they may be about another number with the same beginning and end."),
        ["first_at", "last_at", "number", "count", "error", "message"],
        of_machines.failed_requests,
    ),
    Section(
        "request_keys",
        ["integrations_3cx.IdempotencyKey"],
        _("Marks of requests"),
        _("By which a note that the phone system sends twice is stored once."),
        ["created_at", "key"],
        _keys,
    ),
]

_STAFF = "of people who sign in, not of callers"
_MACHINE = "of machines, and names no caller"
HOLDS_NOTHING = {
    "contacts.Duplicate": "two keys of contacts and a date; it goes with either of them",
    "contacts.DuplicateSearch": "how far a search has come",
    "callnotes.Disposition": "the outcomes that a call may have",
    "callnotes.HistoricalDisposition": "their changes",
    "callnotes.Extension": _STAFF,
    "callnotes.HistoricalExtension": _STAFF,
    "callnotes.CalendarFeed": _STAFF,
    "callnotes.HistoricalCalendarFeed": _STAFF,
    "integrations_3cx.ApiToken": _MACHINE,
    "integrations_3cx.HistoricalApiToken": _MACHINE,
    "changes.Change": "another name of admin.LogEntry",
    "changes.HistoricalUser": _STAFF,
    "changes.HistoricalGroup": _STAFF,
    "people.StandardGroup": "which rights a group was given",
    "people.FailedSignIn": "another name of axes.AccessAttempt",
    "privacy.Deed": "that there was a file or an erasure; a key that means nothing once the contact is erased",
    "privacy.HistoricalDeed": "the same",
    "privacy.RetentionPeriod": "how long what is kept",
    "privacy.HistoricalRetentionPeriod": "its changes",
    "auth.Permission": "rights",
    "auth.Group": "rights",
    "auth.Group_permissions": "rights",
    "auth.User": _STAFF,
    "auth.User_groups": _STAFF,
    "auth.User_user_permissions": _STAFF,
    "contenttypes.ContentType": "names of tables",
    "sessions.Session": _STAFF,
    "otp_totp.TOTPDevice": _STAFF,
    "otp_static.StaticDevice": _STAFF,
    "otp_static.StaticToken": _STAFF,
    "axes.AccessAttempt": _STAFF,
    "axes.AccessAttemptExpiration": _STAFF,
    "axes.AccessFailureLog": _STAFF,
    "axes.AccessLog": _STAFF,
}
