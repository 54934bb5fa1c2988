"""The pop-up goes on with what its agent began on the number, and shows nobody what another began."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from callnotes.callbacks import Promise
from callnotes.drafts import Version
from callnotes.models import Draft
from callnotes.tests.factories import make_agent, make_draft, make_note
from contacts.tests.pages import section, words
from desk.tests.calls import ANOTHER, NOON, make_call
from desk.tests.wrapups import NUMBER

pytestmark = pytest.mark.django_db

BEGUN = "You began this wrap-up on"


@pytest.fixture
def agent(client) -> User:
    agent = make_agent("robin", first_name="Robin", last_name="Agent")
    client.force_login(agent)
    return agent


def shown(client: Client, **asked) -> Draft | None:
    """The draft with which the pop-up opens, its words in the form; the page says so then."""
    response = client.get("/popup", {"cid": NUMBER} | asked)
    draft, begins_with = response.context["draft"], response.context["form"]["comments"].value()
    assert (response.status_code, BEGUN in response.content.decode()) == (200, bool(draft))
    assert draft is None or begins_with == draft.comments
    return draft


def test_it_opens_with_the_last_that_its_agent_began_on_the_number(client, agent):
    with time_machine.travel(NOON, tick=False) as clock:
        make_draft(NUMBER, agent, "The first.")
        clock.shift(timedelta(seconds=1))
        last = make_draft(NUMBER, agent, "The last.")
        clock.shift(timedelta(seconds=1))
        make_draft(ANOTHER, agent, "Elsewhere.")
        assert shown(client) == last
        assert shown(client, cid="9123 4567") == last


def test_after_an_hour_it_begins_anew_and_offers_the_earlier_one_beside_it(client, agent):
    with time_machine.travel(NOON, tick=False) as clock:
        draft = make_draft(NUMBER, agent, "The first.")
        clock.shift(timedelta(hours=1))
        assert shown(client) == draft
        clock.shift(timedelta(seconds=1))
        page = client.get("/popup", {"cid": NUMBER})
        assert (page.context["draft"], page.context["waiting"]) == (None, draft)
        assert page.context["form"]["comments"].value() is None
        assert f"/popup?cid=%2B6591234567&amp;draft={draft.submission}" in page.content.decode()
        assert shown(client, draft=draft.submission) == draft


def test_it_opens_with_the_one_that_the_address_names(client, agent):
    first = make_draft(NUMBER, agent, "The first.")
    make_draft(NUMBER, agent, "The last.")
    assert shown(client, draft=first.submission) == first


def test_a_new_one_is_begun_beside_those_that_are_unfinished(client, agent):
    draft = make_draft(NUMBER, agent)
    assert shown(client, new="1") is None
    assert shown(client, new="1", draft=draft.submission) is None
    response = client.get("/popup", {"cid": NUMBER, "new": "1"})
    assert response.context["form"]["submission"].value() != str(draft.submission)
    assert Draft.objects.get() == draft


@pytest.mark.parametrize("draft", ["", "x", "\0", "9" * 5000, "{}"])
def test_what_names_no_draft_changes_nothing(client, agent, draft):
    last = make_draft(NUMBER, agent)
    assert shown(client, draft=draft) == last


def test_a_draft_that_is_there_no_more_is_not_mistaken_for_another(client, agent):
    make_draft(NUMBER, agent)
    assert shown(client, draft=uuid.uuid4()) is None


def test_the_draft_of_another_number_is_not_shown_on_this_one(client, agent):
    elsewhere = make_draft(ANOTHER, agent)
    assert shown(client, draft=elsewhere.submission) is None


def test_another_agents_draft_is_shown_nowhere(client, agent):
    draft = make_draft(NUMBER, make_agent("lee"), "Words of Lee.")
    addresses = [
        *(f"/popup?cid={NUMBER[1:]}", f"/popup?cid={NUMBER[1:]}&draft={draft.submission}"),
        *(f"/popup/?cid={NUMBER[1:]}&draft={draft.submission}", "/", "/now/", f"/numbers/{NUMBER}/"),
    ]
    for address in addresses:
        assert "Words of Lee." not in client.get(address).content.decode(), address
    assert shown(client) is shown(client, draft=draft.submission) is None


def test_drafts_of_corrections_and_of_calls_are_on_the_pages_that_they_were_begun_on(client, agent):
    note, call = make_note(NUMBER, agent=agent), make_call(NUMBER, NOON)
    drafts = {
        "": make_draft(NUMBER, agent, "Of the number."),
        "corrects": make_draft(NUMBER, agent, "Of the note.", corrects=note),
        "call": make_draft(NUMBER, agent, "Of the call.", call=call),
    }
    asked = {"": {}, "corrects": {"corrects": note.pk}, "call": {"call": call.pk}}
    assert {name: shown(client, **asked[name]) for name in drafts} == drafts
    for draft in drafts.values():
        draft.delete()
        asked_now = {name: shown(client, **asked[name]) for name in asked}
        assert draft not in asked_now.values()


@pytest.mark.parametrize("about", ["corrects", "call"])
def test_a_draft_that_is_named_brings_the_note_or_call_that_it_is_about(client, agent, about):
    rows = {"corrects": make_note(NUMBER, agent=agent), "call": make_call(NUMBER, NOON)}
    draft = make_draft(NUMBER, agent, **{about: rows[about]})
    response = client.get("/popup", {"cid": NUMBER, "draft": draft.submission})
    name = {"corrects": "corrected", "call": "call"}[about]
    assert response.context[name] == rows[about]
    [action] = re.findall(r'method="post" action="(/popup/[^"]*)"', response.content.decode())
    assert action == f"/popup/?cid=%2B6591234567&amp;{about}={rows[about].pk}"


def test_the_page_knows_which_keeping_it_shows(client, agent):
    """So that its script goes on from that one, and overwrites no other."""
    version = Version(uuid.UUID(int=11), 7)
    make_draft(NUMBER, agent, version=version)
    page = client.get("/popup", {"cid": NUMBER}).content.decode()
    assert f'data-continues="{version.window}" data-sequence="7"' in page
    fresh = client.get("/popup", {"cid": NUMBER, "new": "1"}).content.decode()
    assert "data-continues" not in fresh


def test_the_form_of_a_draft_is_the_same_form(client, agent):
    draft = make_draft(NUMBER, agent)
    page = client.get("/popup", {"cid": NUMBER}).content.decode()
    assert f'name="submission" value="{draft.submission}"' in page


def test_what_is_kept_is_never_read_as_markup(client, agent):
    typed = dict.fromkeys(["when", "due", "whose", "contact", "disposition"], '"><script>alert(1)</script>')
    make_draft(NUMBER, agent, "</textarea><script>alert(1)</script>", typed=typed)
    for address in (f"/popup?cid={NUMBER[1:]}", "/"):
        page = client.get(address).content.decode()
        assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


@pytest.mark.parametrize("when", ["rubbish", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00", "9" * 5000])
def test_whatever_is_kept_the_page_opens(client, agent, when):
    make_draft(NUMBER, agent, typed={"when": when, "due": when, "contact": when, "disposition": when, "whose": when})
    assert client.get("/popup", {"cid": NUMBER}).status_code == 200
    assert client.post(f"/popup?cid={NUMBER[1:]}", {"when": when, "disposition": "2"}).status_code == 200


@pytest.mark.parametrize("count", [1, 6])
def test_the_popup_of_a_draft_costs_as_many_queries_however_many_there_are(
    client, agent, django_assert_num_queries, count
):
    for _ in range(count):
        make_draft(NUMBER, agent)
    with django_assert_num_queries(9):
        assert client.get("/popup", {"cid": NUMBER}).context["draft"]


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("when", ["hour", (NOON + timedelta(hours=21)).isoformat()], ids=["hour", "tomorrow"])
def test_a_quick_time_is_chosen_again_by_the_name_under_which_it_is_sent(client, agent, when):
    make_draft(NUMBER, agent, typed={"when": when})
    page = client.get("/popup", {"cid": NUMBER}).content.decode()
    chosen = re.findall(r'<input type="radio" name="when" value="([^"]*)"[^>]* checked>', page)
    assert chosen == [when]


# What was promised


def promised(client: Client) -> list[str]:
    """What the pop-up says of the open callbacks of the number."""
    markup = section(client.get("/popup", {"cid": NUMBER}), "last")
    return [words(line) for line in re.findall(r'<p class="promise">(.*?)</p>', markup)]


@time_machine.travel(NOON, tick=False)
def test_it_tells_when_a_call_was_promised_and_by_whom(client, agent):
    due_at = NOON + timedelta(hours=2)
    make_note(NUMBER, key="schedule_later", agent=agent, promise=Promise(due_at))
    make_note(ANOTHER, key="schedule_later", agent=agent, promise=Promise(due_at))
    assert promised(client) == ["Callback due Mon 2 Mar, 14:00, by Robin Agent"]
    make_note(NUMBER, key="schedule_later", agent=agent, promise=Promise(by_anyone=True))
    assert promised(client) == ["Callback due Mon 2 Mar, 13:00 (no time given), by anyone"]
    make_note(NUMBER, key="completed", agent=agent)
    assert promised(client) == []


@time_machine.travel(NOON, tick=False)
def test_it_tells_that_a_promised_call_was_due(client, agent):
    make_note(NUMBER, key="schedule_later", agent=agent, promise=Promise(NOON - timedelta(minutes=30)))
    assert promised(client) == ["Callback was due Mon 2 Mar, 11:30, by Robin Agent"]
