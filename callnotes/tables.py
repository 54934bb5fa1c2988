"""What a file shows of call notes, calls, chats, callbacks and the do-not-disturb ledger.

Transcripts and the messages of chats are left on the pages that show them: a few are longer than thousands of rows.
"""

from collections.abc import Iterable
from datetime import tzinfo
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb, TimelineRow
from callnotes.models.calls import Report
from contacts import phone
from contacts.exporting import Table, moment
from contacts.models import ContactNumber
from contacts.spreadsheets import Number, Row

ABOUT = ["Number", "Contact ID", "Contact"]
COLUMNS_OF_THE_PAST = ["Lifted", "Lifted by", "Lifted because"]


def call_notes(chosen: QuerySet[CallNote], zone: tzinfo) -> Table:
    columns = ["ID", "Created", *ABOUT, "Disposition", "Comments", "Agent", "Source", "API token", "Call ID"]
    columns += ["Corrects", "Redacted", "Redacted by"]
    rows = CallNote.objects.select_related("agent", "redacted_by")
    return _table("call-notes", columns, rows, _note, zone)


def calls(chosen: QuerySet[Call], zone: tzinfo) -> Table:
    columns = ["ID", "Started", "Answered", "Ended", "Seconds", *ABOUT, "Direction", "Result", "Agent", "Extension"]
    columns += ["Queue", "Recording", "Summary", "Call ID", "Handled", "Handled by", "Note waived by", "API token"]
    rows = Call.objects.select_related("agent", "handled_by", "note_waived_by").defer("transcript")
    return _table("calls", columns, rows, _call, zone)


def chats(chosen: QuerySet[Chat], zone: tzinfo) -> Table:
    columns = ["ID", "Started", "Ended", *ABOUT, "Visitor", "E-mail", "Agent", "Extension", "Queue", "API token"]
    return _table("chats", columns, Chat.objects.select_related("agent").defer("messages"), _chat, zone)


def callbacks(chosen: QuerySet[Callback], zone: tzinfo) -> Table:
    columns = ["ID", "Promised", "Due", "Time given", *ABOUT, "Agent", "Note", "Comments", "Done", "Done by"]
    columns += ["Closing note", "Closing reason"]
    rows = Callback.objects.select_related("agent", "closed_by", "note")
    return _table("callbacks", columns, rows, _callback, zone)


def call_reasons(chosen: QuerySet[CallReason], zone: tzinfo) -> Table:
    rows = CallReason.objects.select_related("agent")
    return _table("call-reasons", ["ID", "Created", "Number", "Agent", "Reason"], rows, _call_reason, zone)


def do_not_disturb(chosen: QuerySet[DoNotDisturb], zone: tzinfo, *, with_past: bool = True) -> Table:
    """A line for each entry of the ledger; `with_past` adds what became of those that are not in force any more."""
    columns = ["Number", "Contacts", "Since", "Set by", "Reason", "Until"]
    columns += COLUMNS_OF_THE_PAST if with_past else []
    rows = DoNotDisturb.objects.for_display()

    def cells(page: list[DoNotDisturb]) -> Iterable[Row]:
        return (row[: len(columns)] for row in _entries(page, zone))

    return Table("do-not-disturb", columns, rows, cells)


def _table(name: str, columns: list[str], rows: QuerySet, cells, zone: tzinfo) -> Table:
    """A table of rows that are told one by one."""
    return Table(name, columns, rows, partial(map, partial(cells, at=partial(moment, zone=zone))))


def _about(row: TimelineRow) -> Row:
    return [_number(row.number), row.contact_id or "", row.contact_name]


def _number(number: str) -> Number:
    """Empty for one that was hidden or erased."""
    return Number("" if phone.is_erased(number) else number)


def _note(note: CallNote, at) -> Row:
    return [
        *(note.pk, at(note.created_at), *_about(note), note.disposition_label, note.comments, _name(note.agent)),
        *(note.source, note.token, note.call_id, note.corrects_id or ""),
        *(at(note.redacted_at), _name(note.redacted_by)),
    ]


def _call(call: Call, at) -> Row:
    return [
        *(call.pk, at(call.started_at), at(call.answered_at), at(call.ended_at), call.duration_seconds, *_about(call)),
        *(call.direction, call.result, *_who(call), call.recording_url, call.summary, call.call_id),
        *(at(call.handled_at), _name(call.handled_by), _name(call.note_waived_by), call.token),
    ]


def _chat(chat: Chat, at) -> Row:
    started, ended = at(chat.started_at), at(chat.ended_at)
    return [chat.pk, started, ended, *_about(chat), chat.visitor_name, chat.email, *_who(chat), chat.token]


def _callback(callback: Callback, at) -> Row:
    return [
        *(callback.pk, at(callback.created_at), at(callback.due_at), "yes" if callback.is_time_given else "no"),
        *(*_about(callback), _name(callback.agent), callback.note_id, callback.note.comments),
        *(at(callback.closed_at), _name(callback.closed_by), callback.closing_note_id or "", callback.closing_reason),
    ]


def _call_reason(reason: CallReason, at) -> Row:
    return [reason.pk, at(reason.created_at), _number(reason.number), _name(reason.agent), reason.reason]


def _entries(page: list[DoNotDisturb], zone: tzinfo) -> Iterable[Row]:
    """Costs one query for the contacts."""
    contacts = ContactNumber.objects.contacts_at({entry.number for entry in page})
    for entry in page:
        yield [
            _number(entry.number),
            "; ".join(contact.name for contact in contacts.get(entry.number, [])),
            *(moment(entry.set_at, zone), _name(entry.set_by) or "3CX", entry.why, moment(entry.ends_at, zone)),
            *(moment(entry.lifted_at, zone), _name(entry.lifted_by), entry.lifting_reason),
        ]


def _who(report: Report) -> Row:
    return [_name(report.agent), report.extension, report.queue]


def _name(person: AbstractBaseUser | None) -> str:
    return person.get_full_name() or person.get_username() if person else ""
