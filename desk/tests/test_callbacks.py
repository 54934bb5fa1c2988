"""The list of callbacks: what is promised, when, by whom, and what agents do to it."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages import get_messages

from callnotes import callbacks, do_not_disturb, recording
from callnotes.calling_hours import read
from callnotes.models import Callback, CallNote
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, pieces, section, words
from desk.callback_forms import NOT_THERE, who_was_first
from desk.callbacks import SHOWN_AT_MOST
from desk.tests.calls import ANOTHER, NOON, NUMBER, make_robin, sign_in_again
from desk.tests.promises import HOUR, make_callback

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
ACTIONS = ["take-over", "snooze", "done"]


@pytest.fixture(autouse=True)
def agent(client):
    """Robin, signed in; it is noon on Monday, 2 March 2026, in Singapore."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


@pytest.fixture
def bea():
    return make_agent("bea", first_name="Bea", last_name="Example")


def rows(client, group: str, address: str = "/callbacks/") -> list[str]:
    """What the page says of each callback of a group, without its buttons."""
    shown = pieces(section(client.get(address), group), "li")
    return [words(row.partition('<div class="row callback__acts">')[0]) for row in shown]


def listed(client, address: str = "/callbacks/") -> dict[str, list[str]]:
    """The numbers on the page, in their groups."""
    shown = client.get(address).context["shown"]
    return {group.name: [callback.number for callback, _ in found] for group, found in shown}


def send(client, action: str, callback: Callback, **fields) -> list[str]:
    """Presses a button of a callback; answers what is said to the agent."""
    response = client.post(f"/callbacks/{action}/", {"callback": callback.pk, **fields})
    assert (response.status_code, response.url) == (302, "/callbacks/")
    return [str(message) for message in get_messages(response.wsgi_request)]


def stored(callback: Callback) -> tuple:
    callback.refresh_from_db()
    return callback.agent, callback.due_at, callback.closed_at, callback.closed_by, callback.closing_reason


# What the list shows


def test_what_is_overdue_stands_apart_from_what_is_upcoming_and_each_says_who_when_and_what(client, agent):
    mira = make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_callback(agent, NOON - 150 * MINUTE, words="Asked for a quote.", contact=mira)
    make_callback(agent, NOON + HOUR, ANOTHER)
    assert rows(client, "overdue") == [
        "Mira Talvane Korfield Motors +65 9123 4567"
        " overdue by 2 hours, 30 minutes Mon 2 Mar, 09:30 by Robin Agent · Asked for a quote."
    ]
    assert rows(client, "upcoming") == ["+65 9876 5432 Mon 2 Mar, 13:00 by Robin Agent · Call me."]


def test_a_callback_is_overdue_from_the_moment_at_which_it_is_due(client, agent):
    make_callback(agent, NOON)
    make_callback(agent, NOON + timedelta(microseconds=1), ANOTHER)
    assert listed(client) == {"overdue": [NUMBER], "upcoming": [ANOTHER]}


def test_the_soonest_comes_first(client, agent):
    for hours in (3, -1, 1, -3):
        make_callback(agent, NOON + hours * HOUR, f"+659123000{hours + 3}")
    assert listed(client) == {
        "overdue": ["+6591230000", "+6591230002"],
        "upcoming": ["+6591230004", "+6591230006"],
    }


def test_a_callback_without_a_time_says_that_none_was_given(client, agent):
    make_callback(agent, None, now=NOON)
    assert rows(client, "upcoming") == ["+65 9123 4567 Mon 2 Mar, 13:00 no time given by Robin Agent · Call me."]


def test_whose_lists_what_one_may_call_or_the_teams(client, agent, bea):
    for who, number in ((agent, NUMBER), (bea, ANOTHER), (None, "+6590000001")):
        make_callback(who, NOON + HOUR, number)
    assert listed(client) == {"overdue": [], "upcoming": [NUMBER, "+6590000001"]}
    assert rows(client, "upcoming", "/callbacks/?whose=team") == [
        "+65 9123 4567 Mon 2 Mar, 13:00 by Robin Agent · Call me.",
        "+65 9876 5432 Mon 2 Mar, 13:00 by Bea Example · Call me.",
        "+65 9000 0001 Mon 2 Mar, 13:00 by anyone · Call me.",
    ]


