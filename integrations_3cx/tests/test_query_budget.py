"""What each use costs in queries, once the minute's last use of its key is written."""

import pytest
from django.conf import settings

from contacts.tests.factories import make_contact
from integrations_3cx import last_use
from integrations_3cx.models import Scope
from integrations_3cx.tests.asking import (
    CALLS,
    CHATS,
    CONTACTS,
    FOUND,
    INSERTED,
    NOT_FOUND,
    NUMBER,
    answer,
    ask,
    batch,
    note,
    post_json,
)
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

# On PostgreSQL a note waits for its number's turn; SQLite has one writer as it is.
TURN = int(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))


def key_in_use(client) -> str:
    """A key that was used a moment ago, for everything."""
    token, key = make_token(scopes=Scope.values)
    ask(client, key, cid=NUMBER)
    last_use.remember_success(token, Scope)
    return key


@pytest.mark.parametrize(("cid", "expected"), [(NUMBER, FOUND), ("+6561234567", NOT_FOUND)], ids=["found", "not found"])
@pytest.mark.parametrize("contacts", [1, 3])
def test_a_lookup_costs_two_queries(client, cid, expected, contacts, django_assert_num_queries):
    for place in range(contacts):
        make_contact(f"Ada Example {place}", NUMBER)
    key = key_in_use(client)
    with django_assert_num_queries(2):
        assert answer(ask(client, key, cid=cid)) == expected


def test_a_lookup_of_a_withheld_caller_costs_one_query(client, django_assert_num_queries):
    key = key_in_use(client)
    with django_assert_num_queries(1):
        assert answer(ask(client, key, cid="anonymous")) == NOT_FOUND


def test_the_first_use_in_a_minute_costs_two_queries_more(client, django_assert_num_queries):
    _, key = make_token()
    with django_assert_num_queries(4):
        assert answer(ask(client, key, cid=NUMBER)) == NOT_FOUND


@pytest.mark.parametrize(
    ("status", "effects"), [("No Answer", 0), ("Completed", 1), ("Schedule Later", 2), ("Do not Disturb", 3)]
)
def test_a_note_costs_nine_queries_its_turn_and_one_for_each_effect(client, status, effects, django_assert_num_queries):
    """To close the callbacks of the number is one, to open one another, and so is to ask for peace, with its trace."""
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    with django_assert_num_queries(9 + effects + TURN):
        assert answer(note(client, key, status=status)) == INSERTED


def test_a_note_with_a_call_id_costs_seven_queries_more(client, django_assert_num_queries):
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    with django_assert_num_queries(9 + 7 + TURN):
        assert answer(note(client, key, status="No Answer", call_id="call-7")) == INSERTED


def test_a_repeated_note_costs_six_queries(client, django_assert_num_queries):
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    note(client, key, call_id="call-7")
    with django_assert_num_queries(6):
        assert answer(note(client, key, call_id="call-7")) == INSERTED


@pytest.mark.parametrize(("items", "queries"), [(1, 2), (3, 4)])
def test_a_batch_of_lookups_costs_one_query_an_item(client, items, queries, django_assert_num_queries):
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    with django_assert_num_queries(queries):
        response = post_json(client, [{"cid": NUMBER}] * items, HTTP_X_API_KEY=key)
    assert answer(response) == batch(*['{"success":true}'] * items)


@pytest.mark.parametrize(("items", "queries"), [(1, 9 + TURN), (3, 23 + 3 * TURN)])
def test_a_batch_of_notes_costs_seven_queries_and_a_turn_an_item(client, items, queries, django_assert_num_queries):
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    notes = [{"cid": NUMBER, "status": "No Answer", "comments": "Asked."}] * items
    with django_assert_num_queries(queries):
        response = post_json(client, notes, HTTP_X_API_KEY=key)
    assert answer(response) == batch(*['{"success":1}'] * items)


@pytest.mark.parametrize("query", [{"number": NUMBER}, {"email": "office@example.com"}], ids=["number", "e-mail"])
@pytest.mark.parametrize("contacts", [1, 3])
def test_contacts_for_the_phones_cost_three_queries(client, settings, query, contacts, django_assert_num_queries):
    settings.PUBLIC_URL = "https://crm.example.com"
    for place in range(contacts):
        make_contact(f"Ada Example {place}", NUMBER, f"100{place}", email="office@example.com")
    key = key_in_use(client)
    with django_assert_num_queries(3):
        response = client.get(CONTACTS, query, HTTP_X_API_KEY=key)
    assert len(response.json()["contacts"]) == contacts


CALL = {
    "CallType": "Inbound",
    "Number": NUMBER,
    "Agent": "101",
    "CallStartTimeUTC": "2026-03-04T12:00:00Z",
    "Duration": "00:05:00",
}
CHAT = {"Number": NUMBER, "ChatStartTimeUTC": "2026-03-04T12:00:00Z", "ChatMessages": "Are you open?"}


def test_a_report_of_a_call_costs_thirteen_queries_and_its_turn(client, django_assert_num_queries):
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    with django_assert_num_queries(13 + TURN):
        assert post_json(client, CALL, path=CALLS, HTTP_X_API_KEY=key).status_code == 200


def test_a_report_of_a_chat_costs_eight_queries_and_its_turn(client, django_assert_num_queries):
    make_contact("Ada Example", NUMBER)
    key = key_in_use(client)
    with django_assert_num_queries(8 + TURN):
        assert post_json(client, CHAT, path=CHATS, HTTP_X_API_KEY=key).status_code == 200
