"""Call notes, calls, chats, callbacks, reasons and the do-not-disturb ledger as files: as their lists show them."""

import csv
import io
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from python_calamine import CalamineWorkbook

from callnotes import callbacks, do_not_disturb, recording
from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb
from callnotes.tests.factories import (
    NOON,
    disposition,
    make_agent,
    make_call,
    make_callback,
    make_chat,
    make_missed,
    make_note,
    make_peace,
    minute,
)
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
LISTS = ["callnote", "call", "chat", "callback", "donotdisturb", "callreason"]
CODE_OF_RIGHTS = [f"{right}_{name}" for name in LISTS for right in ("view", "export")]


def address(name: str, kind: str = "csv") -> str:
    return reverse(f"admin:callnotes_{name}_export_{kind}")


def exported(client, name: str, **query: str) -> list[list[str]]:
    text = b"".join(client.get(address(name), query).streaming_content).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def told(client, name: str, **query: str) -> list[dict[str, str]]:
    """What the rows of a file say, but for their empty cells."""
    columns, *rows = exported(client, name, **query)
    assert all(len(row) == len(columns) for row in rows)
    return [{column: cell for column, cell in zip(columns, row, strict=True) if cell} for row in rows]


@pytest.fixture
def robin() -> User:
    return make_agent("robin", first_name="Robin", last_name="Agent", extension="101")


def test_call_notes_are_told_in_full_with_what_corrects_what(admin_client, admin_user, robin):
    ada = make_contact("Ada Example", NUMBER)
    note = make_note(NUMBER, "x" * 200, agent=robin, now=minute(0))
    correction = make_note(NUMBER, "=1+1", agent=robin, corrects=note, now=minute(1), call_id="c1")
    recording.redact(CallNote.objects.filter(pk=note.pk), by=admin_user)
    note.refresh_from_db()
    about = {"Number": f"tel:{NUMBER}", "Contact ID": str(ada.pk), "Contact": "Ada Example"}
    both = about | {"Disposition": "Completed", "Agent": "Robin Agent", "Source": "desk"}
    redacted = note.redacted_at.astimezone(NOON.astimezone().tzinfo)
    assert [row | {"Redacted": ""} for row in told(admin_client, "callnote")] == [
        both
        | {"ID": str(correction.pk), "Created": "2026-03-04T20:01:00+08:00", "Comments": "'=1+1"}
        | {"Call ID": "c1", "Corrects": str(note.pk), "Redacted": ""},
        both | {"ID": str(note.pk), "Created": "2026-03-04T20:00:00+08:00", "Redacted": "", "Redacted by": "admin"},
    ]
    assert told(admin_client, "callnote")[1]["Redacted"][:10] == f"{redacted:%Y-%m-%d}"


def test_calls_are_told_but_for_their_transcripts(admin_client, robin):
    ada = make_contact("Ada Example", NUMBER)
    words = {"summary": "Asked for a quote.", "transcript": "Hello?", "recording_url": "https://pbx.example.com/7.wav"}
    call = make_call(NUMBER, minute(0), extension="101", queue="800", answered_at=minute(1), call_id="c1", **words)
    hidden = make_missed("", minute(-9))
    assert told(admin_client, "call") == [
        {
            "ID": str(call.pk),
            "Started": "2026-03-04T20:00:00+08:00",
            "Answered": "2026-03-04T20:01:00+08:00",
            "Ended": "2026-03-04T20:05:00+08:00",
            "Seconds": "300",
            "Number": f"tel:{NUMBER}",
            "Contact ID": str(ada.pk),
            "Contact": "Ada Example",
            "Direction": "inbound",
            "Result": "answered",
            "Agent": "Robin Agent",
            "Extension": "101",
            "Queue": "800",
            "Summary": "Asked for a quote.",
            "Recording": "https://pbx.example.com/7.wav",
            "Call ID": "c1",
        },
        {
            "ID": str(hidden.pk),
            "Started": "2026-03-04T19:51:00+08:00",
            "Ended": "2026-03-04T19:51:30+08:00",
            "Seconds": "0",
            "Direction": "inbound",
            "Result": "missed",
        },
    ]