def test_what_an_agent_who_has_left_promised_is_everybodys(client, agent, bea):
    make_callback(bea, NOON + HOUR)
    assert listed(client) == {"overdue": [], "upcoming": []}
    User.objects.filter(pk=bea.pk).update(is_active=False)
    assert rows(client, "upcoming") == ["+65 9123 4567 Mon 2 Mar, 13:00 by Bea Example · Call me."]
    assert 'action="/callbacks/take-over/"' in client.get("/callbacks/").content.decode()


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        *(("when=overdue", ["overdue"]), ("when=upcoming", ["upcoming"]), ("when=", ["overdue", "upcoming"])),
        *(("when=never", ["overdue", "upcoming"]), ("when=%00", ["overdue", "upcoming"])),
    ],
)
def test_when_lists_one_group_and_anything_else_both(client, agent, query, groups):
    make_callback(agent, NOON - HOUR)
    make_callback(agent, NOON + HOUR, ANOTHER)
    expected = {"overdue": [NUMBER], "upcoming": [ANOTHER]}
    assert listed(client, f"/callbacks/?{query}") == {group: expected[group] for group in groups}


def test_the_links_between_the_views_keep_what_was_chosen_and_count_what_they_lead_to(client, agent):
    make_callback(agent, NOON - HOUR)
    page = client.get("/callbacks/?whose=team&when=overdue").content.decode()
    whose, when = pieces(page, "nav")
    assert (words(whose), addresses(whose)) == ("Mine The team's", ["?when=overdue"])
    assert (words(when), addresses(when)) == (
        "All Overdue (1) Upcoming (0)",
        ["?whose=team", "?whose=team&when=upcoming"],
    )
    _, when = pieces(client.get("/callbacks/").content.decode(), "nav")
    assert addresses(when) == ["?when=overdue", "?when=upcoming"]


def test_what_is_done_is_not_listed(client, agent):
    callbacks.close_by_hand(make_callback(agent), agent, "Wrote an e-mail.")
    assert listed(client) == {"overdue": [], "upcoming": []}


def test_where_nothing_is_promised_the_page_says_so(client):
    page = client.get("/callbacks/").content.decode()
    assert "Nobody has waited too long." in page
    assert "Nothing is promised for later." in page
    assert pieces(page, "li") == []


def test_each_group_ends_at_its_limit_and_says_so(client, agent):
    for place in range(SHOWN_AT_MOST):
        make_callback(agent, NOON + (place + 1) * MINUTE, f"+659123{place:04}")
    said = f"At most the soonest {SHOWN_AT_MOST} of each are shown."
    page = client.get("/callbacks/").content.decode()
    assert said not in page
    assert f"Upcoming ({SHOWN_AT_MOST})" in page
    make_callback(agent, NOON + 1000 * MINUTE, "+6591239999")
    page = client.get("/callbacks/").content.decode()
    assert said in page
    assert f"Upcoming ({SHOWN_AT_MOST}+)" in page
    assert listed(client)["upcoming"][-1] == "+6591230099"
    assert said not in client.get("/callbacks/?when=overdue").content.decode()


def test_a_contact_is_named_as_now_and_one_that_is_gone_as_then(client, agent):
    mira, tomas = make_contact("Mira Talvane", NUMBER), make_contact("Tomas Ostfield", ANOTHER)
    make_callback(agent, NOON + HOUR, NUMBER, contact=mira)
    make_callback(agent, NOON + HOUR, ANOTHER, contact=tomas)
    mira.name = "Mira Other"
    mira.save()
    tomas.delete()
    make_contact("Somebody Else", ANOTHER)
    assert [row.partition(" Mon")[0] for row in rows(client, "upcoming")] == [
        "Mira Other +65 9123 4567",
        "Tomas Ostfield +65 9876 5432",
    ]


def test_where_nobody_knew_whose_a_number_was_up_to_three_contacts_are_named(client, agent):
    make_callback(agent)
    for name in ("Aisha", "Bren", "Clara", "Daniel"):
        make_contact(name, NUMBER)
    [row] = rows(client, "upcoming")
    assert row.startswith("Aisha Bren Clara … +65 9123 4567")


