"""A number that is not to be disturbed: shown wherever it stands, set by any agent, lifted by who may."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages

from callnotes import do_not_disturb
from callnotes.models import DoNotDisturb
from callnotes.tests.factories import make_agent, make_note, make_peace
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, pieces, words
from desk.tests.calls import ANOTHER, NOON, NUMBER, make_missed_call, make_robin

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = f"/numbers/{NUMBER}/"
SET, LIFT = f"{PAGE}do-not-disturb/", f"{PAGE}do-not-disturb/lift/"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def agent(client):
    """Robin, signed in, who may not lift; it is noon of Monday 2 March 2026 in Singapore."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


def allow(person: User, *permissions: str) -> None:
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))


def bar(client, path: str) -> str:
    """The markup of the bar, empty where there is none."""
    sections = pieces(client.get(path).content.decode(), "section")
    found = [markup for markup in sections if "<strong>Do not disturb" in markup]
    return found[0] if found else ""


def ledger() -> list[tuple]:
    names = ["number", "reason", "set_by__username", "ends_at", "lifted_by__username", "lifting_reason"]
    return list(DoNotDisturb.objects.order_by("pk").values_list(*names))


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# Shown


@pytest.mark.parametrize("path", [PAGE, "/popup?cid=91234567"])
def test_a_page_of_the_number_says_since_when_by_whom_and_why(client, agent, path):
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb", agent=agent, now=NOON - HOUR)
    said = "Do not disturb since 2 Mar 2026, 11:00, by Robin Agent: Wants no calls."
    assert words(bar(client, path)).startswith(said)


def test_every_entry_in_force_is_told_the_newest_first_with_its_end(client, agent):
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb", source="3cx", now=NOON - HOUR)
    make_peace(NUMBER, NOON - HOUR / 2, "On holiday.", set_by=agent, ends_at=NOON + DAY)
    make_peace(NUMBER, NOON - 3 * HOUR, "Is over.", ends_at=NOON)
    make_peace(NUMBER, NOON - 3 * HOUR, "Was lifted.", lifted_at=NOON - 2 * HOUR)
    make_peace(ANOTHER, NOON - HOUR, "Another number's.")
    assert words(bar(client, PAGE)) == (
        "Do not disturb since 2 Mar 2026, 11:30, by Robin Agent: On holiday. ; until 3 Mar 2026, 12:00"
        " Do not disturb since 2 Mar 2026, 11:00, by 3CX: Wants no calls."
    )


def test_a_contact_shows_it_of_each_of_its_numbers(client, agent):
    mira = make_contact("Mira Talvane", NUMBER, ANOTHER)
    make_peace(NUMBER, NOON - HOUR, "Letter.", set_by=agent)
    make_peace(ANOTHER, NOON - 2 * HOUR, "Letter.", set_by=agent)
    make_peace("+6590000001", NOON - 2 * HOUR, "Nobody's.", set_by=agent)
    page = bar(client, f"/contacts/{mira.pk}/")
    assert words(page) == (
        "Do not disturb +65 9123 4567 since 2 Mar 2026, 11:00, by Robin Agent: Letter."
        " Do not disturb +65 9876 5432 since 2 Mar 2026, 10:00, by Robin Agent: Letter."
    )
    assert addresses(page) == [f"/numbers/{NUMBER}/", f"/numbers/{ANOTHER}/"]


def test_the_pop_up_shows_the_newest_of_several_entries_and_leads_to_the_others(client, agent):
    for hours in (3, 2, 1):
        make_note(NUMBER, f"Said {hours} hours ago.", key="do_not_disturb", agent=agent, now=NOON - hours * HOUR)
    in_pop_up, on_page = bar(client, "/popup?cid=91234567"), words(bar(client, PAGE))
    assert words(in_pop_up) == "Do not disturb since 2 Mar 2026, 11:00, by Robin Agent: Said 1 hours ago. and before"
    assert addresses(in_pop_up) == [f"{PAGE}#do-not-disturb"]
    assert [f"Said {hours} hours ago." in on_page for hours in (3, 2, 1)] == [True, True, True]


@pytest.mark.parametrize("path", [PAGE, "/contacts/1/", "/popup?cid=91234567"])
def test_where_nobody_asked_for_it_there_is_no_bar(client, path):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_peace(NUMBER, NOON - HOUR, lifted_at=NOON)
    assert bar(client, path) == ""


