"""Whom a change is put down to."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser, User
from simple_history.models import HistoricalRecords

from contacts.acting import Actor, acting, actor

ROBIN = User(pk=7, username="robin", first_name="Robin", last_name="Agent")
BEA = User(pk=8, username="bea")


@pytest.fixture
def request_of(monkeypatch):
    """Answers a request, as the middleware would name it."""

    def answer(**held) -> None:
        monkeypatch.setattr(HistoricalRecords.context, "request", SimpleNamespace(**held), raising=False)

    return answer


def test_without_a_request_nobody_is_known():
    assert actor() == Actor()


def test_it_is_who_sent_the_request(request_of):
    request_of(user=ROBIN)
    assert actor() == Actor(7, "Robin Agent (robin)")


def test_a_visitor_is_nobody(request_of):
    request_of(user=AnonymousUser())
    assert actor() == Actor()


def test_a_phone_system_is_its_token_and_no_person_is_asked_for(request_of):
    request_of(auth="Reception (dbn_abc…)")
    assert actor() == Actor(None, "Reception (dbn_abc…)")


def test_who_is_named_counts_before_the_request_until_the_end(request_of):
    request_of(user=ROBIN)
    with acting(BEA, reason="Import contacts.csv"):
        assert actor() == Actor(8, "bea", "Import contacts.csv")
        with acting(name="manage.py run_imports"):
            assert actor() == Actor(None, "manage.py run_imports", "Import contacts.csv")
        with acting(reason="r" * 101):
            assert actor() == Actor(8, "bea", "r" * 100)
    assert actor() == Actor(7, "Robin Agent (robin)")


def test_a_person_is_forgotten_also_after_a_fault():
    with pytest.raises(ZeroDivisionError), acting(BEA):
        raise ZeroDivisionError
    assert actor() == Actor()
