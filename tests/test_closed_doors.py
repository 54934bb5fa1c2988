"""Every address, by every kind of visitor: nothing is open that is not listed in doors.txt."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from tests.doors import NUMBER, addresses, answers, make_a_row_of_everything, make_people

pytestmark = pytest.mark.django_db

KINDS = ["visitor", "agent", "supervisor", "back-office", "integrator", "auditor", "administrator"]
DOORS = Path(__file__).parent / "doors.txt"
# What visitors, and staff whose second factor is missing, find open: pages to sign in and to set that up.
OPEN = {"/login/", "/login/again/", "/admin/login/"}
# Asks everybody for a key.
MACHINES = {f"/3cx/{name}{slash}" for name in ("query", "contacts", "calls", "chats") for slash in ("", "/")}
BEFORE_THE_SECOND_FACTOR = {"/account/second-factor/", "/account/second-factor/qr.svg"}


def listed() -> dict[str, list[str]]:
    """What each of KINDS is answered, by address. `in`: is sent to sign in."""
    lines = [line.split() for line in DOORS.read_text().splitlines() if line and not line.startswith("#")]
    return {" ".join(line[: -len(KINDS)]): line[-len(KINDS) :] for line in lines}


def test_the_walk_finds_every_kind_of_address():
    assert {"/", "/3cx/query", "/admin/", "/admin/callnotes/callnote/1/change/"} <= set(addresses())
    assert not [address for address in addresses() if set("<^$(") & set(address)]


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_finds_open_what_is_listed_and_nothing_else(kind):
    make_a_row_of_everything()
    found = answers(make_people()[kind], sorted({*listed(), *addresses()}))
    assert found == {asked: answered[KINDS.index(kind)] for asked, answered in listed().items()}


def test_what_takes_no_get_leads_on_or_is_changed_is_asked_by_post_too():
    answered = {asked: statuses[-1] for asked, statuses in listed().items() if not asked.startswith("POST ")}
    refused = {address for address, status in answered.items() if status == "405"}
    lead_on = {address for address, status in answered.items() if status == "302" and "/admin/" not in address}
    changed = {address for address in answered if address.startswith("/admin/") and address.endswith("/change/")}
    by_post = {asked.removeprefix("POST ") for asked in listed() if asked.startswith("POST ")}
    assert refused | lead_on | changed == by_post


def test_visitors_are_sent_to_sign_in_but_for_what_is_meant_for_them():
    """The list itself: whoever adds an address cannot open it to the world unnoticed."""
    open_to_visitors = {address for address, answered in listed().items() if answered[0] != "in"}
    machines = {f"{method}{address}" for address in MACHINES for method in ("", "POST ")}
    asks_for_more = {"/login/again/code/", "/logout/", "/language/", "/callbacks/feed/no-such-key.ics"}
    assert open_to_visitors - machines == OPEN | asks_for_more | {
        f"POST {address}" for address in asks_for_more if not address.endswith(".ics")
    }


@pytest.mark.parametrize("address", sorted(MACHINES))
def test_nothing_is_sent_to_the_machines_door_without_a_key(client, address):
    response = client.post(address, {"Number": NUMBER, "cid": NUMBER})
    assert (response.status_code, response.json()["error"]) == (401, "token_invalid")


def test_staff_whose_second_factor_is_missing_are_let_in_nowhere(client, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(User.objects.create_superuser("avery"))
    found = {address: client.get(address) for address in addresses()}
    entered = {address for address, response in found.items() if response.status_code == 200}
    assert entered == OPEN | BEFORE_THE_SECOND_FACTOR
    led = {address: response.url.split("?")[0] for address, response in found.items() if response.status_code == 302}
    elsewhere = {address: url for address, url in led.items() if url != "/login/code/"}
    assert elsewhere == {
        "/login/code/": "/account/second-factor/",
        "/account/enrolment/": "/account/second-factor/",
        "/language/": "/",
    }
    others = {address: response.status_code for address, response in found.items() if response.status_code > 302}
    machines = {address: status for address, status in others.items() if address in MACHINES}
    assert set(machines.values()) == {401, 405}
    assert {address: status for address, status in others.items() if address not in MACHINES} == {
        "/logout/": 405,
        "/login/again/code/": 405,
        "/callbacks/feed/no-such-key.ics": 404,
    }


@pytest.mark.parametrize(
    "model",
    ["contacts/contact", "contacts/importrun", "callnotes/callnote", "callnotes/disposition", "callnotes/donotdisturb"],
)
@pytest.mark.parametrize("page", ["", "1/change/", "add/"])
def test_staff_without_rights_see_no_records(client, model, page):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_note(NUMBER, key="do_not_disturb")
    client.force_login(User.objects.create_user("helper", is_staff=True))
    assert client.get(f"/admin/{model}/{page}").status_code == 403


@pytest.mark.parametrize("address", ["/", "/popup?cid=91234567", f"/numbers/{NUMBER}/", "/login/", "/admin/", "/nope/"])
def test_every_page_tells_the_browser_to_run_nothing_of_others(client, address):
    client.force_login(make_agent())
    policy = client.get(address).headers["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]


def test_signing_in_elsewhere_cannot_be_asked_for(client):
    make_agent("robin")
    fields = {"username": "robin", "password": "a password of the tests", "next": "https://elsewhere.example/"}
    assert client.post("/login/", fields).url == "/"


def test_a_visitor_chooses_a_language_by_a_form_alone(client):
    chosen = {"language": "zh-hans"}
    assert (client.get("/language/", chosen).status_code, len(client.cookies)) == (302, 0)
    assert (client.post("/language/", chosen).status_code, client.get("/login/")["Content-Language"]) == (
        302,
        "zh-hans",
    )


def test_choosing_a_language_leads_nowhere_else(client):
    chosen = {"language": "zh-hans", "next": "https://elsewhere.example/"}
    assert client.post("/language/", chosen, headers={"referer": "https://elsewhere.example/"}).url == "/"


def test_signing_out_needs_a_form(client):
    client.force_login(make_agent())
    assert client.get("/logout/").status_code == 405
    assert client.get("/").status_code == 200
