"""Every address, by every kind of visitor: nothing is open that is not listed here."""

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver

from callnotes.models import Call, Chat
from callnotes.tests.factories import make_agent, make_call, make_chat, make_note
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"

# For visitors who are not signed in: pages that answer, and endpoints that ask for a key.
OPEN = {"/login/", "/login/again/", "/admin/login/"}
# For visitors too: what a GET asks for there is not done.
CHANGED_BY_FORM_ALONE = {"/language/"}
ASKS_FOR_A_KEY = {"/3cx/query", "/3cx/query/", "/3cx/contacts", "/3cx/contacts/"}
TAKES_REPORTS_ALONE = {"/3cx/calls", "/3cx/calls/", "/3cx/chats", "/3cx/chats/"}
# For calendars: the key stands in the address, and a wrong one is an address that does not exist.
HOLDS_A_KEY = {"/callbacks/feed/no-such-key.ics"}
# Leads back to where the visitor was, in the language that was chosen.
CHOOSES_LANGUAGE = "/language/"
# For agents who are not staff.
AGENTS_PAGES = {
    "/",
    "/popup",
    "/popup/",
    "/search/",
    "/missed/",
    "/unmatched/",
    "/callbacks/",
    "/callbacks/calendar/",
    "/do-not-disturb/",
    "/calls/1/",
    "/chats/1/",
    f"/numbers/{NUMBER}/call/",
    f"/numbers/{NUMBER}/",
    "/contacts/add/",
    "/contacts/1/",
    "/contacts/1/add-number/",
    "/account/",
    "/account/password/",
    "/account/second-factor/",
    "/account/second-factor/qr.svg",
}
# For staff who have to set up their second factor first.
BEFORE_THE_SECOND_FACTOR = {"/account/second-factor/", "/account/second-factor/qr.svg"}
# For agents who may see reports.
REPORTS = {"/reports/", *(f"/reports/{page}/" for page in ("agents", "queues", "notes", "calls", "callbacks"))}
# Nothing is at hand there without a note of one's own, without what is due, and without a number to ask about.
ASKS_FOR_MORE = {"/notes/1/undo/": 302, "/now/": 204, "/popup/handled/": 400}


def addresses(patterns=None, prefix: str = "/") -> list[str]:
    """All addresses of the project, with sample values in their places."""
    found = []
    for pattern in patterns or get_resolver().url_patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            found.append(sample(text))
    return found


def sample(text: str) -> str:
    text = text.replace("^(?P<app_label>", "<app_label>").replace("<str:number>", NUMBER)
    text = text.replace("<str:key>", "no-such-key")
    if "<app_label>" in text:
        return "/admin/contacts/"
    if "(?P<url>" in text:
        return "/admin/no-such-page/"
    for place in ("<int:pk>", "<path:object_id>", "<int:content_type_id>", "<id>", "<path:content_type_id>"):
        text = text.replace(place, "1")
    return text.replace("<path:object_id>", "1")


def test_the_walk_finds_every_kind_of_address():
    assert {"/", "/3cx/query", "/admin/", "/admin/callnotes/callnote/1/change/"} <= set(addresses())
    assert not [address for address in addresses() if set("<^$(") & set(address)]


@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_a_visitor_is_sent_to_sign_in(client, address):
    response = client.get(address)
    if address in OPEN:
        assert response.status_code == 200
    elif address == CHOOSES_LANGUAGE:
        assert (response.status_code, response.url) == (302, "/")
    elif address in {"/logout/", "/login/again/code/"}:
        assert response.status_code == 405
    elif address in CHANGED_BY_FORM_ALONE:
        assert (response.status_code, response.url) == (302, "/")
    elif address in HOLDS_A_KEY:
        assert response.status_code == 404
    elif address in ASKS_FOR_A_KEY:
        assert (response.status_code, response.json()["error"]) == (401, "token_invalid")
    elif address in TAKES_REPORTS_ALONE:
        assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
    else:
        assert response.status_code == 302
        assert response.url.startswith(("/login/?next=", "/admin/login/?next="))


@pytest.mark.parametrize("address", sorted(ASKS_FOR_A_KEY | TAKES_REPORTS_ALONE))
def test_nothing_is_sent_to_the_machines_door_without_a_key(client, address):
    response = client.post(address, {"Number": NUMBER, "cid": NUMBER})
    assert (response.status_code, response.json()["error"]) == (401, "token_invalid")


@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_an_agent_sees_the_agents_pages_and_no_back_office(client, address):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_call(NUMBER), make_chat(NUMBER)
    for model in (Call, Chat):
        model.objects.update(id=1)
    client.force_login(make_agent())
    response = client.get(address)
    if address == "/admin/logout/":
        assert response.status_code == 302
    elif address in AGENTS_PAGES | (OPEN - {"/login/", "/admin/login/"}):
        assert response.status_code == 200
    elif address.startswith("/admin/") and address != "/admin/login/":
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/?next=")
    elif address in HOLDS_A_KEY:
        assert response.status_code == 404
    elif address in REPORTS:
        assert response.status_code == 403
    elif address in ASKS_FOR_MORE:
        assert response.status_code == ASKS_FOR_MORE[address]
    else:
        assert response.status_code in {200, 302, 401, 405}


@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_staff_whose_second_factor_is_missing_are_let_in_nowhere(client, settings, address):
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(User.objects.create_superuser("avery"))
    response = client.get(address)
    if address in OPEN | BEFORE_THE_SECOND_FACTOR:
        assert response.status_code == 200
    elif address in {"/logout/", "/login/again/code/"} | TAKES_REPORTS_ALONE:
        assert response.status_code == 405
    elif address in HOLDS_A_KEY:
        assert response.status_code == 404
    elif address in ASKS_FOR_A_KEY:
        assert response.status_code == 401
    elif address == "/login/code/":
        assert (response.status_code, response.url) == (302, "/account/second-factor/?next=%2F")
    elif address == CHOOSES_LANGUAGE:
        assert (response.status_code, response.url) == (302, "/")
    else:
        assert (response.status_code, response.url.split("?")[0]) == (302, "/login/code/")


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
