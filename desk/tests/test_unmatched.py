"""Calls and notes that did not meet: shown, and matched by one click."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages

from callnotes.models import Call, CallNote
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, pieces, section, words
from desk.tests.calls import (
    ANOTHER,
    NOON,
    NUMBER,
    make_call,
    make_extension,
    make_missed_call,
    make_robin,
    sign_in_again,
)
from desk.worklists import UNMATCHED_AT_MOST

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
VIEWS = ["", "everybody"]
REFUSED = ["Those two do not belong together; reload the page and choose again."]


@pytest.fixture(autouse=True)
def agent(client):
    """Robin of extension 101, signed in; it is noon."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


@pytest.fixture
def lee():
    return make_extension(make_agent("lee"), "102")


@pytest.fixture
def pair(agent):
    """A call of Robin's two hours ago, and a note of it that came an hour late."""
    call = make_call(NUMBER, NOON - 2 * HOUR, extension="101")
    return call, make_note(NUMBER, "Asked for a quote.", agent=agent, now=NOON - HOUR)


def calls(client, whose: str = "") -> list[str]:
    """What the page says of each call without a note, its buttons included."""
    return [words(row) for row in pieces(section(client.get("/unmatched/", {"whose": whose}), "calls"), "li")]


def notes(client, whose: str = "") -> list[str]:
    return [words(row) for row in pieces(section(client.get("/unmatched/", {"whose": whose}), "notes"), "li")]


def words_found(pattern: str, rows: list[str]) -> list[str]:
    return re.findall(pattern, " ".join(rows))


def buttons(client, list_name: str) -> dict[str, dict]:
    """What each button of a list sends, by its words."""
    forms = pieces(section(client.get("/unmatched/"), list_name), "form")
    return {words(form): dict(re.findall(r'name="(note|call|whose)" value="([^"]*)"', form)) for form in forms}


def match(client, **fields) -> list[str]:
    """Sends a button's form; answers what is said to the agent."""
    response = client.post("/unmatched/match/", fields)
    assert (response.status_code, response.url) == (302, "/unmatched/")
    return [str(message) for message in get_messages(response.wsgi_request)]


def matched() -> list[tuple]:
    """Of which call each note is, and what told it."""
    return list(CallNote.objects.order_by("pk").values_list("reported_call", "matched_by"))


def waive(client, **fields) -> list[str]:
    """Sends the form of "It needs no note"; answers what is said to the agent."""
    response = client.post("/unmatched/waive/", fields)
    assert (response.status_code, response.url) == (302, "/unmatched/")
    return [str(message) for message in get_messages(response.wsgi_request)][-1:]


def waived() -> list[tuple]:
    """The calls that need no note, and who said so."""
    return list(Call.objects.exclude(note_waived_by=None).order_by("pk").values_list("pk", "note_waived_by__username"))


def write(client, address: str, comments: str = "Asked for a quote.") -> None:
    fields = {"disposition": disposition("completed").pk, "comments": comments, "submission": str(uuid.uuid4())}
    assert client.post(address, fields).status_code == 302


def test_a_call_and_a_note_that_may_belong_together_stand_in_both_lists(client, pair):
    make_contact("Mira Talvane", NUMBER)
    assert calls(client) == [
        "Incoming call Mon 2 Mar, 10:00 +65 9123 4567 ☎ Call +65 9123 4567 0:03:00 Robin Agent"
        " Completed Mon 2 Mar, 11:00, Robin Agent Asked for a quote. It is this note Write its note It needs no note"
    ]
    assert notes(client) == [
        "Completed Mon 2 Mar, 11:00 +65 9123 4567 ☎ Call +65 9123 4567 by Robin Agent Asked for a quote."
        " Incoming call Mon 2 Mar, 10:00 Robin Agent It is this call It is of no call"
    ]