def test_on_a_shared_number_only_the_contact_to_whom_it_was_promised_is_named(client, agent):
    mira = make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", NUMBER)
    make_callback(agent, contact=mira)
    [row] = rows(client, "upcoming")
    assert row.startswith("Mira Talvane +65 9123 4567 Mon")


def test_only_the_first_words_of_the_note_are_shown_and_none_that_were_redacted(client, agent, bea):
    make_callback(agent, words="w" * 500)
    make_callback(agent, NOON + 2 * HOUR, ANOTHER, words="A secret.")
    recording.redact(CallNote.objects.about(ANOTHER), bea)
    first, second = rows(client, "upcoming")
    assert first.endswith(f" · {'w' * 119}…")
    assert second == "+65 9876 5432 Mon 2 Mar, 14:00 by Robin Agent"


def test_names_and_words_are_never_read_as_markup(client, agent):
    mira = make_contact("<script>alert(1)</script>", NUMBER, company="<b>Korfield</b>")
    make_callback(agent, contact=mira, words="<i>quote</i>")
    page = client.get("/callbacks/").content.decode()
    for shown in ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;b&gt;Korfield&lt;/b&gt;", "&lt;i&gt;quote&lt;/i&gt;"):
        assert shown in page
    assert "<script>" not in page


def test_a_row_leads_to_the_contact_the_history_a_call_and_a_note_from_which_one_comes_back(client, agent):
    mira = make_contact("Mira Talvane", NUMBER)
    make_callback(agent, contact=mira)
    [row] = pieces(client.get("/callbacks/").content.decode(), "li")
    popup = "/popup?cid=%2B6591234567&then=callbacks"
    assert addresses(row) == [f"/contacts/{mira.pk}/", f"/numbers/{NUMBER}/", f"tel:{NUMBER}", popup]
    fields = {"disposition": disposition("completed").pk, "comments": "Called.", "submission": uuid.uuid4()}
    assert client.post(popup, fields).url.partition("?")[0] == "/callbacks/"
    assert listed(client) == {"overdue": [], "upcoming": []}


def test_a_number_under_do_not_disturb_is_not_offered_for_a_call(client, agent, bea):
    make_callback(agent)
    do_not_disturb.put(NUMBER, bea, "Asked for it.")
    [row] = pieces(client.get("/callbacks/").content.decode(), "li")
    assert "do not disturb" in words(row)
    assert "Call back" not in words(row)
    assert addresses(row)[1] == f"/numbers/{NUMBER}/call/"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_as_many_queries_however_many_are_promised(client, bea, django_assert_num_queries, count):
    for place in range(count):
        contact = make_contact(f"Mira {place}", f"+659123456{place}")
        make_callback(bea, NOON + HOUR, f"+659123456{place}", contact=contact)
        make_callback(bea, NOON - HOUR, f"+659123457{place}")
    with django_assert_num_queries(6):
        assert client.get("/callbacks/?whose=team").status_code == 200


# The time there


@pytest.mark.parametrize(
    ("number", "said"),
    [
        pytest.param("+819012345678", "14:00 there", id="another time, within the hours there"),
        pytest.param("+46701740605", "06:00, outside calling hours there", id="outside them"),
        pytest.param("+12025550123", "between Sun 19:00 and Mon 00:00, outside calling hours there", id="many zones"),
        pytest.param("+60123456789", "", id="other zones with our time"),
        pytest.param(NUMBER, "", id="our own country"),
        pytest.param("12345", "", id="of no country"),
    ],
)
def test_beside_when_it_is_due_stands_the_time_there(client, agent, settings, number, said):
    settings.CALLING_HOURS = read("Mo-Fr 09:00-18:00")
    make_callback(agent, NOON + HOUR, number)
    [row] = rows(client, "upcoming")
    assert row.partition("Mon 2 Mar, 13:00 ")[2] == f"{said} by Robin Agent · Call me.".strip()


def test_beside_what_is_overdue_stands_the_time_there_now(client, agent, settings):
    settings.CALLING_HOURS = read("Mo-Fr 09:00-18:00")
    make_callback(agent, NOON - 12 * HOUR, "+819012345678")
    [row] = rows(client, "overdue")
    assert "Mon 2 Mar, 00:00 now 13:00 there by" in row