def test_chats_are_told_but_for_their_messages(admin_client, robin):
    chat = make_chat(NUMBER, minute(0), extension="101", visitor_name="@Ada", email="ada@example.com")
    assert told(admin_client, "chat") == [
        {
            "ID": str(chat.pk),
            "Started": "2026-03-04T20:00:00+08:00",
            "Ended": "2026-03-04T20:05:00+08:00",
            "Number": f"tel:{NUMBER}",
            "Visitor": "'@Ada",
            "E-mail": "ada@example.com",
            "Agent": "Robin Agent",
            "Extension": "101",
        }
    ]


def test_callbacks_are_told_with_what_was_promised_and_how_it_ended(admin_client, robin):
    done = make_callback(NUMBER, minute(0), agent=robin)
    callbacks.close_by_hand(done, robin, "They called.", now=minute(30))
    standing = make_callback(OTHER_NUMBER, minute(1))
    assert told(admin_client, "callback") == [
        {
            "ID": str(standing.pk),
            "Promised": "2026-03-04T20:01:00+08:00",
            "Due": "2026-03-04T22:01:00+08:00",
            "Time given": "yes",
            "Number": f"tel:{OTHER_NUMBER}",
            "Note": str(standing.note_id),
            "Comments": "Asked for a quote.",
        },
        {
            "ID": str(done.pk),
            "Promised": "2026-03-04T20:00:00+08:00",
            "Due": "2026-03-04T22:00:00+08:00",
            "Time given": "yes",
            "Number": f"tel:{NUMBER}",
            "Agent": "Robin Agent",
            "Note": str(done.note_id),
            "Comments": "Asked for a quote.",
            "Done": "2026-03-04T20:30:00+08:00",
            "Done by": "Robin Agent",
            "Closing reason": "They called.",
        },
    ]


def test_the_ledger_is_told_with_what_became_of_its_entries(admin_client, robin):
    make_contact("Ada Example", NUMBER)
    make_peace(NUMBER, minute(0), "Letter.", set_by=robin, ends_at=NOON + timedelta(days=400))
    make_note(OTHER_NUMBER, "Wants no calls.", key="do_not_disturb", source="3cx", now=minute(1))
    do_not_disturb.lift(NUMBER, robin, "Changed their mind.", now=minute(9))
    assert told(admin_client, "donotdisturb") == [
        {
            "Number": f"tel:{OTHER_NUMBER}",
            "Since": "2026-03-04T20:01:00+08:00",
            "Set by": "3CX",
            "Reason": "Wants no calls.",
        },
        {
            "Number": f"tel:{NUMBER}",
            "Contacts": "Ada Example",
            "Since": "2026-03-04T20:00:00+08:00",
            "Set by": "Robin Agent",
            "Reason": "Letter.",
            "Until": "2027-04-08T20:00:00+08:00",
            "Lifted": "2026-03-04T20:09:00+08:00",
            "Lifted by": "Robin Agent",
            "Lifted because": "Changed their mind.",
        },
    ]


def test_reasons_to_call_all_the_same_are_told(admin_client, robin):
    reason = CallReason.objects.create(number=NUMBER, agent=robin, reason="Fire.", created_at=minute(0))
    assert told(admin_client, "callreason") == [
        {
            "ID": str(reason.pk),
            "Created": "2026-03-04T20:00:00+08:00",
            "Number": f"tel:{NUMBER}",
            "Agent": "Robin Agent",
            "Reason": "Fire.",
        }
    ]


