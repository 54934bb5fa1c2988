"""Somebody of whom every table holds something, beside others of whom nothing may be lost."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from callnotes import callbacks, do_not_disturb, recording
from callnotes.callbacks import Promise
from callnotes.models import Callback, DoNotDisturb
from callnotes.tests.factories import (
    make_call,
    make_chat,
    make_draft,
    make_missed,
    make_note,
    make_peace,
    minute,
)
from contacts.importing import files
from contacts.models import Contact, ContactNumber
from contacts.models.imports import State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, csv_file, done, imported
from contacts.tests.merges import make_merge
from contacts.unmerging import undo
from integrations_3cx.models import FailedRequest, IdempotencyKey
from integrations_3cx.tests.factories import make_token

NAME, EMAIL = "Mira Talvane", "mira.talvane@example.com"
NUMBER, FORMER, OTHERS = "+6591234567", "+6591112222", "+6598765432"
WORDS = "wants a velvet sofa"


def make_mira(agent: User) -> Contact:
    """A contact with one number and a former one, and with rows in every table."""
    mira = make_contact(NAME, NUMBER, email=EMAIL, remarks=WORDS, company="Talvane Upholstery")
    Contact.objects.get(pk=mira.pk).save()
    Contact.objects.filter(pk=mira.pk).update(remarks=f"{WORDS}, blue")
    former = ContactNumber.objects.create(contact=mira, number=FORMER, label="old")
    make_note(FORMER, WORDS, contact=mira, agent=agent, now=minute(-900))
    former.delete()
    _talked_to(mira, agent)
    _imported(mira)
    _merged(mira)
    _logged(mira, agent)
    return mira


def _talked_to(mira: Contact, agent: User) -> None:
    recorded = {"recording_url": "https://pbx.example.com/7.wav", "summary": WORDS, "transcript": WORDS}
    call = make_call(NUMBER, minute(0), call_id="call-91234567", **recorded)
    make_note(NUMBER, WORDS, agent=agent, now=minute(6), reported_call=call, call_id="call-7")
    make_missed(NUMBER, minute(60), queue="800")
    make_chat(NUMBER, minute(90), messages=f"{NAME}: {WORDS}", visitor_name=NAME, email=EMAIL)
    make_chat("", minute(95), messages=f"{NAME}: {WORDS}", visitor_name=NAME, email=EMAIL)
    promised = {"key": "schedule_later", "agent": agent, "promise": Promise(minute(300))}
    first = make_note(NUMBER, WORDS, now=minute(120), **promised)
    callbacks.snooze(Callback.objects.get(note=first), minute(400))
    callbacks.close_by_hand(Callback.objects.get(note=first), agent, WORDS, now=minute(180))
    make_note(NUMBER, WORDS, now=minute(200), **promised)
    wish = make_note(NUMBER, WORDS, key="do_not_disturb", agent=agent, now=minute(240))
    make_note(NUMBER, f"{WORDS}, {NAME}", key="do_not_disturb", agent=agent, now=minute(250), corrects=wish)
    make_peace(NUMBER, minute(260), WORDS, set_by=agent)
    lifted = make_peace(NUMBER, minute(10), WORDS)
    do_not_disturb.lift_all(DoNotDisturb.objects.filter(pk=lifted.pk), agent, WORDS)
    do_not_disturb.give_reason(NUMBER, agent, WORDS)
    make_draft(NUMBER, agent, WORDS, typed={"contact": str(mira.pk)})
    undone = make_note(NUMBER, WORDS, agent=agent, now=timezone.now())
    recording.undo(undone, agent, {"comments": WORDS})


def _imported(mira: Contact) -> None:
    imported("Name;Mobile;E-mail", f"{NAME};'+6591234567;other@example.com", keep_rule="file_wins")
    imported("Name;Mobile;E-mail", f"{NAME};9123 4567 / 8;{EMAIL}", "Tomas Ostfield;12345/6;")
    Contact.objects.filter(pk=mira.pk).update(email=EMAIL)
    an_import("Name;Mobile", f"{NAME};9123-4567")
    named = files.store(csv_file("Name;Mobile", "Ines Holmgaard;90001111"), f"{NAME} {NUMBER}.csv")
    done(named, State.IMPORTING)
    without_headings = an_import(f"{NAME};9123 4567;{EMAIL}", "Ines Holmgaard;90001111;", dialect={"header_row": 1})
    files.remember(without_headings, f"Of {NAME}")
    without_headings.delete()


def _merged(mira: Contact) -> None:
    mira.refresh_from_db()
    make_merge(mira, make_contact("M. Talvane", email="m.talvane@example.com"))
    tomas = make_contact("Tomas Ostfield", OTHERS, email="tomas@example.com")
    undo(make_merge(tomas, mira), User.objects.get(username="clerk"))
    mira.refresh_from_db()


def _logged(mira: Contact, agent: User) -> None:
    kind = ContentType.objects.get_for_model(Contact)
    told = {"user": agent, "content_type": kind, "action_flag": CHANGE}
    LogEntry.objects.create(object_id=str(mira.pk), object_repr=NAME, change_message=f"Merged: {NAME}", **told)
    LogEntry.objects.create(object_repr="Export: contacts", change_message=f"Search: “{NUMBER}”.", **told)
    token, _key = make_token()
    IdempotencyKey.objects.create(token=token, key="note-6591234567", content_digest="0" * 64, created_at=minute(0))
    sort = {"path": "/3cx/query", "key_prefix": "dbn_", "number": "+659…67", "error": "status_unknown"}
    moments = dict.fromkeys(("first_at", "last_at"), minute(0))
    FailedRequest.objects.create(**sort, **moments, has_valid_key=True, http_status=400, message="No.", count=1)


def traces_of(*texts: str) -> dict[str, int]:
    """In which columns of which tables of the database any of the texts stands, and in how many rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if any(text.lower() in _as_text(value) for text in texts):
                        found[f"{table}.{column}"] = found.get(f"{table}.{column}", 0) + 1
    return found


def _as_text(value) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace").lower()
    return str(value).lower()


EVERY_SPELLING = [
    *("6591234567", "91234567", "9123 4567", "9123-4567", "7654321956", "1234567", "7654321"),
    *("6591112222", "91112222", "2222111956", "mira", "talvane", "velvet sofa", "7.wav", "upholstery"),
]
