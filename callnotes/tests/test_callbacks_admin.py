"""The back office's callbacks: looked at and found, never written."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from callnotes import callbacks
from callnotes.callbacks import Promise
from callnotes.models import Callback
from callnotes.tests.factories import NOON, make_agent, make_note, minute
from contacts.tests.factories import make_contact
from contacts.tests.pages import table

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
LIST = reverse("admin:callnotes_callback_changelist")


def make_callback(number: str = NUMBER, agent: User | None = None, **fields) -> Callback:
    promise = Promise(minute(30), by_anyone=agent is None)
    note = make_note(number, "Call me.", key="schedule_later", agent=agent, promise=promise, now=NOON, **fields)
    return note.callback


def listed(response) -> list[str]:
    return [row.number for row in response.context["cl"].result_list]


def test_the_list_shows_the_newest_promise_first_with_when_it_is_due_who_calls_and_when_it_was_done(admin_client):
    robin, bea = make_agent("robin"), make_agent("bea")
    make_callback(NUMBER, robin, contact=make_contact("<b>Mira</b>", NUMBER))
    callbacks.close_by_hand(make_callback(OTHER_NUMBER), bea, "Met them.", now=minute(60))
    rows = table(admin_client.get(LIST).content.decode().partition('id="result_list"')[2])
    due, promised = "4 Mar 2026, 20:30", "4 Mar 2026, 20:00"
    assert rows == [
        ["", "+1 202-555-0123", "-", due, "-", promised, "4 Mar 2026, 21:00", "bea"],
        ["", "+65 9123 4567", "<b>Mira</b>", due, "robin", promised, "-", "-"],
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_many_questions_for_many_rows_as_for_one(admin_client, django_assert_num_queries, rows):
    for place in range(rows):
        agent = make_agent(f"agent{place}")
        callbacks.close_by_hand(make_callback(f"100{place}", agent), agent, "Met them.")
    with django_assert_num_queries(4):
        assert len(listed(admin_client.get(LIST))) == rows


@pytest.mark.parametrize("text", ["9123-4567", "+6591234567", "4567", "ada example", "LTD"])
def test_a_callback_is_found_by_number_and_by_contact(admin_client, text):
    make_contact("Ada Example", NUMBER, company="Ltd")
    for number in (NUMBER, OTHER_NUMBER):
        make_callback(number)
    assert listed(admin_client.get(LIST, {"q": text})) == [NUMBER]


@pytest.mark.parametrize("text", ["\x00", "9" * 5000, "'\"\\", "%"], ids=lambda text: ascii(text)[:9])
def test_a_strange_question_is_answered(admin_client, text):
    assert admin_client.get(LIST, {"q": text}).status_code == 200


def test_callbacks_are_filtered_by_whether_they_are_done_by_agent_and_by_day(admin_client):
    robin = make_agent("robin")
    make_callback(NUMBER, robin)
    callbacks.close_by_hand(make_callback(OTHER_NUMBER), robin, "Met them.")
    filters = {
        "?done=no": [NUMBER],
        "?done=yes": [OTHER_NUMBER],
        "?done=perhaps": [OTHER_NUMBER, NUMBER],
        f"?agent__id__exact={robin.pk}": [NUMBER],
        "?due_at__gte=2026-03-05 00:00:00%2B08:00": [],
    }
    assert {question: listed(admin_client.get(LIST + question)) for question in filters} == filters


@pytest.mark.parametrize("lookup", ["number__regex=(.)*", "agent__password__startswith=x", "note__comments__regex=x"])
def test_the_list_is_filtered_by_what_it_offers_alone(admin_client, lookup):
    make_callback()
    assert admin_client.get(f"{LIST}?{lookup}").status_code == 400


def test_the_page_of_a_callback_shows_why_it_was_done(admin_client):
    callback = make_callback()
    callbacks.close_by_hand(callback, make_agent("bea"), "Met <b>them</b>.")
    page = admin_client.get(reverse("admin:callnotes_callback_change", args=[callback.pk])).content.decode()
    assert "Met &lt;b&gt;them&lt;/b&gt;." in page


def test_nobody_adds_changes_or_deletes_a_callback_in_the_back_office(admin_client):
    callback = make_callback()
    before = Callback.objects.values().get()
    add, change, delete = (
        reverse(f"admin:callnotes_callback_{page}", args=keys)
        for page, keys in (("add", []), ("change", [callback.pk]), ("delete", [callback.pk]))
    )
    answers = [
        admin_client.get(add).status_code,
        admin_client.post(change, {"closing_reason": "Other.", "_save": "1"}).status_code,
        admin_client.post(delete, {"post": "yes"}).status_code,
    ]
    admin_client.post(LIST, {"_selected_action": [callback.pk], "post": "yes", "action": "delete_selected"})
    assert (answers, Callback.objects.values().get()) == ([403] * 3, before)


def test_who_may_not_look_does_not_see_the_list(client):
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(LIST).status_code == 403
    clerk.user_permissions.set(Permission.objects.filter(codename="view_callback"))
    assert client.get(LIST).status_code == 200