def one_of_each(number: str, agent: User) -> None:
    make_call(number, minute(0))
    make_chat(number, minute(0))
    make_callback(number, minute(0), agent=agent)
    make_peace(number, minute(0), set_by=agent)
    CallReason.objects.create(number=number, agent=agent, reason="Fire.")


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_exported_as_it_is_searched_and_the_workbook_holds_as_much(admin_client, robin, name):
    for number in (NUMBER, OTHER_NUMBER):
        one_of_each(number, robin)
    assert [row["Number"] for row in told(admin_client, name, q="9123 4567")] == [f"tel:{NUMBER}"]
    content = b"".join(admin_client.get(address(name, "xlsx"), {"q": "9123 4567"}).streaming_content)
    [columns, row] = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert (columns == exported(admin_client, name)[0], row[columns.index("Number")]) == (True, NUMBER)


@pytest.mark.parametrize(("rows", "name"), [(rows, name) for name in LISTS for rows in (1, 3)])
def test_an_export_asks_as_many_questions_for_many_rows_as_for_one(
    admin_client, django_assert_max_num_queries, rows, name
):
    for place in range(rows):
        one_of_each(f"+659123456{place}", make_agent(f"agent{place}"))
    # Session, person, the list's count and the choices of its filters, keys, history; the rows, and contacts.
    with django_assert_max_num_queries(10):
        assert len(exported(admin_client, name)) == rows + 1


def test_long_words_that_no_file_shows_are_not_read(admin_client, django_assert_num_queries):
    make_call(NUMBER, minute(0), transcript="t" * 100)
    make_chat(NUMBER, minute(0))
    for name, words in (("call", "transcript"), ("chat", "messages")):
        response = admin_client.get(address(name))
        with django_assert_num_queries(1) as asked:
            b"".join(response.streaming_content)
        assert f'"{words}"' not in asked[0]["sql"]


def test_filters_are_told_to_the_history_in_the_words_of_the_list(admin_client, robin):
    make_note(NUMBER, agent=robin)
    completed = disposition("completed").pk
    exported(admin_client, "callnote", disposition__id__exact=completed, agent__id__exact=robin.pk)
    since = "2026-03-04 00:00:00+08:00"
    exported(admin_client, "callnote", created_at__gte=since, q="hello")
    exported(admin_client, "donotdisturb", state="in-force")
    entries = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert list(entries) == [
        ("Export: call-notes", "Exported as CSV, rows: 1. Disposition: Completed. Agent: Robin Agent (robin)."),
        ("Export: call-notes", f"Exported as CSV, rows: 0. Search: “hello”. Created at: created_at__gte={since}."),
        ("Export: do-not-disturb", "Exported as CSV, rows: 0. State: In force."),
    ]


def test_a_filter_that_makes_no_sense_leads_back_to_the_list(admin_client):
    response = admin_client.get(address("callnote"), {"agent__id__exact": "x"})
    list_address = reverse("admin:callnotes_callnote_changelist")
    assert (response.status_code, response.url, LogEntry.objects.count()) == (302, f"{list_address}?e=1", 0)


@pytest.mark.parametrize("name", LISTS)
def test_each_list_has_a_right_of_its_own(client, robin, name):
    one_of_each(NUMBER, robin)
    clerk = User.objects.create_user("clerk", is_staff=True)
    others = [code for code in CODE_OF_RIGHTS if code != f"export_{name}"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=others))
    client.force_login(clerk)
    assert (client.get(address(name)).status_code, len(clerk.get_all_permissions())) == (403, len(others))
    clerk.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{name}", f"export_{name}"]))
    page = client.get(reverse(f"admin:callnotes_{name}_changelist")).content.decode()
    assert f'href="{address(name)}?"' in page
    assert len(exported(client, name)) == 2


def test_an_export_leaves_everything_as_it_is(admin_client, robin):
    one_of_each(NUMBER, robin)
    models = (CallNote, Call, Chat, Callback, DoNotDisturb, CallReason)
    before = [list(model.objects.values()) for model in models]
    for name in LISTS:
        exported(admin_client, name)
    assert [list(model.objects.values()) for model in models] == before
