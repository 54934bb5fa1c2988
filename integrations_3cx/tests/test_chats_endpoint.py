"""Chats are reported by a POST each, once or again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from callnotes.models import Chat
from callnotes.tests.factories import make_agent
from contacts.tests.factories import make_contact
from integrations_3cx.models import ApiToken, Scope
from integrations_3cx.tests.asking import CHATS, NUMBER, answer, post_form, post_json, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

# As the CRM template sends it.
CHAT = {
    "Number": "91234567",
    "Email": "ada@example.com",
    "Name": "Ada",
    "EntityId": "",
    "Agent": "101",
    "AgentEmail": "robin@example.com",
    "QueueExtension": "800",
    "Duration": "00:05:00",
    "ChatStartTimeUTC": "2026-03-04T12:00:00Z",
    "ChatEndTimeUTC": "2026-03-04T12:05:00Z",
    "ChatMessages": "Visitor: Are you open?\r\nRobin: <b>Yes</b> 😀\n",
}


@pytest.fixture
def token() -> ApiToken:
    token, token.key = make_token(scopes=[Scope.JOURNAL])
    return token


@pytest.fixture(autouse=True)
def afternoon():
    with time_machine.travel(START + 6 * MINUTE, tick=False):
        yield


def report(client, token: ApiToken, sent: dict[str, Any]):
    return post_json(client, sent, path=CHATS, HTTP_X_API_KEY=token.key)


def stored(chat: Chat) -> tuple[int, str]:
    return 200, f'{{"success":true,"chat":{chat.pk}}}'


def test_a_chat_is_stored_with_all_that_was_reported_and_its_key_answered(client, token):
    contact, agent = make_contact("Ada Example", NUMBER), make_agent("robin", extension="101")
    response = report(client, token, CHAT)
    row = Chat.objects.values().get()
    assert answer(response) == stored(Chat.objects.get())
    assert len(row.pop("content_key")) == 64
    assert row == {
        "id": Chat.objects.get().pk,
        "number": NUMBER,
        "contact_id": contact.pk,
        "contact_name": "Ada Example",
        "extension": "101",
        "agent_id": agent.pk,
        "queue": "800",
        "started_at": START,
        "ended_at": START + 5 * MINUTE,
        "source": "3cx",
        "token": str(token),
        "reported_at": START + 6 * MINUTE,
        "email": "ada@example.com",
        "visitor_name": "Ada",
        "messages": "Visitor: Are you open?\r\nRobin: <b>Yes</b> 😀\n",
    }


def test_a_chat_without_a_number_is_the_contacts_whose_address_it_came_from(client, token):
    ada = make_contact("Ada Example", email="Ada@Example.com")
    response = report(client, token, CHAT | {"Number": "", "Duration": None, "Name": "[Name]"})
    chat = Chat.objects.get()
    assert answer(response) == stored(chat)
    assert (chat.number, chat.contact, chat.visitor_name) == ("", ada, "")


def test_a_contact_that_is_named_is_believed_with_that_number_or_address_alone(client, token):
    ada = make_contact("Ada Example", email="office@example.com")
    make_contact("Bea Example", email="office@example.com")
    other = make_contact("Cem Example", "+12025550123")
    for place, named in enumerate((ada, other)):
        sent = {"EntityId": str(named.pk), "Email": "office@example.com", "QueueExtension": str(place)}
        report(client, token, CHAT | sent | {"ChatMessages": f"Chat {place}."})
    assert list(Chat.objects.order_by("queue").values_list("contact", flat=True)) == [ada.pk, None]


def test_the_same_report_again_is_the_same_chat(client, token):
    answers = [answer(report(client, token, CHAT)) for _ in range(2)]
    assert answers == [stored(Chat.objects.get())] * 2


def test_a_form_is_read_with_its_lost_plus(client, token):
    form = "Number=+6591234567&ChatStartTimeUTC=2026-03-04T12:00:00Z&ChatMessages=Are+you+open%3F"
    post_form(client, form, path=CHATS, HTTP_X_API_KEY=token.key)
    assert list(Chat.objects.values_list("number", "messages")) == [(NUMBER, "Are you open?")]


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        pytest.param(
            {"ChatMessages": " "},
            "chat_messages_missing",
            "Send the chat's messages as ChatMessages.",
            id="no messages",
        ),
        pytest.param(
            {"ChatStartTimeUTC": None},
            *("start_missing", "Send when it began as ChatStartTimeUTC, printed as yyyy-MM-ddTHH:mm:ssZ."),
            id="no start",
        ),
        pytest.param(
            {"Name": "x" * 201}, "value_too_long", "Name is 201 characters long; send at most 200.", id="a long name"
        ),
        pytest.param(
            {"ChatEndTimeUTC": "2026-03-04T11:59:59Z"},
            *(
                "report_impossible",
                "It ended before it began, or over 24 hours later; check the times and the duration.",
            ),
            id="ended before it began",
        ),
        pytest.param(
            {"ChatStartTimeUTC": "2026-03-06T12:00:00Z", "ChatEndTimeUTC": None},
            *("report_impossible", "It began on 2026-03-06, which cannot be; check the phone system's clock."),
            id="the future",
        ),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_with_what_to_do_and_not_stored(client, token, changed, error, message):
    response = report(client, token, CHAT | changed)
    assert (answer(response), Chat.objects.count()) == (refused(400, False, error, message), 0)
