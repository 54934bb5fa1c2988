"""The timeline of a number and of a contact: by day, by kind, with promises and do-not-disturb."""

from datetime import timedelta

import pytest
import time_machine

from callnotes import callbacks, do_not_disturb
from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import make_agent, make_callback, make_note, make_peace
from contacts.models import Contact
from contacts.tests.factories import make_contact
from contacts.tests.pages import pieces, section, words
from desk.paging import ROWS_PER_PAGE
from desk.tests.calls import NOON, NUMBER, make_call, make_chat, make_robin

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = ["note", "call", "chat", "callback", "peace"]
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def agent(client):
    """Robin of extension 101, signed in; it is noon of Monday 2 March 2026 in Singapore."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


@pytest.fixture
def mira() -> Contact:
    return make_contact("Mira Talvane", NUMBER)


@pytest.fixture(params=["number", "contact"])
def address(request, mira) -> str:
    """The page of a number, and that of its contact: what is told here holds for both."""
    return {"number": f"/numbers/{NUMBER}/", "contact": f"/contacts/{mira.pk}/"}[request.param]


def history(client, address: str, **query: str) -> str:
    return section(client.get(address, query), "history")


def days(client, address: str) -> list[tuple[str, int]]:
    """The headings of the days, with how many rows stand under each."""
    page = client.get(address)
    shown = [words(heading) for heading in pieces(page.content.decode(), "h3")]
    return list(zip(shown, [len(day.rows) for day in page.context["history"].days], strict=True))


def says(markup: str, row: str) -> str:
    """What the row with this id says, without the number and its link, which the contact's page repeats."""
    _, _, rest = markup.partition(f'id="{row}">')
    said = words(rest.partition("</li>")[0])
    return said.replace("+65 9123 4567 ", "", 1).replace("☎ Call +65 9123 4567 ", "")


# By day


def test_rows_stand_under_the_day_on_which_they_happened(client, address):
    for at in (NOON, NOON - 12 * HOUR, NOON - 12 * HOUR - MINUTE, NOON - 36 * HOUR - MINUTE, NOON - 400 * DAY):
        make_note(NUMBER, now=at)
    assert days(client, address) == [
        ("Today", 2),
        ("Yesterday", 1),
        ("Sat 28 Feb 2026", 1),
        ("Sun 26 Jan 2025", 1),
    ]


def test_days_are_those_of_the_readers_zone(client, address):
    make_note(NUMBER, now=NOON - 13 * HOUR)
    assert days(client, address) == [("Yesterday", 1)]
    client.cookies["time_zone"] = "America/New_York"
    assert days(client, address) == [("Today", 1)]
    assert '<time class="soft small" datetime="2026-03-01T10:00:00-05:00">10:00</time>' in history(client, address)


def test_a_note_of_another_day_than_its_call_says_which(client, address, agent):
    call = make_call(NUMBER, NOON - 20 * HOUR)
    make_note(NUMBER, agent=agent, reported_call=call, now=NOON - HOUR)
    [times] = [pieces(pieces(history(client, address), "ol")[0], "time")]
    assert times == ["16:00", "Mon 2 Mar 2026, 11:00"]


def test_the_time_of_a_row_names_no_day_on_its_page_and_the_whole_moment_to_machines(client, address):
    make_chat(NUMBER, NOON - HOUR, "Hello")
    assert '<time class="soft small" datetime="2026-03-02T11:00:00+08:00">11:00</time>' in history(client, address)


# Promises


def test_a_promise_says_for_when_and_by_whom(client, address, agent):
    callback = make_callback(NUMBER, NOON - HOUR, due_at=NOON + HOUR, agent=agent)
    assert says(history(client, address), f"callback-{callback.pk}") == (
        "Callback open 11:00 Promised for Mon 2 Mar 2026, 13:00, by Robin Agent. Mira Talvane its note"
    )


def test_a_promise_by_anyone_without_a_time_says_so(client, address):
    note = make_note(NUMBER, key="schedule_later", now=NOON - HOUR)
    assert "(no time was given), by anyone." in says(history(client, address), f"callback-{note.callback.pk}")


def test_a_promise_whose_time_has_come_is_overdue(client, address):
    callback = make_callback(NUMBER, NOON - 2 * HOUR, due_at=NOON)
    assert says(history(client, address), f"callback-{callback.pk}").startswith("Callback overdue 10:00")


def test_a_promise_that_a_note_kept_leads_to_the_note(client, address, agent):
    callback = make_callback(NUMBER, NOON - 2 * HOUR, due_at=NOON - HOUR)
    note = make_note(NUMBER, agent=agent, now=NOON - MINUTE)
    Disposition.objects.filter(pk=note.disposition_id).update(label="Settled")
    page = history(client, address)
    assert f'<a href="/numbers/{NUMBER}/#note-{note.pk}">Completed</a>' in page
    assert says(page, f"callback-{callback.pk}") == (
        "Callback done 10:00 Promised for Mon 2 Mar 2026, 11:00, by anyone."
        " Done on Mon 2 Mar 2026, 11:59 by the note Completed of Robin Agent. Mira Talvane its note"
    )


def test_a_promise_that_was_closed_by_hand_says_by_whom_and_why(client, address, agent):
    callback = make_callback(NUMBER, NOON - 2 * HOUR)
    callbacks.close_by_hand(callback, agent, "Wrote an <b>e-mail</b>.", now=NOON)
    assert says(history(client, address), f"callback-{callback.pk}") == (
        "Callback done 10:00 Promised for Mon 2 Mar 2026, 12:00, by anyone."
        " Done on Mon 2 Mar 2026, 12:00 by Robin Agent, without a note: Wrote an <b>e-mail</b>. Mira Talvane its note"
    )


