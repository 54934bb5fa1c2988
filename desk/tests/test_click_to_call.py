"""Click to call: offered wherever a number stands, but not where it asked for peace."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User

from callnotes import do_not_disturb
from callnotes.models import CallNote, CallReason
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, section, words
from desk.tests.calls import ANOTHER, NOON, NUMBER, make_call, make_missed_call, make_robin

pytestmark = pytest.mark.django_db

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
CALL_PAGE = f"/numbers/{NUMBER}/call/"
BY_WEB_CLIENT = "https://pbx.example.com/webclient/#/call?phone=%2B6591234567"
PAGES = {
    "start": "/",
    "pop-up": "/popup?cid=91234567",
    "number": f"/numbers/{NUMBER}/",
    "contact": "/contacts/1/",
    "search": "/search/?q=mira",
    "missed": "/missed/",
    "unmatched": "/unmatched/",
    "everybody's unmatched": "/unmatched/?whose=everybody",
}
every_page = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)


@pytest.fixture(autouse=True)
def agent(client):
    """Robin of extension 101, signed in; it is noon."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


@pytest.fixture
def everywhere(agent) -> None:
    """Mira's number on every page: a note that met no call, a call that met no note, and a missed one."""
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_note(NUMBER, "Asked for a quote.", agent=agent, now=NOON - 5 * HOUR)
    make_call(NUMBER, NOON - 3 * HOUR, extension="101")
    make_missed_call(NUMBER, NOON - HOUR, extension="101")


def ask_for_peace(number: str, **fields) -> CallNote:
    """A note of this morning that asks for it."""
    asking = {"key": "do_not_disturb", "now": NOON - 6 * HOUR}
    return make_note(number, "Wants no calls.", **asking | fields)


def calls(client, path: str) -> list[str]:
    """Where a click on the page calls."""
    page = client.get(path).content.decode()
    return [address for address in addresses(page) if address.startswith(("tel:", "https://pbx.example.com/"))]


def signs(client, path: str) -> int:
    """How often the page says that the number is not to be disturbed."""
    sign = f'<a class="badge badge--danger" href="{CALL_PAGE}">do not disturb</a>'
    return client.get(path).content.decode().count(sign)


@every_page
def test_a_number_is_called_by_whatever_program_takes_tel_links(client, everywhere, path):
    assert set(calls(client, path)) == {f"tel:{NUMBER}"}


@every_page
def test_a_number_is_called_in_the_web_client_where_its_address_is_set(client, everywhere, settings, path):
    settings.THREECX_WEBCLIENT_URL = "https://pbx.example.com/webclient"
    assert set(calls(client, path)) == {BY_WEB_CLIENT}
    assert "tel:" not in client.get(path).content.decode()


@every_page
def test_the_web_client_opens_beside_the_page_and_learns_nothing_of_it(client, everywhere, settings, path):
    settings.THREECX_WEBCLIENT_URL = "https://pbx.example.com/webclient"
    page = client.get(path).content.decode()
    assert page.count(f'href="{BY_WEB_CLIENT}" target="_blank" rel="noopener"') == page.count(BY_WEB_CLIENT) > 0


@every_page
@pytest.mark.parametrize("web_client", ["", "https://pbx.example.com/webclient"], ids=["tel", "web client"])
def test_a_number_that_asked_for_peace_is_offered_on_no_page(client, agent, everywhere, settings, path, web_client):
    settings.THREECX_WEBCLIENT_URL = web_client
    assert calls(client, path) != []
    ask_for_peace(NUMBER, agent=agent)
    assert calls(client, path) == []
    assert signs(client, path) >= 1


@pytest.mark.parametrize("sort", ["start", "contact", "search", "missed", "unmatched"])
def test_another_number_is_offered_beside_one_that_asked_for_peace(client, agent, everywhere, sort):
    ask_for_peace(NUMBER, agent=agent)
    Contact.objects.get(pk=1).numbers.create(number=ANOTHER)
    make_note(ANOTHER, agent=agent, now=NOON - 5 * HOUR)
    make_call(ANOTHER, NOON - 3 * HOUR, extension="101")
    make_missed_call(ANOTHER, NOON - HOUR)
    assert set(calls(client, PAGES[sort])) == {f"tel:{ANOTHER}"}