def test_an_agent_sees_what_is_the_agents_own_and_everybodys_on_request(client, agent, lee):
    make_call(NUMBER, NOON - 3 * HOUR, extension="101")
    make_call(NUMBER, NOON - 2 * HOUR, extension="102")
    make_call(NUMBER, NOON - HOUR, extension="103", queue="800")
    for writer in (agent, lee, None):
        make_note(ANOTHER, "Asked for a quote.", agent=writer, now=NOON - HOUR)
    whose = [words_found("Robin Agent|lee|extension 103 queue 800", calls(client, view)) for view in VIEWS]
    assert whose == [["Robin Agent"], ["extension 103 queue 800", "lee", "Robin Agent"]]
    writers = [words_found("by (Robin Agent|lee|Agent's desk)", notes(client, view)) for view in VIEWS]
    assert writers == [["Robin Agent"], ["Agent's desk", "lee", "Robin Agent"]]


@pytest.mark.parametrize(
    ("path", "links"),
    [("/unmatched/", ["/unmatched/?whose=everybody"]), ("/unmatched/?whose=everybody", ["/unmatched/"])],
)
def test_each_of_the_two_views_leads_to_the_other(client, path, links):
    navigation = pieces(client.get(path).content.decode(), "nav")[0]
    assert (addresses(navigation), words(navigation)) == (links, "Mine Everybody's")


def test_where_all_have_met_the_page_says_so(client, agent):
    make_call(NUMBER, NOON - 10 * MINUTE, extension="101")
    make_note(NUMBER, agent=agent)
    make_missed_call(ANOTHER, NOON - 5 * MINUTE, extension="101")
    response = client.get("/unmatched/")
    assert [words(section(response, name)) for name in ("calls", "notes")] == [
        "Calls without a note None in the last 14 days.",
        "Notes without a call None in the last 14 days.",
    ]


def test_a_call_that_somebody_made_says_whether_it_was_answered(client):
    make_call(NUMBER, NOON - HOUR, extension="101", direction="outbound")
    buttons = "Write its note It needs no note"
    unanswered = {"direction": "outbound", "result": "not_answered", "answered_at": None, "duration_seconds": 0}
    make_call(ANOTHER, NOON - HOUR, extension="101", **unanswered)
    assert sorted(calls(client)) == [
        f"Outgoing call Mon 2 Mar, 11:00 +65 9123 4567 ☎ Call +65 9123 4567 0:03:00 Robin Agent {buttons}",
        f"Outgoing call, not answered Mon 2 Mar, 11:00 +65 9876 5432 ☎ Call +65 9876 5432 Robin Agent {buttons}",
    ]


def test_a_hidden_callers_call_is_listed_without_a_way_to_write_a_note_of_it(client):
    make_call("", NOON - HOUR, extension="101")
    assert calls(client) == ["Incoming call Mon 2 Mar, 11:00 number withheld 0:03:00 Robin Agent It needs no note"]


def test_lists_end_at_their_limit_and_say_so(client, agent):
    for place in range(UNMATCHED_AT_MOST - 1):
        make_call(NUMBER, NOON - 3 * HOUR - place * MINUTE, extension="101")
    said = f"At most the newest {UNMATCHED_AT_MOST} of each are shown."
    assert said not in client.get("/unmatched/").content.decode()
    make_call(ANOTHER, NOON - 5 * HOUR, extension="101")
    make_call(ANOTHER, NOON - 6 * HOUR, extension="101")
    response = client.get("/unmatched/")
    assert said in response.content.decode()
    assert [row.call.number for row in response.context["calls"]] == [NUMBER] * (UNMATCHED_AT_MOST - 1) + [ANOTHER]


def test_what_was_written_is_never_read_as_markup(client, agent):
    make_call(NUMBER, NOON - 2 * HOUR, extension="101", queue="<i>8</i>")
    make_note(NUMBER, "<script>alert(1)</script>", agent=agent, now=NOON - HOUR)
    page = client.get("/unmatched/").content.decode()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "queue &lt;i&gt;8&lt;/i&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_as_many_queries_however_many_did_not_meet(client, agent, django_assert_num_queries, count):
    for place in range(count):
        make_call(f"+659123456{place}", NOON - 2 * HOUR, extension="101")
        make_note(f"+659123456{place}", agent=agent, now=NOON - HOUR)
    with django_assert_num_queries(8):
        context = client.get("/unmatched/").context
    assert (len(context["calls"]), len(context["notes"])) == (count, count)


