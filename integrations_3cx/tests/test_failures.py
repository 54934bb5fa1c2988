"""The last requests that were refused, for an administrator to see: masked, counted and bounded, at no one's cost."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from contacts import phone
from contacts.tests.factories import make_contact
from integrations_3cx import failures
from integrations_3cx.models import FailedRequest, Scope
from integrations_3cx.tests.asking import (
    CALLS,
    CONTACTS,
    FOUND,
    INSERTED,
    NOT_FOUND,
    NUMBER,
    NUMBER_UNKNOWN,
    PATH,
    TOKEN_INVALID,
    answer,
    ask,
    note,
    post_json,
    refused,
)
from integrations_3cx.tests.factories import make_token
from integrations_3cx.tests.test_outage import MESSAGE, database_gone, lost_at

pytestmark = pytest.mark.django_db
at_once = pytest.mark.usefixtures("failures_stored_at_once")

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TAKEN_OVER = "s3cret-of-the-old-CRM"


def rows(*names: str) -> list[tuple]:
    return list(FailedRequest.objects.order_by("pk").values_list(*names))


# What is stored


@at_once
def test_a_refused_request_is_stored_with_what_an_administrator_needs(client):
    token, key = make_token()
    with time_machine.travel(NOON, tick=False):
        note(client, key)
    row = FailedRequest.objects.values().get()
    assert row.pop("id")
    assert row == {
        "path": PATH,
        "key_prefix": token.prefix,
        "has_valid_key": True,
        "number": "+659…67",
        "http_status": 404,
        "error": "number_unknown",
        "message": NUMBER_UNKNOWN,
        "count": 1,
        "first_at": NOON,
        "last_at": NOON,
    }


@at_once
def test_what_is_answered_leaves_no_trace(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    answers = [ask(client, key, cid=NUMBER), ask(client, key, cid="anonymous"), note(client, key), client.options(PATH)]
    assert [answer(response) for response in answers[:3]] == [FOUND, NOT_FOUND, INSERTED]
    assert rows("error") == []


@at_once
def test_a_key_that_is_none_is_known_by_its_beginning_or_by_why_it_cannot_be_one(client):
    for key in ("dbn_abcdef" + "x" * 36, TAKEN_OVER, "short", "[ApiKey]", "%KEY%", ""):
        ask(client, key, cid=NUMBER)
    assert rows("key_prefix", "has_valid_key", "error") == [
        ("dbn_abcdef", False, "token_invalid"),
        (TAKEN_OVER[:4], False, "token_invalid"),
        ("too short", False, "token_invalid"),
        ("not filled in", False, "token_invalid"),
        ("", False, "token_invalid"),
    ]
    assert rows("count") == [(1,), (1,), (1,), (2,), (1,)]


@at_once
@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "malformed_json"),
        ("x" * (1024 * 1024 + 1), "application/json", "body_too_large"),
        ("x", "text/plain", "media_type_unsupported"),
    ],
    ids=["malformed", "too large", "of another type"],
)
def test_a_body_that_cannot_be_read_is_told_with_the_key_that_came_with_it(client, body, content_type, error):
    token, key = make_token()
    client.generic("POST", PATH, body, content_type, HTTP_X_API_KEY=key)
    assert rows("key_prefix", "error") == [(token.prefix, error)]


@at_once
def test_a_key_from_a_network_that_is_not_allowed_is_valid_all_the_same(client):
    token, key = make_token(allowed_networks=["192.0.2.0/24"])
    ask(client, key, cid=NUMBER)
    assert rows("key_prefix", "has_valid_key", "error") == [(token.prefix, True, "address_not_allowed")]


@at_once
def test_every_endpoint_and_every_item_of_a_batch_is_remembered_with_its_number(client, settings):
    settings.PUBLIC_URL = "https://crm.example.com"
    _, key = make_token(scopes=Scope.values)
    ask(client, key, path=f"{PATH}/", cid="")
    client.get(CONTACTS, {"number": NUMBER, "email": "ada@example.com"}, HTTP_X_API_KEY=key)
    post_json(client, {"FirstName": "Ada", "number ": "anonymous"}, path=CONTACTS, HTTP_X_API_KEY=key)
    post_json(client, {"CallType": "Internal", "NUMBER": 6591234567}, path=CALLS, HTTP_X_API_KEY=key)
    post_json(client, {"Number": [NUMBER]}, path="/3cx/chats/", HTTP_X_API_KEY=key)
    post_json(client, [{"cid": NUMBER}, {"cid": "[Number]"}, None], HTTP_X_API_KEY=key)
    assert rows("path", "number", "error") == [
        (PATH, "", "cid_missing"),
        (CONTACTS, "+659…67", "one_of_three"),
        (CONTACTS, "withheld", "number_unreadable"),
        (CALLS, "+659…67", "call_type_unknown"),
        ("/3cx/chats", "", "chat_messages_missing"),
        (PATH, "unreadable", "cid_missing"),
        (PATH, "", "wrong_type"),
    ]


@at_once
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (NUMBER, "+659…67"),
        ("91234567", "+659…67"),
        (" 6591234567", "+659…67"),
        ("101", "101"),
        ("99999", "99999"),
        ("123456", "12…56"),
        ("1234567", "12…67"),
        ("123456789", "123…89"),
        ("hello", "unreadable"),
        ("9" * 300, "unreadable"),
        ("anonymous", "withheld"),
    ],
)
def test_a_number_is_shown_read_and_with_its_middle_hidden_and_an_extension_whole(client, sent, shown):
    _, key = make_token()
    note(client, key, cid=sent)
    assert rows("number") == [(shown,)]


@at_once
def test_failures_of_one_sort_are_counted_in_one_row_with_the_first_and_the_last(client):
    _, key = make_token()
    for minutes, status in ((0, "Sold"), (1, "Sold"), (5, "Lost")):
        with time_machine.travel(NOON + minutes * MINUTE, tick=False):
            ask(client, key, cid=NUMBER, status=status, comments="Asked.")
    [(count, first_at, last_at, message)] = rows("count", "first_at", "last_at", "message")
    assert (count, first_at, last_at) == (3, NOON, NOON + 5 * MINUTE)
    assert message.startswith("'Lost' is no status")


# Masked

WHOLE_NUMBERS = [NUMBER, "006591234567", "91 23 45 67", "(65) 9123-4567", "９１２３４５６７", "9123/4567", "123456"]


def seen() -> list[str]:
    """All that an administrator reads of the failures."""
    shown = [text for row in rows("path", "key_prefix", "number", "error", "message") for text in row]
    assert shown
    return shown


REFUSED: dict[str, Callable[..., Any]] = {
    "cid": lambda client, key, text: note(client, key, cid=text),
    "status": lambda client, key, text: note(client, key, status=text),
    "unfilled cid": lambda client, key, text: note(client, key, cid=f"[{text}]"),
    "type of call": lambda client, key, text: post_json(
        client, {"CallType": text, "Number": ""}, path=CALLS, HTTP_X_API_KEY=key
    ),
    "start of a call": lambda client, key, text: post_json(
        client,
        {"CallType": "Missed", "Number": text, "CallStartTimeUTC": text},
        path=CALLS,
        HTTP_X_API_KEY=key,
    ),
    "duration": lambda client, key, text: post_json(
        client,
        {"CallType": "Missed", "Number": "", "CallStartTimeUTC": "2026-03-04T12:00:00Z", "Duration": f"x{text}"},
        path=CALLS,
        HTTP_X_API_KEY=key,
    ),
}


@at_once
@pytest.mark.parametrize("request_with", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("number", WHOLE_NUMBERS)
def test_no_column_holds_a_whole_number(client, request_with, number):
    _, key = make_token(scopes=Scope.values)
    assert request_with(client, key, number).status_code in (400, 404)
    assert [text for text in seen() if phone.digits_of(number) in phone.digits_of(text)] == []


@at_once
@pytest.mark.parametrize("request_with", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("taken_over", [None, TAKEN_OVER], ids=["ours", "taken over"])
def test_no_column_holds_the_key(client, request_with, taken_over):
    _, key = make_token(scopes=Scope.values, key=taken_over)
    assert request_with(client, key, key).status_code in (400, 404)
    assert [text for text in seen() if key[10:30] in text] == []


@at_once
@pytest.mark.parametrize("key", ["dbn_" + "x" * 42, "DBN_" + "x" * 42, TAKEN_OVER, "x" * 128])
def test_no_column_holds_a_key_that_was_refused(client, key):
    ask(client, key, cid=key, status=key, comments=key)
    post_json(client, {"Number": key}, path=CALLS, HTTP_AUTHORIZATION=f"Bearer {key}")
    assert [text for text in seen() if key[10:20] in text] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No contact has +65 9123 4567.", "No contact has +65 …67."),
        ("Numbers 91234567 and 101", "Numbers 912…67 and 101"),
        ("token=dbn_abc.", "token=dbn_…."),
        ("DBN_" + "x" * 42, "dbn_…"),
        ("1,000 items; 3:15", "1,000 items; 3:15"),
        ("It is '3/4/2026 12:05:00 PM', which", "It is '3/4/2026 12:05:00 PM', which"),
        ("2026-03-04T12:05:00Z and 2026-03-04 12.05", "2026-03-04T12:05:00Z and 2026-03-04 12.05"),
        ("used from 192.0.2.7;", "used from 192.0.2.7;"),
        ("91-23-4567 and 9123.4567", "91-2…67 and 912…67"),
        ("x" * 600, "x" * 500),
    ],
)
def test_a_text_is_masked_where_it_may_hold_a_number_or_a_key(text, shown):
    assert failures.masked(text) == shown


# Bounded


def older(has_valid_key: bool, count: int) -> None:
    """Failures of so many sorts, each a minute older than the one before."""
    FailedRequest.objects.bulk_create(
        FailedRequest(
            path=PATH,
            key_prefix="dbn_abcdef" if has_valid_key else "",
            has_valid_key=has_valid_key,
            number=str(place),
            http_status=400,
            error="cid_missing",
            message="x",
            count=1,
            first_at=NOON - place * MINUTE,
            last_at=NOON - place * MINUTE,
        )
        for place in range(count)
    )


def kept() -> tuple[int, int]:
    failed = FailedRequest.objects
    return failed.filter(has_valid_key=True).count(), failed.filter(has_valid_key=False).count()


@at_once
def test_of_those_with_and_without_a_valid_key_the_last_hundred_each_are_kept(client):
    older(has_valid_key=True, count=100)
    older(has_valid_key=False, count=100)
    _, key = make_token()
    ask(client, "dbn_wrong" * 3, cid=NUMBER)
    assert kept() == (100, 100)
    assert not FailedRequest.objects.filter(has_valid_key=False, number="99").exists()
    assert FailedRequest.objects.filter(has_valid_key=True, number="99").exists()
    ask(client, key, cid="[Number]")
    assert kept() == (100, 100)
    assert not FailedRequest.objects.filter(has_valid_key=True, number="99").exists()


@at_once
def test_strangers_never_push_out_what_came_with_a_valid_key(client):
    older(has_valid_key=True, count=100)
    for place in range(105):
        ask(client, f"{place:03}x" * 5, cid=NUMBER)
    assert kept() == (100, 100)
    assert FailedRequest.objects.filter(has_valid_key=True, number="99").exists()


@pytest.fixture
def scheduled(failures_not_stored, monkeypatch) -> list[tuple[float, Callable[[], None]]]:
    """What is to be written, and in how many seconds; a test does it when it likes."""
    waiting = []
    monkeypatch.setattr(failures, "schedule", lambda seconds, write: waiting.append((seconds, write)))
    monkeypatch.setattr(failures, "_next_write_at", 0.0)
    return waiting


def test_a_flood_of_failures_of_all_sorts_fills_neither_memory_nor_the_database(client, scheduled):
    _, key = make_token()
    for place in range(80):
        note(client, key, cid=f"+65912345{place:02}")
        ask(client, f"{place:03}x" * 5, cid=NUMBER)
    assert len(failures._gathered) == 2 * (failures.MOST_GATHERED + 1)
    [(_, write)] = scheduled
    write()
    assert sum(count for (count,) in rows("count")) == 160
    assert sorted(FailedRequest.objects.filter(number="others").values_list("error", "count", "key_prefix")) == [
        ("number_unknown", 30, ""),
        ("token_invalid", 30, ""),
    ]
    assert failures._gathered == {}


def test_strangers_do_not_push_what_comes_with_a_valid_key_into_others(client, scheduled):
    token, key = make_token()
    for place in range(80):
        ask(client, f"{place:03}x" * 5, cid=f"+65912345{place:02}")
    note(client, key)
    [(_, write)] = scheduled
    write()
    valid = FailedRequest.objects.filter(has_valid_key=True)
    assert list(valid.values_list("key_prefix", "number", "error", "count")) == [
        (token.prefix, "+659…67", "number_unknown", 1)
    ]


SECRET = "dbn_" + "s3cret" * 7
WRONG_HOST = {"HTTP_HOST": "crm.example.net"}


def ask_for_many_paths(client, count: int = 120) -> None:
    """Under a host that is not allowed, which any stranger can do: each path another, with what it must not show."""
    for place in range(count):
        for path in (f"/3cx/{place}/{SECRET}", f"/3cx/+6591234{place:03}", f"/3cx/query\0{place}"):
            response = client.generic("GET", quote(path), **WRONG_HOST)
            assert response.status_code == 400


@at_once
def test_a_flood_of_paths_under_a_wrong_host_is_one_sort_that_shows_none_of_them(client):
    ask_for_many_paths(client)
    assert rows("path", "key_prefix", "number", "error", "count") == [("others", "", "", "bad_request", 360)]
    assert [text for text in seen() if "s3cret" in text or "91234" in text or "\0" in text] == []


def test_a_flood_of_paths_under_a_wrong_host_takes_one_place_in_memory(client, scheduled):
    ask_for_many_paths(client)
    client.get(f"{PATH}/", **WRONG_HOST)
    assert {(sort.path, sort.number) for sort in failures._gathered} == {("others", ""), (PATH, "")}
    [(_, write)] = scheduled
    write()
    assert rows("path", "count") == [("others", 360), (PATH, 1)]
    assert [text for text in seen() if "s3cret" in text or "91234" in text or "\0" in text] == []


@at_once
def test_a_host_that_is_refused_is_named(client):
    client.get(PATH, **WRONG_HOST)
    [(message,)] = rows("message")
    assert message.endswith(" It asked for crm.example.net.")


def test_failures_are_written_together_and_at_most_once_in_five_seconds(client, scheduled):
    _, key = make_token()
    for place in range(3):
        note(client, key, cid=f"+659123456{place}")
    [(seconds, write)] = scheduled
    assert (seconds, rows("error")) == (0.0, [])
    write()
    assert rows("error", "count") == [("number_unknown", 1)] * 3
    note(client, key, cid=NUMBER)
    assert len(scheduled) == 2
    assert 4 < scheduled[1][0] <= failures.PERIOD_SECONDS == 5


def test_failures_that_were_gathered_are_all_counted_in_the_row_that_is_there(client, scheduled):
    for round_of in (1, 3):
        for _ in range(round_of):
            ask(client, "short", cid=NUMBER)
        scheduled.pop()[1]()
    assert rows("error", "count") == [("token_invalid", 4)]


def test_a_refusal_itself_costs_no_query_more(client, scheduled, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ask(client, "short", cid=NUMBER).status_code == 401
    assert len(scheduled) == 1


# Whatever happens


@at_once
@pytest.mark.django_db(transaction=True)
def test_a_request_is_refused_as_ever_where_the_failure_cannot_be_stored(client, caplog):
    with lost_at('"integrations_3cx_failedrequest"'):
        assert answer(ask(client, "short", cid=NUMBER)) == refused(401, False, "token_invalid", TOKEN_INVALID)
    assert "1 failed requests were not stored: OperationalError" in caplog.messages
    assert rows("error") == []
    ask(client, "short", cid=NUMBER)
    assert rows("error", "count") == [("token_invalid", 1)]


@at_once
@pytest.mark.django_db(transaction=True)
def test_without_a_database_a_failure_is_not_stored_and_hurts_nobody(client):
    _, key = make_token()
    with database_gone():
        assert answer(ask(client, key, cid=NUMBER)) == refused(503, False, "database_unavailable", MESSAGE)
    assert rows("error") == []


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_written_by_a_thread_of_its_own(client, monkeypatch):
    monkeypatch.setattr(failures, "schedule", failures._after)
    monkeypatch.setattr(failures, "_next_write_at", 0.0)
    ask(client, "short", cid=NUMBER)
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(timeout=10)
    assert rows("error", "count") == [("token_invalid", 1)]