def test_the_sign_of_a_number_that_asked_for_peace_stands_once_at_the_head_of_its_history(client, agent, everywhere):
    ask_for_peace(NUMBER, agent=agent)
    assert signs(client, f"/numbers/{NUMBER}/") == 1
    assert "badge--danger" not in section(client.get("/contacts/1/"), "history")


def test_a_link_says_whom_it_calls_to_those_who_do_not_see_it(client):
    page = client.get(f"/numbers/{NUMBER}/").content.decode()
    assert (
        f'<a class="call-link" href="tel:{NUMBER}" title="Call +65 9123 4567"><span aria-hidden="true">☎</span>'
        '<span class="hidden-label">Call +65 9123 4567</span></a>'
    ) in page


@pytest.mark.parametrize("names", [[], ["Mira Talvane"], ["Mira Talvane", "Tomas Ostfield"]], ids=len)
def test_the_popup_offers_the_call_once_however_many_have_the_number(client, names):
    for name in names:
        make_contact(name, NUMBER)
    assert calls(client, PAGES["pop-up"]) == [f"tel:{NUMBER}"]
    ask_for_peace(NUMBER)
    assert (calls(client, PAGES["pop-up"]), signs(client, PAGES["pop-up"])) == ([], 1)


def test_a_do_not_disturb_counts_also_where_it_is_none_of_the_last_notes(client):
    make_contact("Mira Talvane", NUMBER, ANOTHER)
    ask_for_peace(NUMBER)
    for hour in range(5):
        make_note(ANOTHER, f"Note {hour}.", now=NOON - hour * HOUR)
    assert "Wants no calls." not in section(client.get(PAGES["pop-up"]), "last")
    assert set(calls(client, PAGES["pop-up"])) == {f"tel:{ANOTHER}"}


@pytest.mark.parametrize("sort", ["pop-up", "contact"])
def test_a_contacts_other_number_that_asked_for_peace_is_not_offered(client, everywhere, sort):
    Contact.objects.get(pk=1).numbers.create(number=ANOTHER)
    make_note(ANOTHER, now=NOON - 4 * HOUR)
    assert f"tel:{ANOTHER}" in calls(client, PAGES[sort])
    ask_for_peace(ANOTHER)
    assert set(calls(client, PAGES[sort])) == {f"tel:{NUMBER}"}


def test_a_contacts_number_with_a_do_not_disturb_of_another_contact_is_not_offered(client):
    mira, tomas = make_contact("Mira Talvane", NUMBER, pk=1), make_contact("Tomas Ostfield", NUMBER)
    ask_for_peace(NUMBER, contact=tomas)
    assert [row.kind for row in client.get(f"/contacts/{mira.pk}/").context["history"].rows] == ["peace"]
    assert calls(client, f"/contacts/{mira.pk}/") == []


def test_a_number_that_is_a_contacts_no_more_is_not_offered_in_its_history(client):
    mira = make_contact("Mira Talvane", NUMBER, ANOTHER, pk=1)
    make_note(ANOTHER)
    mira.numbers.filter(number=ANOTHER).delete()
    assert calls(client, "/contacts/1/") == [f"tel:{ANOTHER}", f"tel:{NUMBER}"]
    ask_for_peace(ANOTHER, contact=mira)
    assert calls(client, "/contacts/1/") == [f"tel:{NUMBER}"]


def test_a_short_number_is_called_as_it_is(client, settings):
    assert calls(client, "/numbers/123/") == ["tel:123"]
    settings.THREECX_WEBCLIENT_URL = "https://pbx.example.com/webclient"
    assert calls(client, "/numbers/123/") == ["https://pbx.example.com/webclient/#/call?phone=123"]


def test_a_hidden_caller_without_a_note_has_no_link(client):
    make_call("", NOON - HOUR, extension="101")
    assert calls(client, "/unmatched/") == []
    assert "number withheld" in client.get("/unmatched/").content.decode()


