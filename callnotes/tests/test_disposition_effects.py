"""Whoever switches what one of the contract's four brings about says that it is meant."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from callnotes.tests.factories import disposition, make_agent, make_disposition
from contacts.tests.pages import words

pytestmark = pytest.mark.django_db

EFFECTS = ["opens_callback", "closes_callbacks", "sets_do_not_disturb", "counts_as_reached"]
QUESTION = "Change the effects all the same"


def send(client, row, **fields):
    page = reverse("admin:callnotes_disposition_change", args=[row.pk])
    sent = {name: getattr(row, name) for name in ["label", "aliases", "color", "position"]}
    ticks = {name: "on" for name in ["is_active", "requires_comments", "asks_for_time", *EFFECTS] if getattr(row, name)}
    return client.post(page, {name: value for name, value in (sent | ticks | fields).items() if value is not None})


def test_an_effect_of_the_four_is_not_switched_by_mistake(admin_client):
    response = send(admin_client, disposition("completed"), closes_callbacks=None)
    said = "Switched: Closes callbacks. Tick this if it is meant; else put it back."
    assert (response.status_code, said in words(response.content.decode())) == (200, True)
    assert disposition("completed").closes_callbacks


def test_it_is_switched_where_that_is_said_to_be_meant(admin_client):
    assert send(admin_client, disposition("completed"), closes_callbacks=None, confirmed="on").status_code == 302
    assert not disposition("completed").closes_callbacks


def test_other_words_and_colours_of_the_four_need_no_saying(admin_client):
    assert send(admin_client, disposition("completed"), label="Done", color="blue").status_code == 302
    assert disposition("completed").label == "Done"


def test_the_others_are_switched_as_one_likes(admin_client):
    other = make_disposition()
    assert send(admin_client, other, closes_callbacks="on").status_code == 302
    assert disposition(other.key).closes_callbacks


def test_the_question_stands_on_the_pages_of_the_four_alone_and_for_who_may_change_them(admin_client, client):
    def asks(of, browser) -> bool:
        page = browser.get(reverse("admin:callnotes_disposition_change", args=[of.pk]))
        return QUESTION in words(page.content.decode())

    assert (asks(disposition("completed"), admin_client), asks(make_disposition(), admin_client)) == (True, False)
    reader = make_agent("reader", is_staff=True)
    reader.groups.create(name="Readers").permissions.add(Permission.objects.get(codename="view_disposition"))
    client.force_login(reader)
    assert not asks(disposition("completed"), client)
