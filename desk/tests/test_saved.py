"""What was just saved is shown on the page that follows, with a way back; and what others saved meanwhile."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from callnotes import recording
from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, words
from desk.tests.calls import ANOTHER, NOON
from desk.tests.wrapups import NUMBER

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def agent(client, clock) -> User:
    agent = make_agent("robin", first_name="Robin", last_name="Agent")
    client.force_login(agent)
    return agent


def banner(client: Client, saved, page: str = "/") -> tuple[str, str] | None:
    """What a page says of a note that was saved, and for how many seconds it can be undone; None if nothing."""
    text = client.get(page, {"saved": saved}).content.decode()
    found = re.findall(r'<div class="message message--success row row--apart">(.*?)</div>', text, re.DOTALL)
    if not found:
        return None
    [markup] = found
    offered = re.findall(rf'<form method="post" action="/notes/{saved}/undo/" data-undo data-seconds="(\d+)">', markup)
    return words(markup), "".join(offered)


@pytest.mark.parametrize("place", ["/", "/missed/", "/unmatched/", f"/numbers/{NUMBER}/", "/search/"])
def test_every_page_that_the_address_asks_says_what_was_saved_and_offers_to_undo_it(client, agent, place):
    make_contact("Mira Talvane", NUMBER)
    note = make_note(NUMBER, agent=agent)
    assert banner(client, note.pk, place) == ("Saved: Completed, Mira Talvane, +65 9123 4567. Undo Ctrl Z", "10")


def test_of_a_note_of_nobody_the_number_is_said(client, agent):
    note = make_note(NUMBER, key="no_answer", agent=agent)
    assert banner(client, note.pk) == ("Saved: No Answer, +65 9123 4567. Undo Ctrl Z", "10")


def test_what_was_saved_is_called_as_it_was_when_it_was_saved(client, agent):
    note = make_note(NUMBER, agent=agent)
    Disposition.objects.filter(key="completed").update(label="All done")
    assert banner(client, note.pk) == ("Saved: Completed, +65 9123 4567. Undo Ctrl Z", "10")


@pytest.mark.parametrize(
    ("seconds", "left"), [(0.5, "10"), (1, "9"), (8.9, "2"), (9.5, "1"), (10, ""), (300, ""), (300.5, None)]
)
def test_it_can_be_undone_for_ten_seconds_and_is_shown_for_five_minutes(client, agent, clock, seconds, left):
    note = make_note(NUMBER, agent=agent)
    clock.shift(seconds * SECOND)
    said = "Saved: Completed, +65 9123 4567." + (" Undo Ctrl Z" if left else "")
    assert banner(client, note.pk) == (None if left is None else (said, left))


def test_another_agents_note_is_not_shown_as_saved(client, agent):
    assert banner(client, make_note(NUMBER, agent=make_agent("lee")).pk) is None
    assert banner(client, make_note(NUMBER, source=CallNote.Source.PHONE_SYSTEM).pk) is None


def test_what_was_corrected_or_undone_since_is_not_shown_as_saved(client, agent):
    note = make_note(NUMBER, agent=agent)
    correction = make_note(NUMBER, "Other words.", agent=agent, corrects=note)
    assert (banner(client, note.pk), banner(client, correction.pk)) == (
        None,
        ("Saved: Completed, +65 9123 4567. Undo Ctrl Z", "10"),
    )
    recording.undo(correction, agent, {})
    assert banner(client, correction.pk) is None


HOSTILE = ["", "0", "-1", "x", "1.5", "9" * 18, "9" * 19, "9" * 5000, "²", "\0", "<b>"]


@pytest.mark.parametrize("saved", HOSTILE, ids=lambda saved: ascii(saved)[:22])
def test_what_names_no_note_shows_none(client, agent, saved):
    make_note(NUMBER, agent=agent)
    assert banner(client, saved) is None


def test_a_visitor_is_told_of_no_note(client, clock):
    note = make_note(NUMBER, agent=make_agent("robin"))
    assert "Saved" not in client.get("/login/", {"saved": note.pk}).content.decode()


def test_what_is_said_is_never_read_as_markup(client, agent):
    make_contact("<script>alert(1)</script>", NUMBER)
    note = make_note(NUMBER, agent=agent)
    page = client.get("/", {"saved": note.pk}).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_saying_what_was_saved_costs_one_query(client, agent, django_assert_num_queries):
    note = make_note(ANOTHER, agent=agent)
    with django_assert_num_queries(3):
        client.get("/missed/")
    with django_assert_num_queries(4):
        client.get("/missed/", {"saved": note.pk})


# What others saved


def handled(client: Client, number: str = NUMBER, since=NOON) -> tuple[int, str]:
    """Whether somebody else has written a note on the number, and what is said of it."""
    address = f"/popup/handled/?{urlencode({'number': number, 'since': since.isoformat()})}"
    response = client.get(address)
    return response.status_code, words(response.content.decode())


def test_while_nobody_else_has_written_a_note_there_is_nothing_to_say(client, agent):
    make_note(NUMBER, "One's own.", agent=agent)
    make_note(ANOTHER, "Elsewhere.", agent=make_agent("lee"))
    make_note(NUMBER, "Of the phone system.", source=CallNote.Source.PHONE_SYSTEM)
    assert handled(client) == (204, "")


def test_who_has_handled_the_call_is_said_with_the_outcome_and_the_words(client, agent, clock):
    lee = make_agent("lee", first_name="Lee", last_name="Other")
    clock.shift(60 * SECOND)
    make_note(NUMBER, "Asked for a quote.", agent=lee)
    assert handled(client) == (
        200,
        "Handled by Lee Other at 12:01: Completed Asked for a quote. Leave it to them",
    )
    make_note(NUMBER, "", key="no_answer", agent=make_agent("kim"))
    assert handled(client) == (200, "Handled by kim at 12:01: No Answer Leave it to them")


def test_a_correction_of_an_earlier_note_is_no_call_that_was_handled(client, agent, clock):
    lee = make_agent("lee")
    note = make_note(NUMBER, agent=lee, now=NOON - 3600 * SECOND)
    make_note(NUMBER, "Other words.", agent=lee, corrects=note)
    assert handled(client) == (204, "")


def test_what_was_said_is_not_said_again_and_that_it_is_gone_is_said_once(client, agent):
    asked = {"number": NUMBER, "since": NOON.isoformat()}
    nothing = client.get("/popup/handled/", asked)
    assert (nothing.status_code, nothing.content, nothing["Cache-Control"]) == (204, b"", "no-store")
    note = make_note(NUMBER, agent=make_agent("lee"))
    said = client.get("/popup/handled/", asked)
    seen = asked | {"seen": said["ETag"].strip('"')}
    assert (said.status_code, said["Cache-Control"]) == (200, "no-store")
    assert client.get("/popup/handled/", seen).status_code == 204
    CallNote.objects.filter(pk=note.pk).delete()
    gone = client.get("/popup/handled/", seen)
    assert (gone.status_code, gone.content, gone["Cache-Control"]) == (200, b"", "no-store")


def test_it_leads_to_the_start(client, agent):
    make_note(NUMBER, agent=make_agent("lee"))
    response = client.get("/popup/handled/", {"number": NUMBER, "since": NOON.isoformat()})
    assert addresses(response.content.decode()) == ["/"]


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (-2, 200), (-2.001, 204), (-3600, 204)])
def test_a_note_from_before_the_page_was_opened_does_not_count(client, agent, seconds, status):
    """Two seconds are allowed for the clocks of several servers."""
    make_note(NUMBER, agent=make_agent("lee"), now=NOON + seconds * SECOND)
    assert handled(client)[0] == status


@pytest.mark.parametrize("number", ["9123 4567", " 6591234567", "tel:+6591234567"])
def test_the_number_may_be_asked_for_in_any_spelling(client, agent, number):
    make_note(NUMBER, agent=make_agent("lee"))
    assert handled(client, number)[0] == 200


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"number": NUMBER},
        {"since": "2026-03-02T04:00:00+00:00"},
        {"number": "anonymous", "since": "2026-03-02T04:00:00+00:00"},
        {"number": "\0", "since": "2026-03-02T04:00:00+00:00"},
        {"number": "9" * 5000, "since": "2026-03-02T04:00:00+00:00"},
        *({"number": NUMBER, "since": since} for since in ("", "x", "\0", "0001-01-01T00:00:00+14:00", "9" * 5000)),
        *({"number": NUMBER, "since": f"{year}-01-01T00:00:00Z"} for year in ("0001", "1999", "2201", "9999")),
    ],
    ids=lambda asked: ascii(asked)[:60],
)
def test_what_asks_for_nothing_is_refused(client, agent, asked):
    assert client.get("/popup/handled/", asked).status_code == 400


def test_what_others_wrote_is_never_read_as_markup(client, agent):
    make_note(NUMBER, "<script>alert(1)</script>", agent=make_agent("lee", first_name="<i>Lee</i>"))
    page = client.get("/popup/handled/", {"number": NUMBER, "since": NOON.isoformat()}).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;i&gt;Lee&lt;/i&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize("count", [0, 1, 6])
def test_asking_costs_one_query_besides_the_sign_in_and_one_for_a_note(client, agent, django_assert_num_queries, count):
    lee = make_agent("lee")
    for _ in range(count):
        make_note(NUMBER, agent=lee)
    with django_assert_num_queries(4 if count else 3):
        handled(client)


def test_the_popup_asks_since_it_was_opened_and_not_where_it_corrects(client, agent):
    page = client.get("/popup", {"cid": NUMBER}).content.decode()
    asked = urlencode({"number": NUMBER, "since": NOON.isoformat()}).replace("&", "&amp;")
    assert f'data-poll="/popup/handled/?{asked}" data-seconds="3" data-rests aria-live="polite"' in page
    note = make_note(NUMBER, agent=agent)
    assert "/popup/handled/" not in client.get("/popup", {"cid": NUMBER, "corrects": note.pk}).content.decode()