def test_a_hidden_caller_in_a_contacts_history_has_no_link(client, agent):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_note(NUMBER, agent=agent, reported_call=make_call("", NOON - HOUR, extension="101"))
    history = section(client.get("/contacts/1/"), "history")
    assert ("number withheld" in history, "tel:" in history) == (True, False)


def test_where_nobody_asked_for_peace_the_call_is_offered_at_once(client, settings):
    assert calls(client, CALL_PAGE) == [f"tel:{NUMBER}"]
    settings.THREECX_WEBCLIENT_URL = "https://pbx.example.com/webclient"
    assert calls(client, CALL_PAGE) == [BY_WEB_CLIENT]
    assert "Why do you call" not in client.get(CALL_PAGE).content.decode()


def test_where_somebody_asked_for_peace_the_call_wants_a_reason(client):
    ask_for_peace(NUMBER)
    page = client.get(CALL_PAGE).content.decode()
    assert calls(client, CALL_PAGE) == []
    assert "This number asked not to be disturbed." in page
    assert "Why do you call all the same?" in page


@pytest.mark.parametrize("length", [1, 200])
def test_with_a_reason_the_call_is_offered_and_the_reason_kept_with_the_agents_name(client, length):
    ask_for_peace(NUMBER)
    response = client.post(CALL_PAGE, {"reason": "x" * length}, follow=True)
    assert response.redirect_chain == [(CALL_PAGE, 302)]
    assert f'Your reason is kept: <q dir="auto">{"x" * length}</q>' in response.content.decode()
    assert calls(client, CALL_PAGE) == [f"tel:{NUMBER}"]
    kept = CallReason.objects.values_list("number", "agent__username", "reason", "created_at")
    assert list(kept) == [(NUMBER, "robin", "x" * length, NOON)]


def test_the_back_office_reads_who_called_all_the_same_and_why(client):
    ask_for_peace(NUMBER)
    client.post(CALL_PAGE, {"reason": "A <b>recall</b> of the product."})
    client.force_login(User.objects.create_superuser("avery"))
    page = client.get("/admin/callnotes/callreason/").content.decode()
    assert "2 Mar 2026, 12:00 +65 9123 4567 robin A <b>recall</b> of the product." in words(page)


def test_a_reason_is_never_read_as_markup(client):
    ask_for_peace(NUMBER)
    page = client.post(CALL_PAGE, {"reason": "<script>alert(1)</script>"}, follow=True).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page


def test_a_reason_lasts_one_hour(client):
    ask_for_peace(NUMBER)
    client.post(CALL_PAGE, {"reason": "A recall."})
    with time_machine.travel(NOON + HOUR, tick=False):
        assert calls(client, CALL_PAGE) == [f"tel:{NUMBER}"]
    with time_machine.travel(NOON + HOUR + SECOND, tick=False):
        assert calls(client, CALL_PAGE) == []


def test_a_reason_is_of_one_agent_and_one_number(client):
    for number in (NUMBER, ANOTHER):
        ask_for_peace(number)
    client.post(CALL_PAGE, {"reason": "A recall."})
    assert calls(client, f"/numbers/{ANOTHER}/call/") == []
    client.force_login(make_agent("lee"))
    assert calls(client, CALL_PAGE) == []


def test_a_reason_takes_no_sign_away(client, everywhere):
    ask_for_peace(NUMBER)
    client.post(CALL_PAGE, {"reason": "A recall."})
    assert (calls(client, f"/numbers/{NUMBER}/"), signs(client, f"/numbers/{NUMBER}/")) == ([], 1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "   "}, "This field is required."),
        ({"reason": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ({"reason": "A recall.\0"}, "Null characters are not allowed."),
        ({"number": NUMBER}, "This field is required."),
    ],
    ids=["empty", "blanks", "201 characters", "a character that no database keeps", "another field"],
)
def test_a_reason_that_cannot_be_kept_is_told_and_offers_no_call(client, fields, said):
    ask_for_peace(NUMBER)
    response = client.post(CALL_PAGE, fields)
    assert (response.status_code, response.context["form"].errors) == (200, {"reason": [said]})
    assert said in words(response.content.decode())
    assert "tel:" not in response.content.decode()
    assert not CallReason.objects.exists()


