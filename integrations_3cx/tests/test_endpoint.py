"""What the endpoints for the CRM template have in common: who may use them, how they are read, and how they refuse."""

from datetime import UTC, datetime

import pytest
import time_machine

from callnotes.models import Call, Chat
from contacts.models import Contact
from integrations_3cx.models import Scope
from integrations_3cx.tests.asking import (
    CALLS,
    CHATS,
    CONTACTS,
    KEY_INVALID,
    NO_BATCH,
    SCOPE_MISSING,
    answer,
    post_form,
    post_json,
    post_multipart,
    refused,
)
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOO_OFTEN = "This key was used too often in this minute; try again after Retry-After."
TOO_LARGE = "The body is over 1 MiB (1048576 bytes); send it in parts."
UNSUPPORTED = "Send the body as application/json, application/x-www-form-urlencoded or multipart/form-data."
HTTPS = "Use https; behind a proxy that speaks it, set TRUSTED_PROXY_COUNT, or serve http by SECURE_SSL_REDIRECT=off."

SENT = {
    CONTACTS: {"FirstName": "Ada", "LastName": "Example", "Number": "+6591234567"},
    CALLS: {
        "CallType": "Inbound",
        "Number": "+6591234567",
        "CallStartTimeUTC": "2026-03-04T12:00:00Z",
        "Duration": "00:05:00",
    },
    CHATS: {"Number": "+6591234567", "ChatStartTimeUTC": "2026-03-04T12:00:00Z", "ChatMessages": "Are you open?"},
}
SCOPES = {CONTACTS: Scope.CONTACTS, CALLS: Scope.JOURNAL, CHATS: Scope.JOURNAL}
every_endpoint = pytest.mark.parametrize("path", SENT)


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PUBLIC_URL = "https://crm.example.com"


def stored() -> int:
    return Contact.objects.count() + Call.objects.count() + Chat.objects.count()


def token_for(path: str) -> str:
    return make_token(scopes=[SCOPES[path]])[1]


@every_endpoint
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_post_is_answered_and_stored_with_and_without_a_slash(client, path, slash):
    response = post_json(client, SENT[path], path=path + slash, HTTP_X_API_KEY=token_for(path))
    assert (response.status_code, response.json()["success"], stored()) == (200, True, 1)
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/json", "no-store")


@every_endpoint
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token"])
def test_the_key_stands_in_a_header(client, path, scheme):
    response = post_json(client, SENT[path], path=path, HTTP_AUTHORIZATION=f"{scheme} {token_for(path)}")
    assert (response.status_code, stored()) == (200, 1)


@every_endpoint
def test_a_key_in_the_address_or_the_body_is_none_and_the_answer_names_the_header(client, path):
    key = token_for(path)
    answers = [
        post_json(client, SENT[path], path=f"{path}?token={key}"),
        post_json(client, SENT[path] | {"token": key}, path=path),
        post_json(client, SENT[path], path=path, HTTP_X_API_KEY="dbn_wrong"),
        post_json(client, SENT[path], path=path),
    ]
    assert [answer(response) for response in answers] == [refused(401, False, "token_invalid", KEY_INVALID)] * 4
    assert [response["WWW-Authenticate"] for response in answers] == ['Bearer realm="3CX"'] * 4
    assert stored() == 0


@every_endpoint
def test_a_key_without_the_scope_is_refused(client, path):
    others = [scope for scope in Scope.values if scope != SCOPES[path]]
    _, key = make_token(scopes=others)
    response = post_json(client, SENT[path], path=path, HTTP_X_API_KEY=key)
    message = SCOPE_MISSING.format(scope=SCOPES[path])
    assert answer(response) == refused(403, False, "scope_missing", message)
    assert stored() == 0


@every_endpoint
def test_a_key_from_another_network_is_refused(client, path):
    _, key = make_token(scopes=[SCOPES[path]], allowed_networks=["192.0.2.0/24"])
    response = post_json(client, SENT[path], path=path, HTTP_X_API_KEY=key)
    message = "This key may not be used from 127.0.0.1; allow that network in its API token."
    assert (answer(response), stored()) == (refused(403, False, "address_not_allowed", message), 0)


@pytest.mark.parametrize(
    ("path", "methods", "allowed", "hint"),
    [
        (CONTACTS, ["PUT", "PATCH", "DELETE", "TRACE"], "GET, POST, HEAD, OPTIONS", "Use GET or POST."),
        (CALLS, ["GET", "HEAD", "PUT", "PATCH", "DELETE"], "POST, OPTIONS", "Use POST."),
        (CHATS, ["GET", "HEAD", "PUT", "PATCH", "DELETE"], "POST, OPTIONS", "Use POST."),
    ],
)
@pytest.mark.parametrize("has_key", [True, False], ids=["with a key", "without"])
def test_another_method_is_refused_with_those_that_there_are(client, path, methods, allowed, hint, has_key):
    key = token_for(path) if has_key else ""
    answers = [client.generic(method, path, HTTP_X_API_KEY=key) for method in methods]
    expected = refused(405, False, "method_not_allowed", hint)
    assert [(answer(response), response["Allow"]) for response in answers] == [
        ((405, "") if method == "HEAD" else expected, allowed) for method in methods
    ]