@pytest.mark.parametrize("path", ["/", PAGE, "/contacts/1/", "/search/?q=mira", "/missed/", "/popup?cid=91234567"])
def test_it_is_shown_on_every_page_with_the_number(client, agent, path):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_note(NUMBER, agent=agent, now=NOON - 2 * HOUR)
    make_missed_call(NUMBER, NOON - HOUR)
    assert "do not disturb</a>" not in client.get(path).content.decode()
    make_peace(NUMBER, NOON - HOUR)
    assert "do not disturb</a>" in client.get(path).content.decode()


def test_the_words_of_a_note_are_shown_in_part_and_never_read_as_markup(client):
    make_note(NUMBER, SCRIPT + "x" * 300, key="do_not_disturb")
    page = bar(client, PAGE)
    assert ("&lt;script&gt;alert(1)&lt;/script&gt;xxx" in page, "x…</q>" in page, SCRIPT in page) == (True, True, False)


# Set by hand


def test_any_agent_sets_it_with_a_reason(client):
    response = client.post(SET, {"reason": "Asked by letter.", "ends_at": ""}, follow=True)
    assert (response.redirect_chain, ledger()) == (
        [(PAGE, 302)],
        [(NUMBER, "Asked by letter.", "robin", None, None, "")],
    )
    assert "Do not disturb is set for +65 9123 4567." in words(response.content.decode())
    assert words(bar(client, PAGE)) == "Do not disturb since 2 Mar 2026, 12:00, by Robin Agent: Asked by letter."


def test_an_end_is_read_by_the_readers_clock(client):
    client.cookies["time_zone"] = "Europe/Berlin"
    response = client.post(SET, {"reason": "On holiday.", "ends_at": "2026-03-29T02:30"})
    assert told(response) == ["Do not disturb is set for +65 9123 4567 until 29 Mar 2026, 03:30."]
    [[*_, ends_at, _, _]] = ledger()
    assert ends_at.isoformat() == "2026-03-29T01:30:00+00:00"


def test_a_second_click_sets_it_once(client):
    for _ in range(2):
        client.post(SET, {"reason": "Asked by letter."})
    assert len(ledger()) == 1


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"reason": ""}, {"reason": ["This field is required."]}),
        ({"reason": "  "}, {"reason": ["This field is required."]}),
        ({}, {"reason": ["This field is required."]}),
        ({"reason": "x" * 201}, {"reason": ["Ensure this value has at most 200 characters (it has 201)."]}),
        ({"reason": "x\0"}, {"reason": ["Null characters are not allowed."]}),
        (
            {"reason": "Holiday.", "ends_at": "2026-03-02T12:00"},
            {"ends_at": ["That time has passed; choose a later one."]},
        ),
        *(
            (
                {"reason": "Holiday.", "ends_at": text},
                {"ends_at": ["That is more than a year ahead; choose an earlier time."]},
            )
            for text in ("2030-01-01T00:00", "9999-12-31T23:59")
        ),
        *(
            (
                {"reason": "Holiday.", "ends_at": text},
                {"ends_at": ["That is no date and time; write it like 2026-03-04T14:30."]},
            )
            for text in ("tomorrow", "0001-01-01T00:00", "\0", "2026-02-30T10:00", "9" * 5000)
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_cannot_be_set_is_told_with_the_words_kept_and_sets_nothing(client, fields, errors):
    response = client.post(SET, fields)
    assert (response.status_code, ledger()) == (200, [])
    assert response.context["form"].errors == errors
    assert fields.get("reason", "").strip("\0 ") in response.content.decode()


def test_the_limit_of_a_reason_is_told_before_it_is_reached(client):
    page = client.get(PAGE).content.decode()
    [form] = [markup for markup in pieces(page, "form") if "Why is it not to be called?" in markup]
    assert 'maxlength="200"' in form
    assert "Up to 200 characters." in words(form)
    assert 'type="datetime-local"' in form


def test_a_reason_that_was_sent_after_the_sign_in_ended_is_shown_to_be_copied(client):
    client.logout()
    response = client.post(SET, {"reason": "Asked by <b>letter</b>."})
    assert (response.status_code, ledger()) == (401, [])
    assert "Asked by &lt;b&gt;letter&lt;/b&gt;.</textarea>" in response.content.decode()


# Lifted


def test_who_may_lifts_all_that_is_in_force_with_a_reason(client, agent):
    allow(agent, "lift_donotdisturb")
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb")
    make_peace(NUMBER, NOON - HOUR, "Letter.")
    response = client.post(LIFT, {"reason": "Changed their mind."}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Lifted: +65 9123 4567 may be called again." in words(response.content.decode())
    assert ledger() == [
        (NUMBER, "", None, None, "robin", "Changed their mind."),
        (NUMBER, "Letter.", None, None, "robin", "Changed their mind."),
    ]
    assert bar(client, PAGE) == ""


def test_what_was_lifted_meanwhile_is_told(client, agent):
    allow(agent, "lift_donotdisturb")
    response = client.post(LIFT, {"reason": "Changed their mind."})
    assert told(response) == ["+65 9123 4567 was not under do-not-disturb any more."]


@pytest.mark.parametrize("permissions", [(), ("view_donotdisturb", "add_donotdisturb", "change_donotdisturb")])
def test_without_the_permission_nothing_is_lifted_and_the_page_says_so(client, agent, permissions):
    allow(agent, *permissions)
    make_peace(NUMBER, NOON - HOUR, "Letter.")
    response = client.post(LIFT, {"reason": "Changed their mind."})
    assert response.status_code == 403
    assert "You may not do that Your sign-in does not have the right for it." in words(response.content.decode())
    assert ledger() == [(NUMBER, "Letter.", None, None, None, "")]


@pytest.mark.parametrize("is_allowed", [True, False])
@pytest.mark.parametrize("path", [PAGE, "/contacts/1/", "/popup?cid=91234567"])
def test_lifting_is_offered_to_those_who_may(client, agent, path, is_allowed):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_peace(NUMBER, NOON - HOUR, "Letter.")
    if is_allowed:
        allow(agent, "lift_donotdisturb")
    offered = f'action="{LIFT}"' if path == PAGE else f'href="{PAGE}#do-not-disturb"'
    assert (offered in bar(client, path)) is is_allowed


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "x\0"])
def test_lifting_wants_a_reason(client, agent, reason):
    allow(agent, "lift_donotdisturb")
    make_peace(NUMBER, NOON - HOUR, "Letter.")
    response = client.post(LIFT, {"reason": reason})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["reason"])
    assert ledger() == [(NUMBER, "Letter.", None, None, None, "")]


