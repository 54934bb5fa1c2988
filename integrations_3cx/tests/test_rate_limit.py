"""A key may be used so many times a minute, whatever it is used for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import FOUND, INSERTED, NUMBER, answer, ask, note, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

MOMENT = datetime(2030, 5, 6, 12, 0, 20, tzinfo=ZoneInfo("Asia/Singapore"))
MESSAGE = "This key was used too often in this minute; try again after Retry-After."


def test_a_request_over_the_limit_is_refused_until_the_minute_is_over(client, settings):
    settings.API_RATE_LIMIT = 2
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(MOMENT, tick=False):
        assert [answer(ask(client, key, cid=NUMBER)) for _ in range(2)] == [FOUND, FOUND]
        response = ask(client, key, cid=NUMBER)
    assert answer(response) == refused(429, False, "rate_limited", MESSAGE)
    assert response["Retry-After"] == "40"
    assert response["Cache-Control"] == "no-store"
    with time_machine.travel(MOMENT + timedelta(seconds=39), tick=False):
        assert ask(client, key, cid=NUMBER)["Retry-After"] == "1"
    with time_machine.travel(MOMENT + timedelta(seconds=40), tick=False):
        assert answer(ask(client, key, cid=NUMBER)) == FOUND


def test_a_note_over_the_limit_is_not_inserted(client, settings):
    settings.API_RATE_LIMIT = 1
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(MOMENT, tick=False):
        assert answer(note(client, key, comments="First.")) == INSERTED
        assert answer(note(client, key, comments="Second.")) == refused(429, 0, "rate_limited", MESSAGE)
    assert list(CallNote.objects.values_list("comments", flat=True)) == ["First."]


def test_each_key_has_its_own_limit(client, settings):
    settings.API_RATE_LIMIT = 1
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    _, other = make_token("Branch 3CX")
    with time_machine.travel(MOMENT, tick=False):
        assert [answer(ask(client, each, cid=NUMBER))[0] for each in (key, key, other, other)] == [200, 429, 200, 429]


def test_a_limit_of_0_is_none(client, settings):
    settings.API_RATE_LIMIT = 0
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(MOMENT, tick=False):
        assert [answer(ask(client, key, cid=NUMBER)) for _ in range(20)] == [FOUND] * 20


def test_the_limit_is_6000_where_nothing_else_is_set(settings):
    assert settings.API_RATE_LIMIT == 6000


def test_a_refused_key_does_not_count_against_the_one_in_force(client, settings):
    settings.API_RATE_LIMIT = 1
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(MOMENT, tick=False):
        assert [ask(client, key[:-1], cid=NUMBER).status_code for _ in range(3)] == [401] * 3
        assert answer(ask(client, key, cid=NUMBER)) == FOUND


def test_another_forwarded_address_does_not_start_the_count_anew(client, settings):
    settings.API_RATE_LIMIT = 1
    settings.TRUSTED_PROXY_COUNT = 1
    _, key = make_token()
    addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.1, 192.0.2.3"]
    with time_machine.travel(MOMENT, tick=False):
        responses = [ask(client, key, cid="123", extra={"HTTP_X_FORWARDED_FOR": address}) for address in addresses]
    assert [response.status_code for response in responses] == [200, 429, 429]
