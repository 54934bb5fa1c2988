"""Where parameters and the key may stand in a request, and how a parameter may be called."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import (
    FOUND,
    INSERTED,
    NOT_FOUND,
    NUMBER,
    PATH,
    answer,
    ask,
    batch,
    post_form,
    post_json,
    post_multipart,
)
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

Carrier = Callable[[Client, str, dict[str, str]], HttpResponse]


def _query(method: str) -> Carrier:
    return lambda client, path, parameters: client.generic(method, f"{path}?{urlencode(parameters)}")


def _urlencoded(method: str, content_type: str = "application/x-www-form-urlencoded") -> Carrier:
    return lambda client, path, parameters: client.generic(method, path, urlencode(parameters), content_type)


def _multipart(client: Client, path: str, parameters: dict[str, str]) -> HttpResponse:
    return client.post(path, parameters)


def _json(client: Client, path: str, parameters: dict[str, str]) -> HttpResponse:
    return post_json(client, parameters, path=path)


def _json_by_get(client: Client, path: str, parameters: dict[str, str]) -> HttpResponse:
    return client.generic("GET", path, json.dumps(parameters), "application/json")


CARRIERS = {
    "query, GET": _query("GET"),
    "query, POST": _query("POST"),
    "urlencoded": _urlencoded("POST"),
    "urlencoded with a charset": _urlencoded("POST", "application/x-www-form-urlencoded; charset=UTF-8"),
    "urlencoded, GET": _urlencoded("GET"),
    "multipart": _multipart,
    "JSON": _json,
    "JSON, GET": _json_by_get,
}


@pytest.mark.parametrize("path", ["/3cx/query", "/3cx/query/"])
@pytest.mark.parametrize("carry", CARRIERS.values(), ids=CARRIERS.keys())
def test_a_lookup_is_answered_from_every_carrier_without_a_redirect(client, carry, path):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(carry(client, path, {"cid": NUMBER, "token": key})) == FOUND
    assert answer(carry(client, path, {"cid": "+6561234567", "token": key})) == NOT_FOUND


@pytest.mark.parametrize("path", ["/3cx/query", "/3cx/query/"])
@pytest.mark.parametrize("carry", CARRIERS.values(), ids=CARRIERS.keys())
def test_a_note_is_stored_from_every_carrier_without_a_redirect(client, carry, path):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Café & 咖啡, 3+4=7 100%", "token": key}
    assert answer(carry(client, path, parameters)) == INSERTED
    assert list(CallNote.objects.values_list("number", "comments")) == [(NUMBER, "Café & 咖啡, 3+4=7 100%")]


@pytest.mark.parametrize("carry", CARRIERS.values(), ids=CARRIERS.keys())
@pytest.mark.parametrize(
    "names",
    [
        ("CID", "STATUS", "COMMENTS", "TOKEN"),
        ("Cid", "Status", "Comments", "Token"),
        (" cid", "status ", " comments ", " token"),
        ("cId", " sTATUS", "\tcomments", "ToKeN  "),
    ],
    ids=["capitals", "capitalised", "blanks", "mixed"],
)
def test_names_may_have_any_case_and_blanks_around(client, carry, names):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = dict(zip(names, [NUMBER, "Completed", "Asked.", key], strict=True))
    assert answer(carry(client, PATH, parameters)) == INSERTED
    assert list(CallNote.objects.values_list("number", "comments")) == [(NUMBER, "Asked.")]


def test_the_documents_own_example_with_a_blank_after_the_question_mark_works(client):
    make_contact("Ada Example", "123")
    _, key = make_token()
    assert answer(client.get(f"{PATH}? cid=123&token={key}")) == FOUND
    note = f"{PATH}? cid=123&Status=Scheduled Later&Comments=Call on Monday&token={key}"
    assert answer(client.get(note)) == INSERTED
    assert list(CallNote.objects.values_list("disposition__key", "comments")) == [("schedule_later", "Call on Monday")]


def _form_body(client: Client, url: str, **parameters) -> HttpResponse:
    return post_form(client, urlencode(parameters), path=url)


def _multipart_body(client: Client, url: str, **parameters) -> HttpResponse:
    return client.post(url, parameters)


def _json_body(client: Client, url: str, **parameters) -> HttpResponse:
    return post_json(client, parameters, path=url)


with_body = pytest.mark.parametrize(
    "send", [_form_body, _multipart_body, _json_body], ids=["urlencoded", "multipart", "JSON"]
)


@with_body
def test_the_key_may_stand_in_the_query_and_the_note_in_the_body(client, send):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = send(client, f"{PATH}?token={key}", cid=NUMBER, status="Completed", comments="Asked.")
    assert answer(response) == INSERTED


@with_body
def test_the_note_may_stand_in_the_query_and_the_key_in_the_body(client, send):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    query = urlencode({"cid": NUMBER, "status": "Completed", "comments": "Asked."})
    assert answer(send(client, f"{PATH}?{query}", token=key)) == INSERTED


@with_body
def test_the_body_wins_over_the_query(client, send):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    query = urlencode({"CID": "+6561234567", "status": "No Answer", "Comments": "Not this.", "token": "x" * 20})
    response = send(client, f"{PATH}?{query}", cid=NUMBER, status="Completed", comments="This.", token=key)
    assert answer(response) == INSERTED
    assert list(CallNote.objects.values_list("number", "disposition__key", "comments")) == [
        (NUMBER, "completed", "This.")
    ]


@pytest.mark.parametrize("cid", [6591234567, 91234567], ids=["international", "national"])
def test_a_number_in_json_may_be_a_whole_number(client, cid):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(post_json(client, {"cid": cid, "token": key})) == FOUND


def test_a_call_id_in_json_may_be_a_whole_number(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    note = {"cid": 6591234567, "status": "Completed", "comments": "Asked.", "call_id": 4711, "token": key}
    assert [answer(post_json(client, note)) for _ in range(2)] == [INSERTED, INSERTED]
    assert list(CallNote.objects.values_list("call_id", flat=True)) == ["4711"]


@pytest.mark.parametrize("byte_order_mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_json_may_begin_with_a_byte_order_mark(client, byte_order_mark):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    body = byte_order_mark + f' {{"cid": "{NUMBER}", "token": "{key}"}}\r\n'.encode()
    assert answer(post_json(client, body)) == FOUND


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_AUTHORIZATION": "Token {key}"},
        {"HTTP_AUTHORIZATION": "token {key}"},
        {"HTTP_AUTHORIZATION": "TOKEN  {key} "},
        {"HTTP_AUTHORIZATION": "Bearer {key}"},
        {"HTTP_AUTHORIZATION": "bearer {key}"},
        {"HTTP_AUTHORIZATION": "BEARER {key}"},
        {"HTTP_X_API_KEY": "{key}"},
        {"HTTP_X_API_KEY": " {key} "},
        {"HTTP_AUTHORIZATION": "Basic YTpi", "HTTP_X_API_KEY": "{key}"},
        {"HTTP_AUTHORIZATION": "Bearer", "HTTP_X_API_KEY": "{key}"},
    ],
    ids=lambda headers: ", ".join(f"{name[5:]}: {value}" for name, value in headers.items()),
)
def test_the_key_may_stand_in_a_header(client, headers):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    extra = {name: value.format(key=key) for name, value in headers.items()}
    assert answer(ask(client, cid=NUMBER, extra=extra)) == FOUND
    assert answer(post_json(client, {"cid": NUMBER}, **extra)) == FOUND
    assert answer(post_json(client, [{"cid": NUMBER}], **extra)) == batch('{"success":true}')


def test_an_authorization_header_of_another_kind_leaves_the_parameter_its_say(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER, extra={"HTTP_AUTHORIZATION": "Basic YTpi"})) == FOUND


@pytest.mark.parametrize("accept", ["", "text/html", "application/xml", "image/png;q=1", "no such thing"])
def test_the_answer_is_json_whatever_is_asked_for(client, accept):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = ask(client, key, cid=NUMBER, extra={"HTTP_ACCEPT": accept})
    assert answer(response) == FOUND
    assert response["Content-Type"] == "application/json"


def test_a_multipart_field_of_another_name_changes_nothing_in_whatever_script(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parts = [(b"cid", NUMBER.encode()), (b"token", key.encode()), ("備考".encode(), b"x"), ("Prénom".encode(), b"x")]
    assert answer(post_multipart(client, *parts)) == FOUND


def test_a_post_with_an_empty_body_of_any_type_is_read_from_the_query(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = client.generic("POST", f"{PATH}?{urlencode({'cid': NUMBER, 'token': key})}", "", "text/plain")
    assert answer(response) == FOUND


def test_a_session_of_a_person_needs_no_csrf_token_and_gives_no_right(django_user_model):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.create_user("agent"))
    assert answer(client.post(PATH, {"cid": NUMBER, "token": key})) == FOUND
    assert client.post(PATH, {"cid": NUMBER}).status_code == 401