def test_a_country_is_outside_its_hours_only_where_all_its_zones_are(client, agent, settings):
    settings.CALLING_HOURS = read("Mo-Su 23:00-24:00")
    make_callback(agent, NOON + 4 * HOUR, "+12025550123")
    [row] = rows(client, "upcoming")
    assert "between Sun 22:00 and Mon 03:00 there by" in row


# Taking over


def test_whoever_takes_a_callback_over_is_to_call(client, agent, bea):
    callback = make_callback(bea)
    assert send(client, "take-over", callback) == ["Taken over: +65 9123 4567 is yours to call."]
    assert stored(callback) == (agent, NOON + HOUR, None, None, "")


def test_what_a_colleague_has_taken_over_meanwhile_is_left_alone_and_said(client, agent, bea):
    callback = make_callback(None)
    assert '<input type="hidden" name="agent" value="0">' in client.get("/callbacks/").content.decode()
    callbacks.take_over(callback, bea)
    assert send(client, "take-over", callback, agent=0)[-1:] == ["Bea Example has taken +65 9123 4567 over."]
    assert stored(callback)[0] == bea
    assert send(client, "take-over", callback, agent=bea.pk)[-1:] == ["Taken over: +65 9123 4567 is yours to call."]


def test_whoever_clicks_twice_has_taken_a_callback_over(client, agent):
    callback = make_callback(None)
    said = ["Taken over: +65 9123 4567 is yours to call."]
    assert send(client, "take-over", callback, agent=0) == said
    assert send(client, "take-over", callback, agent=0) == said * 2
    assert stored(callback)[0] == agent


def test_what_was_given_back_to_anyone_meanwhile_is_said(client, agent, bea):
    callback = make_callback(None)
    assert send(client, "take-over", callback, agent=bea.pk) == ["+65 9123 4567 is anyone's to call by now."]


def test_what_anyone_may_call_can_be_taken_over(client, agent):
    callback = make_callback(None)
    send(client, "take-over", callback)
    assert stored(callback)[0] == agent


def test_taking_over_is_offered_for_what_is_not_ones_own(client, agent, bea):
    for who, number in ((agent, NUMBER), (bea, ANOTHER)):
        make_callback(who, NOON + HOUR, number)
    mine, beas = pieces(client.get("/callbacks/?whose=team").content.decode(), "li")
    assert ("Take over" in words(mine), "Take over" in words(beas)) == (False, True)


# Snoozing


@pytest.mark.parametrize(("minutes", "clock"), [(10, "12:10"), (60, "13:00")])
def test_a_callback_is_snoozed_by_minutes_from_now(client, agent, minutes, clock):
    callback = make_callback(agent, NOON - HOUR)
    assert send(client, "snooze", callback, minutes=minutes) == [f"Snoozed: +65 9123 4567 is due Mon 2 Mar, {clock}."]
    assert stored(callback) == (agent, NOON + minutes * MINUTE, None, None, "")


def test_a_callback_is_snoozed_to_a_time_on_the_readers_clock(client, agent):
    callback = make_callback(agent, None)
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert send(client, "snooze", callback, until="2026-03-03T09:00") == [
        "Snoozed: +65 9123 4567 is due Tue 3 Mar, 09:00."
    ]
    assert stored(callback)[1].isoformat() == "2026-03-03T00:00:00+00:00"
    assert callback.is_time_given


def test_times_are_shown_on_the_readers_clock(client, agent):
    make_callback(agent, number="+819012345678")
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert rows(client, "upcoming") == ["+81 90-1234-5678 Mon 2 Mar, 14:00 by Robin Agent · Call me."]


@pytest.mark.parametrize(
    ("at", "offered"),
    [
        ("2026-03-02T12:00", ["2026-03-02T07:00", "2026-03-03T01:00", "2026-03-09T01:00"]),
        ("2026-03-02T14:30", ["2026-03-03T01:00", "2026-03-09T01:00"]),
        ("2026-03-08T12:00", ["2026-03-08T07:00", "2026-03-09T01:00"]),
    ],
)
def test_the_page_offers_moments_that_can_be_sent(client, agent, at, offered):
    callback = make_callback(agent, NOON + 500 * HOUR)
    with time_machine.travel(f"{at}+08:00", tick=False):
        page = client.get("/callbacks/").content.decode()
        moments = [part.partition('"')[0] for part in page.split('name="at" value="')[1:]]
        assert moments == [f"{moment}:00+00:00" for moment in offered]
        for moment in moments:
            [said] = send(client, "snooze", callback, at=moment)[-1:]
            assert said.startswith("Snoozed: ")
            assert stored(callback)[1] == datetime.fromisoformat(moment)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "rubbish"])
