"""Each fault has its HTTP status, and a body with `success` of the use's type, a stable code and a sentence."""

import logging

import pytest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.models import Scope
from integrations_3cx.tests.asking import (
    KEY_REUSED,
    NOT_UTF8,
    NUMBER,
    NUMBER_UNKNOWN,
    PATH,
    TOKEN_INVALID,
    answer,
    ask,
    note,
    post_form,
    post_json,
    post_multipart,
    refused,
)
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

STATUSES = "No Answer, Schedule Later, Do not Disturb, Completed"
CID_MISSING = "Send the caller's number as cid."
JSON_TYPE = "application/json, application/x-www-form-urlencoded or multipart/form-data"


@pytest.mark.parametrize("parameters", [{}, {"cid": ""}, {"number": NUMBER}], ids=["missing", "empty", "misnamed"])
def test_a_lookup_without_a_number_is_refused(client, parameters):
    _, key = make_token()
    assert answer(ask(client, key, **parameters)) == refused(400, False, "cid_missing", CID_MISSING)


@pytest.mark.parametrize("placeholder", ["[Number]", "%CallerNumber%", " [Caller_Number] "])
def test_a_number_that_the_phone_system_did_not_fill_in_is_refused(client, placeholder):
    _, key = make_token()
    message = (
        f"cid is {placeholder.strip()}: the phone system did not fill this variable in; use one that its version has."
    )
    assert answer(ask(client, key, cid=placeholder)) == refused(400, False, "cid_missing", message)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"status": "Completed", "comments": "Asked."}, "cid_missing", CID_MISSING),
        ({"cid": "", "status": "Completed", "comments": "Asked."}, "cid_missing", CID_MISSING),
        ({"cid": NUMBER, "comments": "Asked."}, "status_missing", "send status."),
        ({"cid": NUMBER, "comments": ""}, "status_missing", "send status."),
        ({"cid": NUMBER, "status": "", "comments": "Asked."}, "status_missing", "send status, not ''."),
        ({"cid": NUMBER, "status": " ", "comments": "Asked."}, "status_missing", "send status, not ''."),
        ({"cid": NUMBER, "status": "[Status]", "comments": "x"}, "status_missing", "send status, not '[Status]'."),
        ({"cid": NUMBER, "status": "Completed"}, "comments_missing", "send comments."),
        ({"cid": NUMBER, "status": "No Answer"}, "comments_missing", "send comments."),
        (
            {"cid": NUMBER, "status": "Completed", "comments": "[Comments]"},
            "comments_missing",
            "send comments, not '[Comments]'.",
        ),
    ],
)
def test_a_note_without_one_of_its_three_parameters_is_refused(client, parameters, error, message):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    sentence = message if error == "cid_missing" else f"A note needs both status and comments: {message}"
    assert answer(ask(client, key, **parameters)) == refused(400, 0, error, sentence)
    assert answer(client.post(PATH, parameters | {"token": key})) == refused(400, 0, error, sentence)
    assert not CallNote.objects.exists()


@pytest.mark.parametrize("status", ["Schedule Later", "Do not Disturb", "Completed"])
@pytest.mark.parametrize("comments", ["", "   ", "\n\t"], ids=["empty", "blanks", "line"])
def test_empty_comments_are_refused_for_every_status_but_no_answer(client, status, comments):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    message = f"“{status}” asks for comments; write what came of the call."
    assert answer(note(client, key, status=status, comments=comments)) == refused(400, 0, "comments_missing", message)
    assert not CallNote.objects.exists()


@pytest.mark.parametrize(
    "status", ["Busy", "Complete", "Completed!?x", "0", "-", "%", "Compl\u200beted yes", "<b>"], ids=repr
)
def test_an_unknown_status_is_refused_and_the_known_ones_are_listed(client, status):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    message = f"{status!r} is no status; send one of: {STATUSES}."
    assert answer(note(client, key, status=status)) == refused(400, 0, "status_unknown", message)
    assert not CallNote.objects.exists()


@pytest.mark.parametrize("character", ["x", "é", "👩"], ids=["ASCII", "accented", "astral"])
def test_comments_over_ten_thousand_characters_are_refused(client, character):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    message = "Comments are 10,001 characters long; shorten them to 10,000."
    assert answer(note(client, key, comments=character * 10_001)) == refused(400, 0, "comments_too_long", message)
    assert not CallNote.objects.exists()


def test_a_number_that_is_no_contacts_is_refused_for_a_note(client):
    _, key = make_token()
    assert answer(note(client, key)) == refused(404, 0, "number_unknown", NUMBER_UNKNOWN)
    assert not CallNote.objects.exists()


