"""What a key last did, and when: told to the back office, at most one write a minute for each."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from contacts.tests.factories import make_contact
from integrations_3cx import crm_template, last_use
from integrations_3cx.models import ApiToken, Scope
from integrations_3cx.tests.asking import CALLS, CHATS, CONTACTS, NUMBER, PATH, ask, note, post_json
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

VERSION = crm_template.VERSION
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NOTHING = dict.fromkeys(["last_lookup_at", "last_note_at", "last_contacts_at", "last_journal_at", "template_version"])

CALL = {"CallType": "Missed", "Number": NUMBER, "CallStartTimeUTC": "2026-03-04T11:00:00Z"}
CHAT = {"Number": NUMBER, "ChatStartTimeUTC": "2026-03-04T11:00:00Z", "ChatMessages": "Are you open?"}
USES = {
    "a lookup": (lambda client, key, **extra: ask(client, key, cid=NUMBER, extra=extra), "last_lookup_at"),
    "a note": (lambda client, key, **extra: note(client, key, extra=extra), "last_note_at"),
    "a search": (
        lambda client, key, **extra: client.get(CONTACTS, {"number": NUMBER}, HTTP_X_API_KEY=key, **extra),
        "last_contacts_at",
    ),
    "a new contact": (
        lambda client, key, **extra: post_json(client, {"Number": NUMBER}, path=CONTACTS, HTTP_X_API_KEY=key, **extra),
        "last_contacts_at",
    ),
    "a call": (
        lambda client, key, **extra: post_json(client, CALL, path=CALLS, HTTP_X_API_KEY=key, **extra),
        "last_journal_at",
    ),
    "a chat": (
        lambda client, key, **extra: post_json(client, CHAT, path=CHATS, HTTP_X_API_KEY=key, **extra),
        "last_journal_at",
    ),
}


@pytest.fixture(autouse=True)
def known_caller(settings):
    settings.PUBLIC_URL = "https://crm.example.com"
    make_contact("Ada Example", NUMBER)


@pytest.fixture
def token() -> ApiToken:
    token, token.key = make_token(scopes=Scope.values)
    return token


def told(token: ApiToken) -> dict[str, Any]:
    return ApiToken.objects.values(*NOTHING).get(pk=token.pk)


@pytest.mark.parametrize(("use", "column"), USES.values(), ids=USES)
def test_each_use_tells_when_the_key_last_did_that(client, token, use, column):
    other, _ = make_token("Branch 3CX")
    with time_machine.travel(NOON, tick=False):
        assert use(client, token.key).status_code == 200
    assert (told(token), told(other)) == (NOTHING | {column: NOON}, NOTHING)


@pytest.mark.parametrize("use", ["a search", "a new contact", "a call", "a chat"])
def test_the_template_tells_its_version(client, token, use):
    request_with, column = USES[use]
    with time_machine.travel(NOON, tick=False):
        request_with(client, token.key, HTTP_X_DBN_CRM_TEMPLATE=str(VERSION))
    assert told(token) == NOTHING | {column: NOON, "template_version": VERSION}


UNKNOWN = ["", "x", "-1", "0", "01", str(VERSION + 1), "1.5", "10000", "９", "²", " 1", "1;1", "9" * 5000]


@pytest.mark.parametrize("version", UNKNOWN, ids=ascii)
def test_a_version_that_never_was_is_not_stored(client, token, version):
    extra = {"HTTP_X_DBN_CRM_TEMPLATE": version.encode().decode("latin-1")}
    with time_machine.travel(NOON, tick=False):
        assert post_json(client, CALL, path=CALLS, HTTP_X_API_KEY=token.key, **extra).status_code == 200
    assert told(token) == NOTHING | {"last_journal_at": NOON}


def test_a_new_version_is_told_at_once_and_stays_where_none_is_sent(client, token, monkeypatch):
    monkeypatch.setattr(last_use, "KNOWN_VERSIONS", {"1", "2"})
    use, _ = USES["a call"]
    with time_machine.travel(NOON, tick=False):
        for version in ({"HTTP_X_DBN_CRM_TEMPLATE": "1"}, {"HTTP_X_DBN_CRM_TEMPLATE": "2"}, {}):
            use(client, token.key, **version)
    assert told(token)["template_version"] == 2


def test_a_batch_tells_all_that_it_did(client, token):
    items = [{"cid": NUMBER}, {"cid": NUMBER, "status": "Completed", "comments": "Asked."}]
    with time_machine.travel(NOON, tick=False):
        post_json(client, items, HTTP_X_API_KEY=token.key)
    assert told(token) == NOTHING | {"last_lookup_at": NOON, "last_note_at": NOON}


REFUSED = {
    "a note of an unknown number": lambda client, key: note(client, key, cid="+12025550123"),
    "a status that is none": lambda client, key: note(client, key, status="Sold"),
    "a lookup without a number": lambda client, key: ask(client, key),
    "a search for nothing": lambda client, key: client.get(CONTACTS, HTTP_X_API_KEY=key),
    "a call without a type": lambda client, key: post_json(client, {}, path=CALLS, HTTP_X_API_KEY=key),
    "another method": lambda client, key: client.get(CALLS, HTTP_X_API_KEY=key),
    "a question for methods": lambda client, key: client.options(CALLS, HTTP_X_API_KEY=key),
    "a batch of nothing but faults": lambda client, key: post_json(client, [{"cid": ""}], HTTP_X_API_KEY=key),
}


@pytest.mark.parametrize("request_with", REFUSED.values(), ids=REFUSED)
def test_what_was_refused_is_no_use(client, token, request_with):
    request_with(client, token.key)
    assert told(token) == NOTHING


def test_a_key_without_the_scope_did_nothing(client):
    token, key = make_token(scopes=[Scope.LOOKUP])
    assert post_json(client, CALL, path=CALLS, HTTP_X_API_KEY=key).status_code == 403
    assert told(token) == NOTHING


def test_a_note_that_is_only_checked_is_no_last_note(client, token):
    response = client.head(
        PATH, query_params={"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": token.key}
    )
    assert (response.status_code, told(token)) == (200, NOTHING)


@pytest.mark.parametrize(("use", "column"), USES.values(), ids=USES)
@pytest.mark.parametrize(("seconds", "written"), [(59, 0), (60, 60)])
def test_each_use_is_written_at_most_once_a_minute(client, token, use, column, seconds, written, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(last_use, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    with time_machine.travel(NOON, tick=False):
        use(client, token.key)
    clock[0] += seconds
    with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
        use(client, token.key)
    assert told(token)[column] == NOON + timedelta(seconds=written)


def test_a_use_is_written_once_a_minute_whatever_versions_are_sent(client, token, monkeypatch):
    written = []
    monkeypatch.setattr(last_use, "run", written.append)
    for version in [*UNKNOWN, *map(str, range(VERSION + 1, VERSION + 50))]:
        headers = {"HTTP_X_API_KEY": token.key, "HTTP_X_DBN_CRM_TEMPLATE": version.encode().decode("latin-1")}
        assert client.get(CONTACTS, {"number": NUMBER}, **headers).status_code == 200
    assert len(written) == len(["the use of the key", "the search"])


def test_each_thing_that_a_key_does_has_its_own_minute(client, token):
    with time_machine.travel(NOON, tick=False):
        ask(client, token.key, cid=NUMBER)
        note(client, token.key)
        post_json(client, CALL, path=CALLS, HTTP_X_API_KEY=token.key)
    assert told(token) == NOTHING | dict.fromkeys(["last_lookup_at", "last_note_at", "last_journal_at"], NOON)


def test_what_a_process_remembers_of_keys_is_bounded(monkeypatch):
    monkeypatch.setattr(last_use, "MOST_REMEMBERED", 10)
    monkeypatch.setattr(last_use, "run", lambda _store: None)
    for pk in range(35):
        last_use.remember_success(ApiToken(pk=pk), [Scope.JOURNAL])
    assert len(last_use._next_write_at) <= 10