def test_a_moment_that_the_page_offered_is_the_same_whatever_the_readers_zone_is_by_now(client, agent, zone):
    callback = make_callback(agent)
    client.cookies["time_zone"] = zone
    for at in ("2026-03-03T01:00:00+00:00", "2026-03-03T09:00:00+08:00"):
        send(client, "snooze", callback, at=at)
        assert stored(callback)[1] == NOON + 21 * HOUR


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-02T04:00:00+00:00", "That time has passed; choose a later one."),
        ("2027-03-03T04:00:01+00:00", "That is more than a year ahead; choose an earlier time."),
        *((at, "Choose when to call.") for at in ("", "x", "2026-03-03T09:00", "9" * 5000)),
        ("\0", "Null characters are not allowed."),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_a_moment_that_no_page_offers_moves_nothing(client, agent, at, said):
    callback = make_callback(agent)
    before = stored(callback)
    assert send(client, "snooze", callback, at=at) == [said]
    assert stored(callback) == before


def test_a_time_that_the_readers_clock_skips_or_repeats_is_read_by_the_rule(client, agent):
    callback = make_callback(agent)
    client.cookies["time_zone"] = "America/New_York"
    for until, moment in (("2026-03-08T02:30", "2026-03-08T07:30"), ("2026-11-01T01:30", "2026-11-01T05:30")):
        send(client, "snooze", callback, until=until)
        assert stored(callback)[1].isoformat() == f"{moment}:00+00:00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose when to call."),
        ({"until": ""}, "Choose when to call."),
        ({"until": "2026-03-02T12:00"}, "That time has passed; choose a later one."),
        ({"until": "0001-01-01T00:00"}, "That is no date and time; write it like 2026-03-04T14:30."),
        ({"until": "9999-12-31T23:59"}, "That is more than a year ahead; choose an earlier time."),
        ({"until": "2027-03-04T12:00"}, "That is more than a year ahead; choose an earlier time."),
        ({"until": "soon"}, "That is no date and time; write it like 2026-03-04T14:30."),
        ({"until": "\0"}, "That is no date and time; write it like 2026-03-04T14:30."),
        ({"minutes": "5"}, "Select a valid choice. 5 is not one of the available choices."),
        ({"minutes": "-10"}, "Select a valid choice. -10 is not one of the available choices."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_time_to_which_nothing_can_be_snoozed_is_refused_with_the_reason(client, agent, fields, said):
    callback = make_callback(agent)
    assert send(client, "snooze", callback, **fields) == [said]
    assert stored(callback) == (agent, NOON + HOUR, None, None, "")


def test_the_last_moment_within_a_year_can_be_chosen(client, agent):
    callback = make_callback(agent)
    send(client, "snooze", callback, until="2027-03-03T12:00")
    assert stored(callback)[1].isoformat() == "2027-03-03T04:00:00+00:00"


# Done


def test_a_callback_is_done_for_a_reason_that_is_kept_with_who_and_when(client, agent, bea):
    callback = make_callback(bea)
    assert send(client, "done", callback, reason="Wrote an e-mail.") == ["Done: +65 9123 4567."]
    assert stored(callback) == (bea, NOON + HOUR, NOON, agent, "Wrote an e-mail.")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Write why it is done."),
        ({"reason": " \n"}, "Write why it is done."),
        ({"reason": "é" * 201}, "Write the reason in up to 200 characters; it was 201."),
        ({"reason": "a\0b"}, "Null characters are not allowed."),
    ],
    ids=["missing", "blank", "too long", "a null"],
)
def test_a_callback_is_not_done_without_a_reason_of_up_to_200_characters(client, agent, fields, said):
    callback = make_callback(agent)
    assert send(client, "done", callback, **fields) == [said]
    assert stored(callback)[2:] == (None, None, "")


