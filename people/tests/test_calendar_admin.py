"""An administrator revokes the address at which a person's calendar reads callbacks."""

import pytest
from django.urls import reverse

from callnotes import calendar_feeds
from callnotes.models import CalendarFeed
from callnotes.tests.factories import make_agent
from contacts.tests.pages import words
from people.tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def robin(db):
    return make_agent("robin")


def page_of(person) -> str:
    return reverse("admin:auth_user_change", args=[person.pk])


def question(person) -> str:
    return reverse("admin:revoke_calendar_of", args=[person.pk])


def test_the_page_of_a_person_says_that_there_is_an_address_and_leads_to_its_end(admin_client, robin):
    assert "None. Agents make one themselves" in words(admin_client.get(page_of(robin)).content.decode())
    calendar_feeds.issue(robin)
    page = admin_client.get(page_of(robin)).content.decode()
    assert ("last read never. Revoke it" in words(page), f'href="{question(robin)}"' in page) == (True, True)


def test_the_question_revokes_nothing_and_its_answer_does_for_good(admin_client, robin):
    key = calendar_feeds.issue(robin)
    asked = admin_client.get(question(robin))
    assert (asked.status_code, calendar_feeds.agent_of(key)) == (200, robin)
    answered = admin_client.post(question(robin), follow=True)
    assert "Revoked: the calendar address of robin opens nothing any more." in words(answered.content.decode())
    assert (answered.redirect_chain, calendar_feeds.agent_of(key)) == ([(page_of(robin), 302)], None)


def test_who_has_no_address_is_said_to_have_none(admin_client, robin):
    assert "robin has no calendar address. Back" in words(admin_client.get(question(robin)).content.decode())
    answered = admin_client.post(question(robin), follow=True)
    assert "Robin had no calendar address." in words(answered.content.decode())


def test_the_history_of_the_person_tells_who_revoked_it_and_nothing_of_the_key(admin_client, admin_user, robin):
    calendar_feeds.issue(robin)
    calendar_feeds.issue(robin)
    admin_client.post(question(robin))
    told = CalendarFeed.history.order_by("history_id").values_list("history_type", "by", "agent")
    assert list(told) == [("+", "", robin.pk), ("~", "", robin.pk), ("-", "admin", robin.pk)]
    assert not hasattr(CalendarFeed.history.first(), "key_digest")
    page = words(admin_client.get(f"/admin/changes/change/?of=auth.user-{robin.pk}").content.decode())
    assert "admin removed Calendar address" in page


def test_that_a_calendar_was_read_is_no_change(robin):
    key = calendar_feeds.issue(robin)
    calendar_feeds.agent_of(key)
    assert (CalendarFeed.history.count(), CalendarFeed.objects.get().last_read_at is None) == (1, False)


@pytest.mark.parametrize("send", ["get", "post"])
def test_who_may_not_change_people_revokes_nothing(client, robin, send):
    key = calendar_feeds.issue(robin)
    client.force_login(make_staff())
    assert getattr(client, send)(question(robin)).status_code == 403
    assert calendar_feeds.agent_of(key) == robin


@pytest.mark.parametrize("key", ["999", "x"])
def test_a_person_who_never_was_has_no_calendar_to_revoke(admin_client, key):
    assert admin_client.get(f"/admin/auth/user/{key}/revoke-calendar/").status_code == 404