def test_a_reason_that_was_sent_after_the_sign_in_ended_is_shown_to_be_copied(client):
    ask_for_peace(NUMBER)
    client.logout()
    response = client.post(CALL_PAGE, {"reason": "A recall of the <b>product</b>."})
    assert (response.status_code, CallReason.objects.count()) == (401, 0)
    assert "A recall of the &lt;b&gt;product&lt;/b&gt;.</textarea>" in response.content.decode()


@pytest.mark.parametrize("spelling", ["91234567", "006591234567", "%206591234567"])
def test_the_page_takes_any_spelling_of_the_number(client, spelling):
    ask_for_peace(NUMBER)
    address = f"/numbers/{spelling}/call/"
    assert calls(client, address) == []
    assert client.post(address, {"reason": "A recall."}).url == CALL_PAGE
    assert calls(client, address) == [f"tel:{NUMBER}"]


@pytest.mark.parametrize("spelling", ["anonymous", "hello", "9" * 300])
def test_what_is_no_number_cannot_be_called(client, spelling):
    assert client.get(f"/numbers/{spelling}/call/").status_code == 404
    assert client.post(f"/numbers/{spelling}/call/", {"reason": "A recall."}).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_page_is_read_and_its_form_sent_and_nothing_else(client, method):
    assert getattr(client, method)(CALL_PAGE).status_code == 405


def test_a_correction_of_its_note_does_not_take_a_do_not_disturb_back(client, agent, everywhere):
    asked = ask_for_peace(NUMBER, agent=agent)
    make_note(NUMBER, "Was about another number.", agent=agent, corrects=asked, now=NOON - 2 * HOUR)
    assert calls(client, CALL_PAGE) == []
    assert (calls(client, f"/numbers/{NUMBER}/"), signs(client, f"/numbers/{NUMBER}/")) == ([], 1)


@every_page
def test_a_number_is_offered_again_once_it_is_lifted(client, agent, everywhere, path):
    ask_for_peace(NUMBER, agent=agent)
    assert calls(client, path) == []
    do_not_disturb.lift(NUMBER, agent, "Changed their mind.")
    assert (set(calls(client, path)), signs(client, path)) == ({f"tel:{NUMBER}"}, 0)


def test_a_number_that_was_set_by_hand_is_offered_again_when_the_time_is_over(client, agent):
    do_not_disturb.put(NUMBER, agent, "On holiday.", ends_at=NOON + HOUR)
    assert calls(client, CALL_PAGE) == []
    with time_machine.travel(NOON + HOUR, tick=False):
        assert calls(client, CALL_PAGE) == [f"tel:{NUMBER}"]


def test_a_correction_that_asks_for_peace_counts(client, agent):
    asked = ask_for_peace(NUMBER, agent=agent)
    make_note(NUMBER, "Wants no calls at all.", key="do_not_disturb", agent=agent, corrects=asked)
    assert calls(client, CALL_PAGE) == []


def test_a_later_note_does_not_take_a_do_not_disturb_back(client, agent):
    ask_for_peace(NUMBER)
    make_note(NUMBER, "Called about an order.", agent=agent)
    assert calls(client, CALL_PAGE) == []


def test_what_asks_for_peace_is_the_dispositions_effect_and_not_its_name(client):
    completed = disposition("completed")
    completed.sets_do_not_disturb = True
    completed.save()
    make_note(NUMBER, "Moved abroad.", key="completed")
    assert calls(client, CALL_PAGE) == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_page_costs_as_many_queries_however_often_peace_was_asked_for(client, django_assert_num_queries, count):
    for _ in range(count):
        ask_for_peace(NUMBER)
    with django_assert_num_queries(4):
        assert client.get(CALL_PAGE).context["asks"] == ({NUMBER} if count else set())
