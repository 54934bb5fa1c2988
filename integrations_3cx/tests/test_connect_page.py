"""Connect 3CX: who sees it, the template, and what was used and refused last."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, pieces, section, table, words
from integrations_3cx import crm_template
from integrations_3cx.models import FailedRequest
from integrations_3cx.tests.asking import NUMBER, ask, note, post_json
from integrations_3cx.tests.connecting import NOON, PAGE, URL, VERSION, use_template
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

TEMPLATE = f"{PAGE}template/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def public_url(settings) -> str:
    """The CRM knows its address, and answers there."""
    settings.PUBLIC_URL = URL
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "crm.example.com"]
    return URL


def person(*rights: str, is_staff: bool = True) -> User:
    person = User.objects.create_user("avery", is_staff=is_staff)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return person


PEOPLE = {
    "agent": (lambda: person(is_staff=False), 302),
    "agent with the right": (lambda: person("view_apitoken", is_staff=False), 302),
    "staff without rights": (lambda: person(), 403),
    "staff with other rights": (lambda: person("view_contact", "add_apitoken"), 403),
    "staff who may view API tokens": (lambda: person("view_apitoken"), 200),
    "staff who may change API tokens": (lambda: person("change_apitoken"), 200),
    "superuser": (lambda: User.objects.create_superuser("avery"), 200),
}
every_path = pytest.mark.parametrize("path", [PAGE, f"{PAGE}?caller=123", TEMPLATE])


@every_path
def test_a_visitor_is_sent_to_sign_in(client, public_url, path):
    response = client.get(path)
    assert (response.status_code, response.url) == (302, f"/login/?next={quote(path)}")


@every_path
@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_view_api_tokens_sees_the_page_and_gets_the_template(client, public_url, who, path):
    make, status = PEOPLE[who]
    client.force_login(make())
    response = client.get(path)
    assert (response.status_code, response.get("Location", "")) == (
        status,
        f"/admin/login/?next={quote(path)}" if status == 302 else "",
    )


@pytest.mark.parametrize("who", [who for who in PEOPLE if not who.startswith("agent")])
def test_the_header_leads_there_for_those_who_may_see_it(client, who):
    make, status = PEOPLE[who]
    client.force_login(make())
    page = client.get("/admin/").content.decode()
    assert (f'<a href="{PAGE}">Connect 3CX</a>' in page, "Connect 3CX" in page) == (status == 200, status == 200)


MAKE_KEYS = ["Make the template's key", "Make the call flow's key"]


@pytest.mark.parametrize(
    ("rights", "offered"), [(["view_apitoken"], []), (["view_apitoken", "add_apitoken"], MAKE_KEYS)]
)
def test_a_key_is_offered_to_be_made_to_those_who_may(client, rights, offered):
    client.force_login(person(*rights))
    links = [words(link) for link in pieces(section(client.get(PAGE), "steps"), "a")]
    assert [link for link in links if link.startswith("Make")] == offered


def test_each_key_is_made_with_the_scopes_that_its_use_needs(admin_client):
    made = [address for address in addresses(section(admin_client.get(PAGE), "steps")) if "/add/" in address]
    forms = [admin_client.get(address).context["adminform"].form for address in made]
    assert [(form["name"].value(), form["scopes"].value()) for form in forms] == [
        ("CRM template", ["contacts", "journal"]),
        ("Call flow", ["lookup", "note"]),
    ]


@pytest.mark.parametrize(("public_url", "base"), [("", "http://testserver"), (URL, URL)])
def test_the_addresses_to_type_into_3cx_are_those_that_people_open(admin_client, settings, public_url, base):
    settings.PUBLIC_URL = public_url
    assert [words(code) for code in pieces(section(admin_client.get(PAGE), "steps"), "code")] == [
        f"{base}/popup?cid=%CallerNumber%",
        "X-API-Key",
        f'CONCATENATE("{base}/3cx/query?format=text&cid=",session.ani)',
        "false",
    ]


def test_the_template_is_a_file_for_the_address_that_people_open(admin_client, public_url):
    response = admin_client.get(TEMPLATE, SERVER_NAME="localhost")
    assert response.content.decode() == crm_template.xml(URL)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="dbn-crm-3cx.xml"'


def test_the_template_holds_no_key(admin_client, client, public_url):
    token, key = make_token("CRM template", scopes=["contacts", "journal"])
    use_template(client, key)
    text = admin_client.get(TEMPLATE).content.decode()
    assert [secret for secret in (key, token.prefix, token.digest, "dbn_") if secret in text] == []


def test_without_an_address_there_is_a_message_in_the_place_of_the_template(admin_client):
    response = admin_client.get(TEMPLATE, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    messages = response.content.decode().split('<ul class="messagelist">')[1].partition("</ul>")[0]
    assert words(messages) == "Set PUBLIC_URL first: the template tells 3CX that address."


def test_the_keys_tell_what_they_did_last(admin_client, client, public_url):
    make_contact("Ada Example", NUMBER)
    template, key = make_token("B, the template", scopes=["contacts", "journal"])
    use_template(client, key)
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        flow, key = make_token("A, the call flow")
        note(client, key, extra={"REMOTE_ADDR": "192.0.2.7"})
    unused, _ = make_token("C, unused", scopes=["lookup"])
    assert table(section(admin_client.get(PAGE), "keys")) == [
        [
            *(f"A, the call flow ({flow.prefix}…)", "lookup, note", "6 May, 12:05", "192.0.2.7"),
            *("never", "6 May, 12:05", "never", "never", ""),
        ],
        [
            *(f"B, the template ({template.prefix}…)", "contacts, journal", "6 May, 12:00", "127.0.0.1"),
            *("never", "never", "6 May, 12:00", "6 May, 12:00", f"version {VERSION}"),
        ],
        [f"C, unused ({unused.prefix}…)", "lookup", "never", "", *["never"] * 4, ""],
    ]


def test_a_key_with_an_outdated_template_is_told(admin_client, client, public_url, monkeypatch):
    use_template(client, make_token("CRM template", scopes=["contacts", "journal"])[1])
    monkeypatch.setattr(crm_template, "VERSION", VERSION + 1)
    [[*_, version]] = table(section(admin_client.get(PAGE), "keys"))
    assert version == f"version {VERSION} outdated"


def test_what_was_refused_is_no_last_lookup_note_or_journal(admin_client, client, public_url):
    _, key = make_token("Main 3CX", scopes=["lookup", "note", "contacts", "journal"])
    headers = {"HTTP_X_API_KEY": key, "HTTP_X_DBN_CRM_TEMPLATE": str(VERSION)}
    statuses = [
        ask(client, key, cid="").status_code,
        note(client, key, status="Nonsense").status_code,
        client.get("/3cx/contacts", **headers).status_code,
        post_json(client, {}, path="/3cx/calls", **headers).status_code,
    ]
    assert statuses == [400] * 4
    [row] = table(section(admin_client.get(PAGE), "keys"))
    assert row[2:] == ["6 May, 12:00", "127.0.0.1", *["never"] * 4, ""]


def test_a_revoked_key_is_not_listed(admin_client):
    make_token(revoked_at=timezone.now())
    assert "No API token is in force." in words(section(admin_client.get(PAGE), "keys"))


def test_refused_requests_are_told_each_sort_once_newest_first(admin_client, client, failures_stored_at_once):
    make_contact("Ada Example", NUMBER)
    token, key = make_token(scopes=["note"])
    with time_machine.travel(NOON, tick=False):
        ask(client, "k" * 20, cid=NUMBER)
    with time_machine.travel(NOON + timedelta(seconds=1), tick=False):
        ask(client, key, cid="123")
    with time_machine.travel(NOON + timedelta(seconds=2), tick=False):
        note(client, key, status="Nonsense")
    with time_machine.travel(NOON + timedelta(seconds=3), tick=False):
        ask(client, "k" * 20, cid=NUMBER)
    unknown = "'Nonsense' is no status; send one of: No Answer, Schedule Later, Do not Disturb, Completed."
    invalid = "Send a valid key as token: this one is missing, unknown, expired or revoked."
    scope = "This key may not do that; give its API token the scope lookup."
    assert table(section(admin_client.get(PAGE), "failures")) == [
        ["6 May, 12:00:03", "2", "/3cx/query", "kkkk…", "+659…67", "401 token_invalid", invalid],
        ["6 May, 12:00:02", "1", "/3cx/query", f"{token.prefix}…", "+659…67", "400 status_unknown", unknown],
        ["6 May, 12:00:01", "1", "/3cx/query", f"{token.prefix}…", "123", "403 scope_missing", scope],
    ]


def test_where_nothing_was_refused_the_page_says_so(admin_client, client, failures_stored_at_once):
    ask(client, make_token()[1], cid=NUMBER)
    assert words(section(admin_client.get(PAGE), "failures")) == "What was refused last No request was refused."


def failed_requests(count: int) -> None:
    common = {"path": "/3cx/query", "has_valid_key": True, "http_status": 404, "error": "number_unknown"}
    FailedRequest.objects.bulk_create(
        FailedRequest(**common, number=str(place), first_at=NOON, last_at=NOON - timedelta(minutes=place), count=1)
        for place in range(count)
    )


def test_at_most_the_last_two_hundred_sorts_are_shown(admin_client):
    failed_requests(201)
    shown = [row[4] for row in table(section(admin_client.get(PAGE), "failures"))]
    assert shown == [str(place) for place in range(200)]


def test_what_was_sent_is_never_read_as_markup(admin_client, client, public_url, failures_stored_at_once):
    markup = "<script>alert(1)</script>"
    make_contact(markup, NUMBER, company="<b>Korfield</b>")
    token, key = make_token(markup, scopes=["note", "contacts"])
    note(client, key, status=markup)
    ask(client, markup, cid=markup)
    page = admin_client.get(PAGE, {"caller": NUMBER, "token": token.pk}).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; (&lt;b&gt;Korfield&lt;/b&gt;)</a>" in page
    assert "&quot;company&quot;:&quot;&lt;b&gt;Korfield&lt;/b&gt;&quot;" in page
    assert "&#x27;&lt;script&gt;alert(1)&lt;/script&gt;&#x27; is no status" in page
    assert "&lt;scr…" in page
    assert [found for found in ("<script>alert", "<b>Korfield", "<scr…") if found in page] == []


@pytest.mark.parametrize("rights", [["view_apitoken"], ["view_apitoken", "view_contact"]])
def test_a_caller_is_tried_with_contacts_for_those_alone_who_may_view_them(client, public_url, rights):
    ada = make_contact("Ada Example", NUMBER, company="Korfield", email="ada@example.com")
    token, _ = make_token(scopes=["lookup", "note", "contacts", "journal"])
    client.force_login(person(*rights))
    page = client.get(PAGE, {"caller": NUMBER, "token": token.pk}).content.decode()
    assert "Read with its country code." in page
    secrets = ["Ada Example", "Korfield", "ada@example.com", f"/contact/{ada.pk}/", "What 3CX would receive"]
    assert [secret for secret in secrets if secret in page] == (secrets if "view_contact" in rights else [])


def test_a_caller_is_never_read_as_markup(admin_client):
    token, _ = make_token()
    page = admin_client.get(PAGE, {"caller": '"><script>alert(1)</script>', "token": token.pk}).content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_as_many_queries_however_many_keys_and_failures_there_are(
    admin_client, django_assert_num_queries, count
):
    for place in range(count):
        make_token(f"3CX {place}")
    failed_requests(count)
    with django_assert_num_queries(8):
        response = admin_client.get(PAGE)
    assert [len(table(section(response, name))) for name in ("keys", "failures")] == [count, count]
