"""What a note of the phone system brings about, by the effects of its disposition and never by its name."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from callnotes import do_not_disturb, missed
from callnotes.models import Callback, CallNote, Disposition, DoNotDisturb
from callnotes.tests.factories import disposition, make_agent, make_disposition, make_missed, make_note
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import INSERTED, NUMBER, answer, batch, note, post_json
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 10, tzinfo=ZoneInfo("Asia/Singapore"))  # a Monday
CONTRACT = {
    "No Answer": "no_answer",
    "Schedule Later": "schedule_later",
    "Scheduled Later": "schedule_later",
    "Do not Disturb": "do_not_disturb",
    "Completed": "completed",
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def key() -> str:
    """A key of a phone system that knows whose number it is."""
    make_contact("Ada Example", NUMBER)
    return make_token()[1]


def stored() -> list[str]:
    return list(CallNote.objects.order_by("pk").values_list("disposition__key", flat=True))


def promises() -> list[tuple]:
    """Of each callback: when it is due, whether that was said, who calls, and whether it is open."""
    return list(Callback.objects.order_by("pk").values_list("due_at", "is_time_given", "agent__username", "closed_at"))


def reported(client: Client, key: str, status: str, **fields) -> None:
    assert answer(note(client, key, status=status, **fields)) == INSERTED


# Names


@pytest.mark.parametrize("status", ["Voicemail", "voice mail", "VOICE-MAIL", "left_a_message", " Left  a Message "])
def test_a_status_may_be_an_alias_in_any_spelling(client, key, status):
    Disposition.objects.filter(key="no_answer").update(aliases="Voicemail, Left a message")
    reported(client, key, status)
    assert stored() == ["no_answer"]


def test_an_alias_of_a_disposition_that_was_taken_away_is_no_status(client, key):
    make_disposition("busy", "Busy", aliases="Engaged", is_active=False)
    assert note(client, key, status="Engaged").json()["error"] == "status_unknown"
    assert stored() == []


@pytest.mark.parametrize("label", ["Nicht erreicht", "完了", "☎ 1", "Wrong Number"])
@pytest.mark.parametrize(("status", "stored_as"), CONTRACT.items())
def test_the_contracts_names_stay_whatever_the_back_office_calls_its_four(client, key, label, status, stored_as):
    Disposition.objects.filter(key=stored_as).update(label=label)
    reported(client, key, status)
    reported(client, key, status.upper().replace(" ", "_"))
    assert stored() == [stored_as] * 2


def test_the_contracts_names_go_before_every_label_and_alias(client, key):
    """The back office refuses such names; a row from elsewhere may have them."""
    make_disposition("busy", "Scheduled-Later", aliases=",".join(CONTRACT))
    make_disposition("engaged", "NO ANSWER")
    for status in CONTRACT:
        reported(client, key, status)
    assert stored() == list(CONTRACT.values())


# Effects


def test_a_call_to_make_later_is_due_in_the_next_working_hour_for_anyone(client, key):
    """The contract has no time to give."""
    reported(client, key, "Schedule Later")
    assert promises() == [(NOON.replace(hour=13, minute=0), False, None, None)]
    callback = Callback.objects.get()
    assert (callback.number, callback.contact_name, callback.note) == (NUMBER, "Ada Example", CallNote.objects.get())
    assert callback.created_at == NOON


@pytest.mark.parametrize(
    ("said_at", "due_at"),
    [
        (NOON.replace(hour=8), NOON.replace(hour=9, minute=0)),
        (NOON.replace(hour=17, minute=30), NOON.replace(day=3, hour=9, minute=0)),
        (NOON.replace(day=6, hour=17, minute=30), NOON.replace(day=9, hour=9, minute=0)),
        (NOON.replace(day=7), NOON.replace(day=9, hour=9, minute=0)),
    ],
    ids=["before work", "late", "Friday evening", "Saturday"],
)
def test_out_of_working_hours_it_is_due_when_the_next_begin(client, key, clock, said_at, due_at):
    clock.move_to(said_at)
    reported(client, key, "Schedule Later")
    assert promises() == [(due_at, False, None, None)]


@pytest.mark.parametrize("retries", [1, 2, 5])
def test_a_request_that_is_retried_with_its_key_promises_one_call(client, key, clock, retries):
    for _ in range(retries):
        reported(client, key, "Schedule Later", extra={"HTTP_IDEMPOTENCY_KEY": "once"})
        clock.shift(timedelta(hours=1))
    assert (stored(), promises()) == (["schedule_later"], [(NOON.replace(hour=13, minute=0), False, None, None)])


def test_a_batch_does_the_same_in_its_order(client, key):
    said = [{"cid": NUMBER, "status": status, "comments": "Asked."} for status in ("Schedule Later", "Completed")]
    assert answer(post_json(client, said, HTTP_X_API_KEY=key)) == batch('{"success":1}', '{"success":1}')
    assert promises() == [(NOON.replace(hour=13, minute=0), False, None, NOON)]


def test_a_refused_note_brings_nothing_about(client, key):
    assert note(client, key, status="Do not Disturb", comments=" ").status_code == 400
    assert note(client, key, status="Schedule Later", cid="+6561234567").status_code == 404
    assert (stored(), promises(), DoNotDisturb.objects.count()) == ([], [], 0)


def test_what_only_asks_brings_nothing_about(client, key):
    parameters = {"cid": NUMBER, "status": "Schedule Later", "comments": "Call.", "token": key}
    assert client.head("/3cx/query", parameters).status_code == 200
    assert (stored(), promises()) == ([], [])


FLAGS = ["opens_callback", "closes_callbacks", "sets_do_not_disturb", "counts_as_reached"]


@pytest.mark.parametrize("flag", [*FLAGS, None])
@pytest.mark.parametrize("name", ["busy", "completed", "no_answer", "do_not_disturb", "schedule_later"])
def test_each_effect_is_brought_about_by_its_flag_alone_whatever_the_disposition_is_called(client, key, name, flag):
    if name == "busy":
        make_disposition("busy", "Busy")
    flags = dict.fromkeys(FLAGS, False) | ({flag: True} if flag else {})
    Disposition.objects.filter(key=name).update(asks_for_time=False, **flags)
    make_missed(NUMBER, NOON - timedelta(hours=1))
    Disposition.objects.create(key="promise", label="A promise", opens_callback=True)
    agent = make_agent("robin")
    make_note(NUMBER, key="promise", agent=agent, now=NOON - timedelta(minutes=30))
    reported(client, key, disposition(name).label)
    # A new promise replaces the one before.
    due_before, due_now = NOON.replace(hour=12, minute=0), NOON.replace(hour=13, minute=0)
    before = (due_before, False, "robin", NOON if flag in ("opens_callback", "closes_callbacks") else None)
    opened = [(due_now, False, None, None)] if flag == "opens_callback" else []
    assert promises() == [before, *opened]
    assert do_not_disturb.asked_for([NUMBER]) == ({NUMBER} if flag == "sets_do_not_disturb" else set())
    assert (missed.waiting_at(NUMBER) is None) == (flag == "counts_as_reached")


def test_the_phone_system_is_never_asked_for_a_time(client, key):
    make_disposition("busy", "Busy", asks_for_time=True, opens_callback=True)
    reported(client, key, "Busy")
    assert promises() == [(NOON.replace(hour=13, minute=0), False, None, None)]


def test_peace_that_the_phone_system_asked_for_is_nobodys(client, key):
    reported(client, key, "Do not Disturb", comments="No calls, please.")
    entry = DoNotDisturb.objects.get()
    assert (entry.number, entry.set_by, entry.set_at, entry.note) == (NUMBER, None, NOON, CallNote.objects.get())