@pytest.mark.parametrize(
    ("path", "message", "allowed"),
    [
        (CONTACTS, "Send it by GET or POST.", "GET, POST, HEAD, OPTIONS"),
        (CALLS, "Send it by POST.", "POST, OPTIONS"),
        (CHATS, "Send it by POST.", "POST, OPTIONS"),
    ],
)
def test_the_methods_are_told_without_a_key(client, path, message, allowed):
    response = client.options(path)
    assert answer(response) == (200, f'{{"success":false,"message":"{message}"}}')
    assert response["Allow"] == allowed


@every_endpoint
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_over_1_mib_is_refused(client, path, content_type):
    response = client.generic("POST", path, b"x" * (1024 * 1024 + 1), content_type, HTTP_X_API_KEY=token_for(path))
    assert answer(response) == refused(413, False, "body_too_large", TOO_LARGE)


@every_endpoint
@pytest.mark.parametrize("content_type", ["text/plain", "text/xml", "application/octet-stream", "nonsense"])
def test_a_body_of_another_type_is_refused(client, path, content_type):
    response = client.generic("POST", path, b"{}", content_type, HTTP_X_API_KEY=token_for(path))
    assert answer(response) == refused(415, False, "media_type_unsupported", UNSUPPORTED)


@every_endpoint
@pytest.mark.parametrize("body", ["[]", "[{}]", "[null, 1]"])
def test_an_array_is_refused(client, path, body):
    response = post_json(client, body, path=path, HTTP_X_API_KEY=token_for(path))
    assert answer(response) == refused(400, False, "wrong_type", NO_BATCH)


@every_endpoint
@pytest.mark.parametrize("body", ["", "{", "nonsense", '{"Number": NaN}', "[" * 100_000])
def test_a_body_that_is_no_json_is_refused(client, path, body):
    response = client.generic("POST", path, body or " ", "application/json", HTTP_X_API_KEY=token_for(path))
    message = "The body is no valid JSON; send one object, or an array of objects."
    assert answer(response) == refused(400, False, "malformed_json", message)


@every_endpoint
@pytest.mark.parametrize("body", ["null", "true", "7", '"x"'])
def test_json_that_is_no_object_is_refused(client, path, body):
    response = post_json(client, body, path=path, HTTP_X_API_KEY=token_for(path))
    message = "The body is JSON, but no object; send one object, or an array of objects."
    assert answer(response) == refused(400, False, "wrong_type", message)


def encoded(sent: dict[str, str]) -> str:
    return "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in sent.items())


@every_endpoint
def test_forms_are_read_as_json_is(client, path):
    key = {"HTTP_X_API_KEY": token_for(path)}
    answers = [
        post_json(client, SENT[path], path=path, **key),
        post_form(client, encoded(SENT[path]), path=path, **key),
        post_multipart(
            client, *((name.encode(), value.encode()) for name, value in SENT[path].items()), path=path, **key
        ),
    ]
    assert [answer(response) for response in answers] == [answer(answers[0])] * 3
    assert (answers[0].status_code, stored()) == (200, 1)


@every_endpoint
def test_names_are_known_in_any_case(client, path):
    sent = {f" {name.upper()} ": value for name, value in SENT[path].items()}
    response = post_json(client, sent, path=path, HTTP_X_API_KEY=token_for(path))
    assert (response.status_code, stored()) == (200, 1)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *((CONTACTS, name) for name in ("Number", "FirstName", "Company", "Email")),
        *((CALLS, name) for name in ("Number", "EntityId", "Agent", "Summary", "Transcription")),
        *((CHATS, name) for name in ("Number", "Name", "Email", "ChatMessages")),
    ],
)
def test_a_nul_character_is_refused(client, path, name):
    response = post_json(client, SENT[path] | {name: "1\0"}, path=path, HTTP_X_API_KEY=token_for(path))
    message = f"{name.lower()} holds a NUL character; leave it out."
    assert (answer(response), stored()) == (refused(400, False, "nul_character", message), 0)


@every_endpoint
def test_plain_http_is_refused_where_https_is_asked_for(client, path, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = post_json(client, SENT[path], path=path, HTTP_X_API_KEY=token_for(path))
    assert (answer(response), stored()) == (refused(403, False, "https_required", HTTPS), 0)


@every_endpoint
def test_a_request_over_the_limit_is_refused(client, path, settings):
    settings.API_RATE_LIMIT = 1
    key = token_for(path)
    with time_machine.travel(NOON, tick=False):
        answers = [post_json(client, SENT[path], path=path, HTTP_X_API_KEY=key) for _ in range(2)]
    assert [response.status_code for response in answers] == [200, 429]
    assert answer(answers[1]) == refused(429, False, "rate_limited", TOO_OFTEN)
    assert answers[1]["Retry-After"] == "60"