@pytest.mark.parametrize("success", [False, 0], ids=["lookup", "note"])
def test_a_key_that_is_missing_is_refused_with_the_way_to_send_it(client, success):
    response = ask(client, cid=NUMBER) if success is False else note(client)
    assert answer(response) == refused(401, success, "token_invalid", TOKEN_INVALID)
    assert response["WWW-Authenticate"] == 'Bearer realm="3CX"'


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
@pytest.mark.parametrize(
    ("query", "success"), [("?cid=123", False), ("?cid=123&status=Completed&comments=x", 0)], ids=["lookup", "note"]
)
def test_any_other_method_is_refused_with_those_that_are_allowed(client, method, query, success):
    response = client.generic(method.upper(), PATH + query)
    assert answer(response) == refused(405, success, "method_not_allowed", "Use GET or POST.")
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_options_tells_the_methods_and_needs_no_key(client):
    response = client.options(PATH)
    assert answer(response) == (200, '{"success":false,"message":"Send it by GET or POST."}')
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_key_that_came_with_other_content_before_is_a_conflict(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    note(client, key, call_id="call-7")
    response = note(client, key, call_id="call-7", comments="Other.")
    assert answer(response) == refused(409, 0, "idempotency_conflict", KEY_REUSED)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/xml", "application/xml", "application/octet-stream", "application/jsonp", "json", ""],
)
def test_a_body_of_another_type_is_refused(client, content_type):
    _, key = make_token()
    for query, success in (("", False), ("&status=Completed", 0)):
        response = client.generic("POST", f"{PATH}?token={key}&cid=123{query}", "cid=123", content_type)
        assert answer(response) == refused(415, success, "media_type_unsupported", f"Send the body as {JSON_TYPE}.")


def one_of_each(client, key: str) -> dict[int, HttpResponse]:
    """A response with each status that a request alone brings about."""
    _, key_for_notes = make_token("Notes", scopes=[Scope.NOTE])
    return {
        200: ask(client, key, cid=NUMBER),
        400: ask(client, key),
        401: ask(client, cid=NUMBER),
        403: ask(client, key_for_notes, cid=NUMBER),
        404: note(client, key, cid="123"),
        405: client.delete(f"{PATH}?token={key}"),
        413: post_json(client, " " * 1024 * 1024 + "{}"),
        415: client.generic("POST", f"{PATH}?token={key}", "x", "text/plain"),
    }


def test_no_answer_is_kept_by_a_cache_and_no_address_is_told_to_another_site(client):
    _, key = make_token()
    for status, response in one_of_each(client, key).items():
        assert response.status_code == status
        assert response["Content-Type"] == "application/json"
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "same-origin"


def test_what_nobody_foresaw_is_500_in_the_contracts_form(client):
    def fail(*arguments):
        raise RuntimeError("nobody foresaw this")

    _, key = make_token()
    with connection.execute_wrapper(fail):
        answers = [answer(ask(client, key, cid=NUMBER)), answer(note(client, key))]
    message = "Something went wrong here; the server's log tells what."
    assert answers == [refused(500, success, "internal_error", message) for success in (False, 0)]


def test_no_log_line_and_no_error_page_holds_the_key(client, caplog):
    def fail(execute, sql, params, many, context):
        raise RuntimeError("nobody foresaw this")

    caplog.set_level(logging.DEBUG)
    _, key = make_token()
    _, revoked = make_token("Old 3CX", revoked_at=timezone.now())
    responses = list(one_of_each(client, key).values())
    responses += [ask(client, revoked, cid=NUMBER), ask(client, key, path="/3cx/no-such-page", cid=NUMBER)]
    with connection.execute_wrapper(fail):
        responses.append(ask(client, key, cid=NUMBER))
    assert "Unforeseen RuntimeError" in caplog.text
    for secret in (key, revoked):
        assert secret not in caplog.text
        assert all(secret not in response.content.decode() for response in responses)
        assert all(secret not in value for response in responses for value in response.headers.values())


def test_a_fault_in_a_note_that_could_be_read_so_far_is_told_as_an_integer(client):
    _, key = make_token()
    latin_1 = f"cid=123&status=Completed&comments=caf%E9&token={key}"
    expected = refused(400, 0, "malformed_encoding", NOT_UTF8.format(name="comments"))
    assert answer(client.get(f"{PATH}?{latin_1}")) == expected
    assert answer(post_form(client, latin_1)) == expected


def test_a_fault_in_a_multipart_note_is_told_as_an_integer(client):
    _, key = make_token()
    parts = [(b"cid", b"123"), (b"status", b"Completed"), (b"comments", b"caf\xe9"), (b"token", key.encode())]
    assert answer(post_multipart(client, *parts)) == refused(
        400, 0, "malformed_encoding", NOT_UTF8.format(name="comments")
    )
