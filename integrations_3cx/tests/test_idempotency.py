"""A retried note is not stored twice: the same token and key within 24 hours get the first answer again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import INSERTED, KEY_REUSED, NUMBER, NUMBER_UNKNOWN, answer, note, refused
from integrations_3cx.tests.factories import make_token

NOON = datetime(2030, 5, 6, 12, tzinfo=ZoneInfo("Asia/Singapore"))
CONFLICT = refused(409, 0, "idempotency_conflict", KEY_REUSED)

pytestmark = pytest.mark.django_db

carriers = pytest.mark.parametrize(
    "carried",
    [
        lambda key: {"call_id": key},
        lambda key: {"CALL_ID ": key},
        lambda key: {"extra": {"HTTP_IDEMPOTENCY_KEY": key}},
        lambda key: {"extra": {"HTTP_IDEMPOTENCY_KEY": key}, "call_id": "beside-it"},
    ],
    ids=["call_id", "call_id, in capitals", "header", "header beside a call_id"],
)
Carried = Callable[[str], dict]


def stored() -> list[str]:
    return list(CallNote.objects.order_by("pk").values_list("comments", flat=True))


@carriers
def test_the_same_key_with_the_same_content_gets_the_first_answer_and_inserts_nothing(client, carried: Carried):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert [answer(note(client, key, **carried("call-7"))) for _ in range(3)] == [INSERTED] * 3
    assert stored() == ["Asked for a quote."]


@carriers
def test_another_key_is_another_note(client, carried: Carried):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert [answer(note(client, key, **carried(name))) for name in ("7", "8", "07", "7a")] == [INSERTED] * 4
    assert stored() == ["Asked for a quote."] * 4


@carriers
@pytest.mark.parametrize(
    "other",
    [{"comments": "Asked for a quote!"}, {"status": "No Answer"}, {"cid": "+6561234567"}],
    ids=["comments", "status", "number"],
)
def test_the_same_key_with_other_content_is_a_conflict(client, carried: Carried, other):
    make_contact("Ada Example", NUMBER, "+6561234567")
    _, key = make_token()
    assert answer(note(client, key, **carried("call-7"))) == INSERTED
    assert answer(note(client, key, **carried("call-7"), **other)) == CONFLICT
    assert stored() == ["Asked for a quote."]
    assert answer(note(client, key, **carried("call-7"))) == INSERTED
    assert stored() == ["Asked for a quote."]


@pytest.mark.parametrize(
    "spelling",
    [{"cid": "91234567"}, {"cid": " 6591234567"}, {"status": "COMPLETED"}, {"status": " completed "}],
    ids=["national", "lost plus", "capitals", "blanks"],
)
def test_the_same_content_in_another_spelling_is_the_same_content(client, spelling):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, call_id="call-7")) == INSERTED
    assert answer(note(client, key, call_id="call-7", **spelling)) == INSERTED
    assert stored() == ["Asked for a quote."]


def test_the_header_wins_over_the_call_id(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    headers = [{"HTTP_IDEMPOTENCY_KEY": name} for name in ("first", "second")]
    assert [answer(note(client, key, call_id="call-7", extra=header)) for header in headers] == [INSERTED] * 2
    assert stored() == ["Asked for a quote."] * 2


def test_a_key_is_a_tokens_own(client):
    make_contact("Ada Example", NUMBER)
    keys = [make_token()[1], make_token("Branch 3CX")[1]]
    assert [answer(note(client, key, call_id="call-7")) for key in keys] == [INSERTED] * 2
    assert answer(note(client, keys[1], call_id="call-7", comments="Other.")) == CONFLICT
    assert stored() == ["Asked for a quote."] * 2


@pytest.mark.parametrize("empty", [{"call_id": ""}, {"extra": {"HTTP_IDEMPOTENCY_KEY": " "}}, {"call_id": "[CallID]"}])
def test_an_empty_key_is_none(client, empty):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert [answer(note(client, key, **empty)) for _ in range(2)] == [INSERTED] * 2
    assert stored() == ["Asked for a quote."] * 2


@pytest.mark.parametrize(
    ("later", "notes"),
    [(timedelta(hours=24, microseconds=-1), 1), (timedelta(hours=24), 2), (timedelta(days=400), 2)],
    ids=["just within 24 hours", "24 hours", "long after"],
)
def test_a_key_is_held_for_24_hours(client, later, notes):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    for moment in (NOON, NOON + later, NOON + later):
        with time_machine.travel(moment, tick=False):
            assert answer(note(client, key, call_id="call-7")) == INSERTED
    assert stored() == ["Asked for a quote."] * notes


def test_a_repetition_does_not_prolong_the_24_hours(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    for hours in (0, 23, 25):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            assert answer(note(client, key, call_id="call-7")) == INSERTED
    assert stored() == ["Asked for a quote."] * 2


def test_after_24_hours_a_key_may_come_with_other_content_and_is_held_again(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(NOON, tick=False):
        assert answer(note(client, key, call_id="call-7", comments="Old.")) == INSERTED
    with time_machine.travel(NOON + timedelta(hours=24), tick=False):
        assert answer(note(client, key, call_id="call-7", comments="New.")) == INSERTED
        assert answer(note(client, key, call_id="call-7", comments="Old.")) == CONFLICT
    assert stored() == ["Old.", "New."]


@pytest.mark.parametrize("first_hours", [None, 0], ids=["new", "held before"])
def test_a_refused_note_leaves_its_key_unused(client, first_hours):
    contact = make_contact("Ada Example", NUMBER)
    _, key = make_token()
    if first_hours is not None:
        with time_machine.travel(NOON, tick=False):
            assert answer(note(client, key, call_id="call-7", comments="First.")) == INSERTED
    contact.numbers.all().delete()
    with time_machine.travel(NOON + timedelta(hours=30), tick=False):
        unknown = refused(404, 0, "number_unknown", NUMBER_UNKNOWN)
        assert answer(note(client, key, call_id="call-7", comments="Too early.")) == unknown
        make_contact("Ben Example", NUMBER)
        assert answer(note(client, key, call_id="call-7", comments="In time.")) == INSERTED
    assert stored()[-1] == "In time."
    assert "Too early." not in stored()


def test_a_repetition_gets_the_first_answer_though_the_contact_is_gone(client):
    contact = make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, call_id="call-7")) == INSERTED
    contact.delete()
    assert answer(note(client, key, call_id="call-7")) == INSERTED
    assert stored() == ["Asked for a quote."]


def test_a_call_id_of_200_characters_is_held_and_a_longer_one_refused(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert [answer(note(client, key, call_id="7" * 200)) for _ in range(2)] == [INSERTED] * 2
    too_long = refused(400, 0, "call_id_too_long", "Send a call_id of at most 200 characters.")
    assert answer(note(client, key, call_id="7" * 201)) == too_long
    assert list(CallNote.objects.values_list("call_id", flat=True)) == ["7" * 200]


@pytest.mark.parametrize("length", [251, 5000])
def test_an_idempotency_key_that_is_too_long_to_be_held_is_refused(client, length):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = note(client, key, extra={"HTTP_IDEMPOTENCY_KEY": "7" * length})
    assert (response.status_code, response.json()["success"], stored()) == (400, 0, [])
