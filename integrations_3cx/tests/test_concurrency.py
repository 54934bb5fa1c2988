"""A note that is sent several times in the same moment is stored once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import INSERTED, KEY_REUSED, NUMBER, Answer, answer, note, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2030, 5, 6, 12, tzinfo=ZoneInfo("Asia/Singapore"))
CONFLICT = refused(409, 0, "idempotency_conflict", KEY_REUSED)
THREADS = 8


def stored() -> list[str]:
    return list(CallNote.objects.order_by("pk").values_list("comments", flat=True))


def at_once(requests: list[Callable[[Client], Answer]]) -> list[Answer]:
    """The answers to requests that threads of their own send in the same moment."""
    barrier = Barrier(len(requests))

    def send(request: Callable[[Client], Answer]) -> Answer:
        try:
            barrier.wait(timeout=10)
            return request(Client())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


@pytest.mark.parametrize(
    "carried",
    [{"call_id": "call-7"}, {"extra": {"HTTP_IDEMPOTENCY_KEY": "call-7"}}],
    ids=["call_id", "header"],
)
def test_threads_that_send_the_same_key_at_once_store_one_note(carried):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    requests = [lambda client: answer(note(client, key, **carried))] * THREADS
    assert at_once(requests) == [INSERTED] * THREADS
    assert stored() == ["Asked for a quote."]


def test_threads_that_send_the_same_key_at_once_after_24_hours_store_one_more_note():
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(NOON, tick=False):
        assert answer(note(Client(), key, call_id="call-7")) == INSERTED
    requests = [lambda client: answer(note(client, key, call_id="call-7"))] * THREADS
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert at_once(requests) == [INSERTED] * THREADS
    assert stored() == ["Asked for a quote."] * 2


def test_of_threads_that_send_one_key_with_different_content_at_once_one_is_stored():
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    requests = [
        lambda client, place=place: answer(note(client, key, call_id="call-7", comments=f"Of thread {place}."))
        for place in range(THREADS)
    ]
    answers = at_once(requests)
    assert sorted(answers) == [INSERTED] + [CONFLICT] * (THREADS - 1)
    assert stored() == [f"Of thread {answers.index(INSERTED)}."]


def test_threads_that_send_different_keys_at_once_store_every_note():
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    requests = [
        lambda client, place=place: answer(note(client, key, call_id=f"call-{place}")) for place in range(THREADS)
    ]
    assert at_once(requests) == [INSERTED] * THREADS
    assert stored() == ["Asked for a quote."] * THREADS


def test_threads_that_renew_an_outlived_key_with_new_content_at_once_store_one_note():
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with time_machine.travel(NOON, tick=False):
        assert answer(note(Client(), key, call_id="call-7", comments="Yesterday.")) == INSERTED
    requests = [lambda client: answer(note(client, key, call_id="call-7", comments="Today."))] * THREADS
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert at_once(requests) == [INSERTED] * THREADS
    assert stored() == ["Yesterday.", "Today."]