@pytest.mark.parametrize(("list_name", "says"), [("calls", "It is this note"), ("notes", "It is this call")])
def test_one_click_matches_a_call_and_a_note(client, pair, list_name, says):
    call, _ = pair
    assert match(client, **buttons(client, list_name)[says]) == ["Matched."]
    assert matched() == [(call.pk, "hand")]
    assert (calls(client), notes(client)) == ([], [])


@pytest.mark.parametrize(("list_name", "says"), [("calls", "It is this note"), ("notes", "It is this call")])
def test_a_hidden_callers_call_and_a_note_of_the_same_agent_are_matched_by_one_click(client, agent, list_name, says):
    call = make_call("", NOON - 2 * HOUR, extension="101")
    make_note(NUMBER, agent=agent, now=NOON - HOUR)
    assert match(client, **buttons(client, list_name)[says]) == ["Matched."]
    assert matched() == [(call.pk, "hand")]
    assert (calls(client), notes(client)) == ([], [])


@pytest.mark.parametrize("extension", ["102", "103"], ids=["a colleague's", "nobody's"])
def test_a_hidden_callers_call_and_a_note_of_another_agent_are_not_offered_to_each_other(client, agent, lee, extension):
    make_call("", NOON - 2 * HOUR, extension=extension)
    make_note(NUMBER, agent=agent, now=NOON - HOUR)
    make_note(NUMBER, now=NOON - HOUR)
    both = calls(client, "everybody") + notes(client, "everybody")
    assert (len(both), words_found("It is this (?:note|call)", both)) == (3, [])


def test_a_call_that_has_a_note_already_is_offered_to_another_note(client, agent):
    call = make_call(NUMBER, NOON - 3 * HOUR, extension="101")
    make_note(NUMBER, agent=agent, reported_call=call, now=NOON - 3 * HOUR)
    make_note(NUMBER, "Asked for two.", agent=agent, now=NOON - HOUR)
    assert match(client, **buttons(client, "notes")["It is this call"]) == ["Matched."]
    assert matched() == [(call.pk, "hand"), (call.pk, "hand")]


def test_a_call_between_extensions_is_not_listed(client, lee):
    make_call("102", NOON - HOUR, extension="101")
    make_call("103", NOON - HOUR, extension="101")
    assert [row.call.number for row in client.get("/unmatched/").context["calls"]] == ["103"]


def test_it_is_of_no_call_and_nobody_asks_again(client, pair):
    said = match(client, **buttons(client, "notes")["It is of no call"])
    assert said == ["Noted: that note is of none of the reported calls."]
    assert matched() == [(None, "hand")]
    assert notes(client) == []
    assert list(buttons(client, "calls")) == ["It needs no note"]


def test_a_match_by_hand_takes_a_note_back_from_the_call_that_it_met_by_itself(client, agent):
    first = make_call(NUMBER, NOON - 3 * HOUR, extension="101")
    second = make_call(NUMBER, NOON - 10 * MINUTE, extension="101")
    note = make_note(NUMBER, agent=agent)
    assert matched() == [(second.pk, "time")]
    match(client, note=note.pk, call=first.pk)
    assert matched() == [(first.pk, "hand")]
    assert [row.call for row in client.get("/unmatched/").context["calls"]] == [second]


def test_a_call_with_another_number_is_refused(client, pair):
    _, note = pair
    another = make_call(ANOTHER, NOON - 2 * HOUR, extension="101")
    assert match(client, note=note.pk, call=another.pk) == REFUSED
    assert matched() == [(None, "")]