def test_a_reason_may_have_200_characters(client, agent):
    callback = make_callback(agent)
    send(client, "done", callback, reason="é" * 200)
    assert stored(callback)[4] == "é" * 200


# Of all three


@pytest.mark.parametrize("action", ACTIONS)
def test_what_a_colleague_has_done_stays_so_and_is_said_with_who_and_when(client, agent, bea, action):
    callback = make_callback(None)
    callbacks.close_by_hand(callback, bea, "Met them.", now=NOON - 5 * MINUTE)
    assert send(client, action, callback, minutes=10, reason="Wrote an e-mail.") == [
        "+65 9123 4567 was done by Bea Example, Mon 2 Mar, 11:55. Nothing was changed."
    ]
    assert stored(callback) == (None, NOON + HOUR, NOON - 5 * MINUTE, bea, "Met them.")


def test_what_a_note_of_the_phone_system_has_done_is_said_without_a_name(client, agent):
    callback = make_callback(agent, contact=make_contact("Mira Talvane", NUMBER))
    make_note(NUMBER, source=CallNote.Source.PHONE_SYSTEM, now=NOON - 5 * MINUTE)
    assert send(client, "take-over", callback) == [
        "Mira Talvane, +65 9123 4567 was done, Mon 2 Mar, 11:55. Nothing was changed."
    ]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("key", ["", "0", "-1", "x", "\0", "9" * 40])
def test_a_callback_that_is_not_there_is_said(client, agent, action, key):
    response = client.post(f"/callbacks/{action}/", {"callback": key, "minutes": 10, "reason": "Met them."})
    assert [str(message) for message in get_messages(response.wsgi_request)] == [NOT_THERE]


def test_what_was_taken_back_or_opened_again_in_the_same_moment_is_said_to_be_gone(agent):
    assert [who_was_first(callback) for callback in (None, make_callback(agent))] == [NOT_THERE, NOT_THERE]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_button_leads_back_to_the_list_it_was_on(client, agent, action):
    callback = make_callback(agent)
    page = client.get("/callbacks/?whose=team&when=upcoming").content.decode()
    forms = [form for form in pieces(page, "form") if f'name="callback" value="{callback.pk}"' in form]
    assert len(forms) == 3
    assert all('name="whose" value="team"' in form and 'name="when" value="upcoming"' in form for form in forms)
    fields = {"callback": callback.pk, "whose": "team", "when": "upcoming", "minutes": 10, "reason": "Met them."}
    assert client.post(f"/callbacks/{action}/", fields).url == "/callbacks/?whose=team&when=upcoming"
    elsewhere = fields | {"whose": "//elsewhere.example", "when": "never"}
    assert client.post(f"/callbacks/{action}/", elsewhere).url == "/callbacks/"


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_visit_to_a_buttons_address_leads_to_the_list_and_does_nothing(client, bea, action, method):
    callback = make_callback(bea)
    fields = {"callback": callback.pk, "minutes": 10, "reason": "Met them."}
    response = getattr(client, method)(f"/callbacks/{action}/", fields)
    assert (response.status_code, response.url) == (302, "/callbacks/")
    assert stored(callback) == (bea, NOON + HOUR, None, None, "")


@pytest.mark.parametrize("address", ["/callbacks/", *(f"/callbacks/{action}/" for action in ACTIONS)])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_done_but_by_a_form(client, address, method):
    assert getattr(client, method)(address).status_code == 405


def test_the_list_itself_is_only_read(client):
    assert client.post("/callbacks/").status_code == 405


def test_a_click_after_the_sign_in_ended_changes_nothing_and_leads_back_to_the_list(client, bea):
    callback = make_callback(bea)
    client.logout()
    response = client.post("/callbacks/take-over/", {"callback": callback.pk})
    assert sign_in_again(client, response.url) == (200, "/callbacks/")
    assert stored(callback)[0] == bea


def test_a_reason_sent_after_the_sign_in_ended_is_shown(client, agent):
    callback = make_callback(agent)
    client.logout()
    response = client.post("/callbacks/done/", {"callback": callback.pk, "reason": "Wrote an e-mail."})
    assert response.status_code == 401
    assert "Wrote an e-mail." in response.content.decode()
    assert stored(callback)[2] is None
