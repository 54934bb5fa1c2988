"""Calls and chats for the agents' pages, as the phone system reports them."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.test import Client

from callnotes.journaling import CallReport, ChatReport, journal_call, journal_chat
from callnotes.models import Call, Chat, Extension
from callnotes.tests.factories import make_agent

NUMBER = "+6591234567"
ANOTHER = "+6598765432"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # in Singapore


def make_extension(agent: User, number: str) -> User:
    """The agent, whose calls are told by that extension from now on."""
    Extension.objects.create(agent=agent, number=number)
    return agent


def make_robin() -> User:
    return make_extension(make_agent("robin", first_name="Robin", last_name="Agent"), "101")


def sign_in_again(client: Client, address: str) -> tuple[int, str]:
    """Robin signs in where a page led to; answers the status and address of the page that follows."""
    credentials = {"username": "robin", "password": "a password of the tests"}
    response = client.post(address, credentials, follow=True)
    return response.status_code, response.request["PATH_INFO"]


def make_call(number: str, started_at: datetime, **changed) -> Call:
    """A call of three minutes that came in and was answered, unless told otherwise."""
    usual = {
        "direction": Call.Direction.INBOUND,
        "result": Call.Result.ANSWERED,
        "answered_at": started_at,
        "ended_at": started_at + timedelta(minutes=3),
        "duration_seconds": 180,
    }
    return journal_call(CallReport(number=number, started_at=started_at, **usual | changed))


def make_missed_call(number: str, started_at: datetime, **changed) -> Call:
    missed = {"result": Call.Result.MISSED, "answered_at": None, "duration_seconds": 0}
    return make_call(number, started_at, **missed | {"ended_at": started_at + timedelta(seconds=20)} | changed)


def make_chat(number: str, started_at: datetime, messages: str, **changed) -> Chat:
    ended_at = started_at + timedelta(minutes=3)
    return journal_chat(
        ChatReport(number=number, started_at=started_at, ended_at=ended_at, messages=messages, **changed)
    )