# Addresses


@pytest.mark.parametrize("address", [SET, LIFT])
def test_whoever_comes_back_from_signing_in_is_led_to_the_number(client, address):
    assert [client.get(address).url, client.head(address).url] == [PAGE, PAGE]


@pytest.mark.parametrize("spelling", ["91234567", "006591234567", "%206591234567"])
def test_the_number_may_come_in_any_spelling(client, agent, spelling):
    allow(agent, "lift_donotdisturb")
    assert client.post(f"/numbers/{spelling}/do-not-disturb/", {"reason": "Letter."}).url == PAGE
    assert client.post(f"/numbers/{spelling}/do-not-disturb/lift/", {"reason": "Mistake."}).url == PAGE
    assert ledger() == [(NUMBER, "Letter.", "robin", None, "robin", "Mistake.")]


@pytest.mark.parametrize("spelling", ["anonymous", "hello", "9" * 300, "%00"])
@pytest.mark.parametrize("last", ["", "lift/"])
def test_what_is_no_number_has_no_such_page(client, spelling, last):
    assert client.post(f"/numbers/{spelling}/do-not-disturb/{last}", {"reason": "Letter."}).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_forms_are_sent_and_nothing_else(client, method):
    assert [getattr(client, method)(address).status_code for address in (SET, LIFT)] == [405, 405]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_as_many_queries_however_many_entries_are_in_force(client, django_assert_num_queries, count):
    contact = make_contact("Mira Talvane", NUMBER)
    for place in range(count):
        make_peace(NUMBER, NOON - HOUR, f"Letter {place}.", set_by=make_agent(f"agent{place}"))
    for path, queries in ((PAGE, 14), (f"/contacts/{contact.pk}/", 20)):
        with django_assert_num_queries(queries):
            assert bar(client, path) != ""


def test_calls_from_the_number_are_answered_as_ever(client, agent):
    """The pop-up of a caller who is not to be disturbed is that of any other, with the bar."""
    make_contact("Mira Talvane", NUMBER)
    do_not_disturb.put(NUMBER, agent, "Asked by letter.")
    page = client.get("/popup?cid=91234567")
    assert (page.status_code, "Save note" in page.content.decode()) == (200, True)