# Do not disturb


def test_an_entry_says_by_whom_why_and_until_when(client, address, agent):
    entry = make_peace(NUMBER, NOON - HOUR, "On <b>holiday</b>.", set_by=agent, ends_at=NOON + 30 * HOUR)
    assert says(history(client, address), f"peace-{entry.pk}") == (
        "Do not disturb 11:00 On <b>holiday</b>. Until Tue 3 Mar 2026, 18:00. by Robin Agent"
    )


def test_an_entry_of_a_note_says_the_notes_words_and_leads_to_it(client, address):
    note = make_note(NUMBER, "Wants no calls.", key="do_not_disturb", source="3cx", now=NOON - HOUR)
    said = says(history(client, address), f"peace-{note.do_not_disturb.pk}")
    assert said.startswith("Do not disturb 11:00 Wants no calls.")
    assert said.endswith("by 3CX its note")


def test_a_lifted_entry_says_by_whom_and_why(client, address, agent):
    entry = make_peace(NUMBER, NOON - HOUR, set_by=agent)
    do_not_disturb.lift(NUMBER, make_agent("lee"), "Changed their mind.")
    assert says(history(client, address), f"peace-{entry.pk}") == (
        "Do not disturb 11:00 Asked by letter."
        " Lifted on Mon 2 Mar 2026, 12:00 by lee: Changed their mind. by Robin Agent"
    )


# By kind


def make_all(place: int = 0) -> None:
    """A row of every kind, at one moment, and a note that stands in a call."""
    at = NOON - (place + 1) * DAY
    call = make_call(NUMBER, at)
    make_note(NUMBER, f"In call {place}.", reported_call=call, now=at)
    make_chat(NUMBER, at, f"Chat {place}.")
    make_callback(NUMBER, at)
    make_peace(NUMBER, at)


@every_kind
def test_a_timeline_of_one_kind_shows_that_alone(client, address, kind):
    make_all()
    rows = client.get(address, {"kind": kind}).context["history"].rows
    assert {row.kind for row in rows} == {kind}


def test_notes_are_all_notes_also_those_that_stand_inside_calls(client, address):
    make_all()
    assert set(client.get(address, {"kind": "note"}).context["history"].rows) == set(CallNote.objects.all())


@pytest.mark.parametrize("kind", ["", *KINDS])
def test_the_kinds_are_offered_and_the_one_that_is_shown_is_marked(client, address, kind):
    page = history(client, address, kind=kind)
    [offered] = [markup for markup in pieces(page, "nav") if "Everything" in markup]
    assert words(offered) == "Everything Notes Calls Chats Callbacks Do not disturb"
    address = f"?kind={kind}" if kind else "?"
    assert f'<a href="{address}" aria-current="true">' in offered
    assert offered.count("aria-current") == 1


@pytest.mark.parametrize("kind", ["notes", "Note", "x" * 5000, "\0", "'", "note call"])
def test_an_unknown_kind_has_no_page(client, address, kind):
    assert client.get(address, {"kind": kind}).status_code == 404


@every_kind
def test_without_any_of_a_kind_the_timeline_says_so(client, address, kind):
    assert "Nothing of this kind has been recorded yet." in history(client, address, kind=kind)


def walk(client, address: str, kind: str) -> list:
    """The rows of all pages, as their links lead from one to the next."""
    rows, page = [], client.get(address, {"kind": kind})
    while True:
        found = page.context["history"]
        rows += found.rows
        if not found.older:
            return rows
        link = f"?kind={kind}&amp;before={found.older}" if kind else f"?before={found.older}"
        assert f'<a href="{link}" rel="next">Older</a>' in page.content.decode()
        page = client.get(address + link.replace("&amp;", "&"))


@pytest.mark.parametrize("kind", ["", "callback"])
def test_pages_keep_to_the_kind_and_hold_each_row_once_also_of_equal_moments(client, address, kind):
    for place in range(ROWS_PER_PAGE // 2):
        make_all(place // 3)
        make_peace(NUMBER, NOON - (place // 3 + 1) * DAY)
    rows = walk(client, address, kind)
    places = [row.place for row in rows]
    assert places == sorted(set(places), reverse=True)
    expected = {row.kind for row in rows}
    assert expected == ({"callback"} if kind else set(KINDS))


def test_the_last_page_leads_back_to_the_newest_of_its_kind(client, address):
    make_peace(NUMBER, NOON - HOUR)
    page = client.get(address, {"kind": "peace", "before": "1-peace-1"})
    assert '<a href="?kind=peace">Newest</a>' in page.content.decode()
    assert "There is nothing older." in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_timeline_of_every_kind_costs_as_many_queries_however_long_it_is(
    client, address, django_assert_num_queries, count
):
    for place in range(count):
        make_all(place)
    do_not_disturb.lift(NUMBER, make_agent("lee"), "Changed their mind.")
    with django_assert_num_queries(16 if "numbers" in address else 22):
        assert client.get(address).status_code == 200


# Labels as they were


@pytest.mark.parametrize("path", ["/", f"/numbers/{NUMBER}/", "/contacts/1/", "/unmatched/", "/calls/{call}/"])
def test_a_note_keeps_the_label_that_its_disposition_had(client, agent, path):
    make_contact("Mira Talvane", NUMBER, pk=1)
    call = make_call(NUMBER, NOON - 20 * HOUR, extension="101")
    make_note(NUMBER, agent=agent, now=NOON - HOUR)
    make_note(NUMBER, agent=agent, reported_call=call, now=NOON - HOUR)
    Disposition.objects.filter(key="completed").update(label="Settled")
    page = client.get(path.format(call=call.pk)).content.decode()
    assert ('">Completed</span>' in page, "Settled" in page) == (True, False)