@pytest.mark.parametrize(
    "changed",
    [
        *({"note": ""}, {"note": "x"}, {"note": "\0"}, {"note": "999999"}, {"note": "9" * 40}),
        *({"call": "x"}, {"call": "\0"}, {"call": "999999"}, {"call": "9" * 40}),
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_form_that_names_nothing_is_told_and_matches_nothing(client, pair, changed):
    call, note = pair
    assert match(client, **{"note": note.pk, "call": call.pk} | changed) == REFUSED
    assert matched() == [(None, "")]


def test_of_a_corrected_note_the_last_version_stands_in_both_lists(client, agent, pair):
    make_note(NUMBER, "Asked for two.", agent=agent, corrects=pair[1], now=NOON - HOUR)
    for rows in (calls(client), notes(client)):
        assert words_found(r"Asked for \w+", rows) == ["Asked for two"]


@pytest.mark.parametrize("version", [0, 1, 2])
def test_any_version_of_a_corrected_note_may_be_matched_and_all_are_of_the_call(client, agent, pair, version):
    call, note = pair
    versions = [note]
    for comments in ("Asked for two.", "Asked for three."):
        versions.append(make_note(NUMBER, comments, agent=agent, corrects=versions[-1], now=NOON - HOUR))
    assert match(client, note=versions[version].pk, call=call.pk) == ["Matched."]
    assert matched() == [(call.pk, "hand")] * 3
    assert (calls(client), notes(client)) == ([], [])


@pytest.mark.parametrize(("whose", "leads_to"), [("everybody", "/unmatched/?whose=everybody"), ("x", "/unmatched/")])
def test_after_a_click_the_agent_is_back_on_the_same_view(client, pair, whose, leads_to):
    call, note = pair
    assert client.post("/unmatched/match/", {"note": note.pk, "call": call.pk, "whose": whose}).url == leads_to


def test_the_buttons_of_everybodys_view_keep_to_it(client, pair):
    page = client.get("/unmatched/", {"whose": "everybody"})
    forms = [form for name in ("calls", "notes") for form in pieces(section(page, name), "form")]
    assert [words(form) for form in forms if '<input type="hidden" name="whose" value="everybody">' in form] == [
        *("It is this note", "It needs no note", "It is this call", "It is of no call"),
    ]
    assert 'name="whose"' not in client.get("/unmatched/").content.decode()


def test_a_call_needs_no_note_and_nobody_asks_again(client, pair, lee):
    call, _ = pair
    fields = buttons(client, "calls")["It needs no note"]
    assert fields == {"call": str(call.pk)}
    assert waive(client, **fields) == ["Noted: that call needs no note."]
    assert waived() == [(call.pk, "robin")]
    assert [calls(client, view) for view in VIEWS] == [[], []]
    client.force_login(lee)
    assert [calls(client, view) for view in VIEWS] == [[], []]


def test_a_call_that_needs_no_note_may_still_have_one(client, pair):
    call, _ = pair
    waive(client, call=call.pk)
    assert match(client, **buttons(client, "notes")["It is this call"]) == ["Matched."]
    assert matched() == [(call.pk, "hand")]


def test_a_call_of_a_hidden_caller_or_of_a_colleague_needs_no_note_either(client, lee):
    hidden = make_call("", NOON - 3 * HOUR, extension="101")
    of_lee = make_call(NUMBER, NOON - 2 * HOUR, extension="102")
    for call in (hidden, of_lee):
        waive(client, call=call.pk)
    assert waived() == [(hidden.pk, "robin"), (of_lee.pk, "robin")]
    assert calls(client, "everybody") == []


@pytest.mark.parametrize("call", [None, "", "x", "\0", "999999", "9" * 40], ids=lambda call: str(call)[:40])
def test_a_call_that_is_not_there_is_told_and_waives_nothing(client, pair, call):
    said = waive(client, **{} if call is None else {"call": call})
    assert said == ["That call is not there; reload the page and choose again."]
    assert waived() == []


@pytest.mark.parametrize(("whose", "leads_to"), [("everybody", "/unmatched/?whose=everybody"), ("x", "/unmatched/")])
def test_after_a_call_was_waived_the_agent_is_back_on_the_same_view(client, pair, whose, leads_to):
    assert client.post("/unmatched/waive/", {"call": pair[0].pk, "whose": whose}).url == leads_to


@pytest.mark.parametrize("path", ["/unmatched/match/", "/unmatched/waive/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_matched_or_waived_but_by_a_form(client, pair, path, method):
    call, note = pair
    assert getattr(client, method)(path, {"note": note.pk, "call": call.pk}).status_code == 405
    assert (matched(), waived()) == ([(None, "")], [])


@pytest.mark.parametrize("path", ["/unmatched/match/", "/unmatched/waive/"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_visit_to_a_buttons_address_leads_to_the_lists_and_changes_nothing(client, pair, path, method):
    call, note = pair
    response = getattr(client, method)(path, {"note": note.pk, "call": call.pk})
    assert (response.status_code, response.url) == (302, "/unmatched/")
    assert (matched(), waived()) == ([(None, "")], [])


@pytest.mark.parametrize("path", ["/unmatched/match/", "/unmatched/waive/"])
def test_a_click_after_the_sign_in_ended_changes_nothing_and_leads_back_to_the_lists(client, pair, path):
    call, note = pair
    client.logout()
    response = client.post(path, {"note": note.pk, "call": call.pk})
    assert sign_in_again(client, response.url) == (200, "/unmatched/")
    assert (matched(), waived()) == ([(None, "")], [])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_lists_themselves_are_only_read(client, method):
    assert getattr(client, method)("/unmatched/").status_code == 405


def test_a_calls_note_is_of_that_call_even_hours_later(client):
    call = make_call(NUMBER, NOON - 5 * HOUR, extension="101")
    later = make_call(NUMBER, NOON - 10 * MINUTE, extension="101")
    rows = pieces(section(client.get("/unmatched/"), "calls"), "li")
    address = addresses(rows[1])[-1]
    assert address == f"/popup?cid=%2B6591234567&call={call.pk}&then=unmatched"
    page = client.get(address).content.decode()
    assert "This note is of the call of 2 Mar 2026, 07:00." in page
    [action] = re.findall(r'<form class="card wrapup" method="post" action="([^"]*)"', page)
    write(client, action.replace("&amp;", "&"))
    assert matched() == [(call.pk, "hand")]
    assert [row.call for row in client.get("/unmatched/").context["calls"]] == [later]


def test_a_calls_note_that_is_corrected_stays_of_that_call(client, agent):
    call = make_call(NUMBER, NOON - 5 * HOUR, extension="101")
    write(client, f"/popup?cid=%2B6591234567&call={call.pk}")
    write(client, f"/popup?cid=%2B6591234567&corrects={CallNote.objects.get().pk}", "Asked for two quotes.")
    assert matched() == [(call.pk, "hand"), (call.pk, "hand")]


def test_a_call_of_another_number_is_ignored(client):
    another = make_call(ANOTHER, NOON - 5 * HOUR, extension="101")
    address = f"/popup?cid=%2B6591234567&call={another.pk}"
    page = client.get(address).content.decode()
    assert "This note is of the call" not in page
    assert "call=" not in page
    write(client, address)
    assert matched() == [(None, "")]


@pytest.mark.parametrize("call", ["", "x", "-1", "999999", "9" * 40, "²", "\0"])
def test_a_call_that_is_none_is_ignored(client, call):
    response = client.get("/popup", {"cid": NUMBER, "call": call})
    assert (response.status_code, response.context["call"]) == (200, None)


@pytest.mark.parametrize("count", [1, 3])
def test_the_popup_of_a_call_costs_as_many_queries_however_many_calls_there_were(
    client, agent, django_assert_num_queries, count
):
    for hour in range(count):
        call = make_call(NUMBER, NOON - (hour + 2) * HOUR, extension="101")
        make_note(NUMBER, agent=agent, reported_call=call)
    with django_assert_num_queries(12):
        assert client.get("/popup", {"cid": NUMBER, "call": call.pk}).context["call"] == call
