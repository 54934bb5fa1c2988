"""API tokens in the back office: made, shown once, limited, revoked."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages

from integrations_3cx.models import ApiToken
from integrations_3cx.tests.asking import NOT_FOUND, answer, ask
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

LIST = "/admin/integrations_3cx/apitoken/"
KEY = "key-of-an-older-system"


def sent(**changed) -> dict:
    return {"name": "Main 3CX", "scopes": ["lookup"], "submission": str(uuid.uuid4())} | changed


def shown_key(response) -> str:
    return re.search(r'<code class="key">(\S+?)</code>', response.content.decode())[1]


def test_a_new_key_is_shown_by_the_answer_that_makes_it_and_kept_by_no_cache(admin_client, client, settings):
    settings.PUBLIC_URL = "https://crm.example.com"
    response = admin_client.post(f"{LIST}add/", sent())
    key = shown_key(response)
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    assert f"https://crm.example.com/3cx/query?format=text&amp;cid=NUMBER&amp;token={key}" in response.content.decode()
    assert answer(ask(client, key, cid="123")) == NOT_FOUND
    assert key not in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("scopes", "for_template", "for_call_flow"),
    [
        *((["contacts"], True, False), (["journal"], True, False), (["lookup"], False, True)),
        *((["note"], False, False), (["lookup", "note", "contacts", "journal"], True, True)),
    ],
)
def test_a_new_key_comes_with_the_place_that_its_scopes_are_for(admin_client, scopes, for_template, for_call_flow):
    page = admin_client.post(f"{LIST}add/", sent(scopes=scopes)).content.decode()
    told = ("type it into 3CX's CRM settings" in page, "/3cx/query?format=text&amp;cid=NUMBER" in page)
    assert told == (for_template, for_call_flow)


def test_a_form_that_is_sent_twice_makes_one_key(admin_client):
    fields = sent()
    admin_client.post(f"{LIST}add/", fields)
    response = admin_client.post(f"{LIST}add/", fields)
    [said] = response.context["adminform"].form.non_field_errors()
    assert said.endswith("If the key is lost, revoke it and add another.")
    assert ApiToken.objects.count() == 1


def test_a_key_is_taken_over(admin_client, client):
    response = admin_client.post(f"{LIST}add/", sent(existing_key=KEY))
    assert shown_key(response) == KEY
    assert answer(ask(client, KEY, cid="123")) == NOT_FOUND


@pytest.mark.parametrize("key", ["short", "dbn_" + "a" * 42, KEY], ids=["short", "mistyped", "taken"])
def test_a_key_that_cannot_be_taken_over_is_refused_with_the_reason(admin_client, key):
    make_token("Old 3CX", key=KEY)
    response = admin_client.post(f"{LIST}add/", sent(existing_key=key))
    assert list(response.context["adminform"].form.errors) == ["existing_key"]
    assert ApiToken.objects.count() == 1


def test_an_expiry_is_set_as_a_browser_sends_it_in_the_time_of_the_house(admin_client):
    admin_client.post(f"{LIST}add/", sent(expires_at="2030-01-02T10:00"))
    token = ApiToken.objects.get()
    assert token.expires_at == datetime(2030, 1, 2, 2, 0, tzinfo=UTC)
    page = admin_client.get(f"{LIST}{token.pk}/change/").content.decode()
    assert 'value="2030-01-02T10:00"' in page


def test_an_expiry_is_set_and_shown_in_the_time_of_the_reader_and_says_which_it_is(admin_client):
    admin_client.cookies["time_zone"] = "America/New_York"
    admin_client.post(f"{LIST}add/", sent(expires_at="2030-01-02T10:00"))
    token = ApiToken.objects.get()
    assert token.expires_at == datetime(2030, 1, 2, 15, 0, tzinfo=UTC)
    page = admin_client.get(f"{LIST}{token.pk}/change/").content.decode()
    assert 'value="2030-01-02T10:00"' in page
    assert "In the time of America/New_York. Empty: never." in page


def test_rights_are_changed_and_the_key_is_not(admin_client):
    token, _ = make_token(expires_at=datetime(2030, 1, 2, tzinfo=UTC))
    fields = {"name": "Branch 3CX", "scopes": ["note"], "allowed_networks": "192.0.2.0/24\r\n2001:db8::/32"}
    admin_client.post(f"{LIST}{token.pk}/change/", fields | {"expires_at": "2031-01-02T10:00"})
    changed = ApiToken.objects.get()
    assert (changed.name, changed.scopes, changed.allowed_networks) == (
        *("Branch 3CX", ["note"]),
        ["192.0.2.0/24", "2001:db8::/32"],
    )
    assert (changed.digest, changed.prefix) == (token.digest, token.prefix)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("scopes", []), ("scopes", ["admin"]), ("allowed_networks", "office")),
        *(("allowed_networks", "::ffff:10.0.0.0/104"), ("expires_at", "tomorrow")),
    ],
)
def test_rights_that_cannot_be_are_refused(admin_client, field, value):
    response = admin_client.post(f"{LIST}add/", sent(**{field: value}))
    assert list(response.context["adminform"].form.errors) == [field]
    assert not ApiToken.objects.exists()


def test_chosen_tokens_are_revoked_and_those_that_were_are_said(admin_client):
    token, _ = make_token()
    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    said = [[str(m) for m in get_messages(admin_client.post(LIST, chosen).wsgi_request)] for _ in range(2)]
    assert said[0] == ["Revoked: 1. Their keys are refused from now on."]
    assert said[1][-1] == "They were revoked before."
    assert ApiToken.objects.get().revoked_at is not None


def test_a_token_is_never_deleted(admin_client):
    token, _ = make_token()
    assert admin_client.post(f"{LIST}{token.pk}/delete/", {"post": "yes"}).status_code == 403


def test_its_digest_cannot_be_guessed_by_filters(admin_client):
    make_token()
    assert admin_client.get(f"{LIST}?digest__startswith=a").status_code == 400
