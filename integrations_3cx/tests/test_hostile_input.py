"""Whatever is sent is read to the letter or refused with a reason: never cut, replaced or failed upon."""

import json
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import (
    FOUND,
    INSERTED,
    NOT_FOUND,
    NOT_UTF8,
    NUMBER,
    NUMBER_UNKNOWN,
    PATH,
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

MEBIBYTE = 1024 * 1024
NO_JSON = "The body is no valid JSON; send one object, or an array of objects."
TOO_LARGE = "The body is over 1 MiB (1048576 bytes); send it in parts."
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("name", ["cid", "status", "comments", "call_id", "token"])
def test_a_nul_character_is_refused_in_every_parameter(client, name):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key}
    parameters |= {name: f"{parameters.get(name, 'call')}\0"}
    expected = refused(400, 0, "nul_character", f"{name} holds a NUL character; leave it out.")
    assert answer(client.get(PATH, parameters)) == expected
    assert answer(client.post(PATH, parameters)) == expected
    assert answer(post_form(client, urlencode(parameters))) == expected
    assert answer(post_json(client, parameters)) == expected
    assert not CallNote.objects.exists()


def test_a_nul_character_in_a_lookup_is_refused(client):
    _, key = make_token()
    message = "cid holds a NUL character; leave it out."
    assert answer(ask(client, key, cid="123\0")) == refused(400, False, "nul_character", message)


@pytest.mark.parametrize("surrogate", ["\\ud800", "\\udfff", "x\\udc00\\ud800"])
@pytest.mark.parametrize("name", ["cid", "status", "comments", "call_id", "token"])
def test_half_a_surrogate_pair_is_refused_in_every_parameter(client, name, surrogate):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "call_id": "7", "token": key}
    body = json.dumps(parameters | {name: "HALF"}).replace("HALF", surrogate)
    assert answer(post_json(client, body)) == refused(400, 0, "malformed_encoding", NOT_UTF8.format(name=name))
    assert not CallNote.objects.exists()


def test_a_whole_surrogate_pair_in_json_is_one_character(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "👩", "token": key}
    assert "\\ud83d\\udc69" in json.dumps(parameters)
    assert answer(post_json(client, json.dumps(parameters))) == INSERTED
    assert CallNote.objects.get().comments == "👩"


@pytest.mark.parametrize("cid", ["%ff", "%C3", "%ED%A0%80", "%F8%88%80%80%80", "65%E9"])
def test_text_that_is_not_utf8_is_refused(client, cid):
    _, key = make_token()
    expected = refused(400, False, "malformed_encoding", NOT_UTF8.format(name="cid"))
    assert answer(client.get(f"{PATH}?token={key}&cid={cid}")) == expected
    assert answer(post_form(client, f"token={key}&cid={cid}")) == expected


def test_text_that_is_not_utf8_is_refused_in_multipart_and_json(client):
    _, key = make_token()
    parts = [(b"cid", b"65\xe9"), (b"token", key.encode())]
    expected = refused(400, False, "malformed_encoding", NOT_UTF8.format(name="cid"))
    assert answer(post_multipart(client, *parts)) == expected
    body = b'{"cid": "65\xe9"}'
    assert answer(post_json(client, body)) == refused(400, False, "malformed_encoding", "Send JSON as UTF-8.")


MALFORMED_JSON = {
    "cut off": '{"cid": "123"',
    "nothing but blanks": "  ",
    "no JSON": "cid=123",
    "single quotes": "{'cid': '123'}",
    "a comma too many": '{"cid": "123",}',
    "two objects": '{"cid": "123"} {"cid": "124"}',
    "NaN": '{"cid": NaN}',
    "infinite": '{"cid": Infinity}',
    "minus infinite": '{"queue": -Infinity}',
    "5,000 digits": '{"cid": %s}' % ("9" * 5000),
    "line break in text": '{"cid": "12\n3"}',
    "arrays 100,000 deep": "[" * 100_000,
    "arrays 100,000 deep, closed": "[" * 100_000 + "]" * 100_000,
    "objects 100,000 deep": '{"cid":' * 100_000,
    "objects 100,000 deep, closed": '{"cid":' * 100_000 + "1" + "}" * 100_000,
}


@pytest.mark.parametrize("body", MALFORMED_JSON.values(), ids=MALFORMED_JSON.keys())
def test_malformed_json_is_refused(client, body):
    _, key = make_token()
    assert answer(post_json(client, body, HTTP_X_API_KEY=key)) == refused(400, False, "malformed_json", NO_JSON)


@pytest.mark.parametrize("body", ["null", "true", "false", "0", "123", "1.5", '"cid=123"', '""'])
def test_json_that_is_no_object_and_no_array_is_refused(client, body):
    _, key = make_token()
    message = "The body is JSON, but no object; send one object, or an array of objects."
    assert answer(post_json(client, body, HTTP_X_API_KEY=key)) == refused(400, False, "wrong_type", message)


WRONG_VALUES = [None, True, False, 1.5, -7, [], ["123"], {}, {"cid": "123"}]


@pytest.mark.parametrize("value", WRONG_VALUES, ids=repr)
@pytest.mark.parametrize("name", ["cid", "call_id"])
def test_a_number_in_json_of_a_wrong_type_is_refused(client, name, value):
    _, key = make_token()
    message = f"Send {name} as text or a whole number."
    response = post_json(client, {"cid": "123", name: value}, HTTP_X_API_KEY=key)
    assert answer(response) == refused(400, False, "wrong_type", message)


@pytest.mark.parametrize("value", [*WRONG_VALUES, 7], ids=repr)
@pytest.mark.parametrize("name", ["status", "comments", "token"])
def test_text_in_json_of_a_wrong_type_is_refused(client, name, value):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key}
    response = post_json(client, parameters | {name: value})
    assert answer(response) == refused(400, 0, "wrong_type", f"Send {name} as text.")
    assert not CallNote.objects.exists()


BODIES = {
    "JSON": (b'{"cid": "%s"}', "application/json"),
    "urlencoded": (b"cid=%s", FORM),
    "multipart": (
        b'--limit\r\nContent-Disposition: form-data; name="cid"\r\n\r\n%s\r\n--limit--\r\n',
        "multipart/form-data; boundary=limit",
    ),
}


@pytest.mark.parametrize(("body", "content_type"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(("query", "success"), [("", False), ("&status=Completed", 0)], ids=["lookup", "note"])
def test_a_body_over_1_mib_is_refused(client, body, content_type, query, success):
    _, key = make_token()
    for length in (MEBIBYTE + 1, 3 * MEBIBYTE):
        text = body.replace(b"%s", b"9" * (length - len(body) + 2))
        assert len(text) == length
        response = client.generic("POST", f"{PATH}?token={key}{query}", text, content_type)
        assert answer(response) == refused(413, success, "body_too_large", TOO_LARGE)


@pytest.mark.parametrize(("body", "content_type"), BODIES.values(), ids=BODIES.keys())
def test_a_body_of_1_mib_is_read(client, body, content_type):
    _, key = make_token()
    text = body.replace(b"%s", b"9" * (MEBIBYTE - len(body) + 2))
    assert answer(client.generic("POST", f"{PATH}?token={key}", text, content_type)) == NOT_FOUND


@pytest.mark.parametrize("digit", ["9", "９", "⁹"], ids=["ASCII", "full-width", "superscript"])
def test_a_number_of_5000_digits_is_nobodys(client, digit):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(client.post(PATH, {"cid": digit * 5000, "token": key})) == NOT_FOUND
    assert answer(note(client, key, cid=digit * 5000)) == refused(404, 0, "number_unknown", NUMBER_UNKNOWN)


@pytest.mark.parametrize("cid", ["①②③", "፩፪፫", "๑๒๓", "¹²³", "½", "Ⅷ", "一二三", "\U0001d7d9", "1e3", "0x7b"])
def test_digits_of_every_kind_are_answered(client, cid):
    _, key = make_token()
    assert answer(ask(client, key, cid=cid)) == NOT_FOUND


@pytest.mark.parametrize("name", ["cid", "status", "comments", "call_id", "token"])
@pytest.mark.parametrize("second", ["", "other"], ids=["empty", "other"])
def test_a_parameter_that_is_repeated_with_another_value_is_refused(client, name, second):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    pairs = [("cid", NUMBER), ("status", "Completed"), ("comments", "Asked."), ("call_id", "7"), ("token", key)]
    pairs.append((f" {name.upper()}", second))
    message = f"{name} was sent more than once, with different values; send it once."
    expected = refused(400, 0, "parameter_repeated", message)
    assert answer(client.get(f"{PATH}?{urlencode(pairs)}")) == expected
    assert answer(post_form(client, urlencode(pairs))) == expected
    assert answer(post_multipart(client, *((name.encode(), value.encode()) for name, value in pairs))) == expected
    members = ",".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pairs)
    assert answer(post_json(client, f"{{{members}}}")) == expected
    assert not CallNote.objects.exists()


def test_a_parameter_that_is_repeated_with_the_same_value_is_one(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(client.get(f"{PATH}?cid={quote(NUMBER)}&CID={quote(NUMBER)}&token={key}&token={key}")) == FOUND


@pytest.mark.parametrize(
    "body", [b"garbage", b"--limit\r\n", b'--limit\r\nContent-Disposition: form-data; name="cid"\r\n\r\n123'], ids=repr
)
def test_a_multipart_body_that_breaks_off_is_refused(client, body):
    _, key = make_token()
    response = client.generic(
        "POST", PATH, body, content_type="multipart/form-data; boundary=limit", HTTP_X_API_KEY=key
    )
    assert (response.status_code, response.json()["error"]) == (400, "malformed_body")


def test_comments_that_break_off_in_a_multipart_body_are_not_stored(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parts = [(b"cid", NUMBER.encode()), (b"token", key.encode()), (b"status", b"Completed"), (b"comments", b"Call b")]
    response = post_multipart(client, *parts, end=b"")
    assert (response.status_code, list(CallNote.objects.values_list("comments"))) == (400, [])


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_multipart_body_without_a_boundary_is_refused(client, content_type):
    response = client.generic("POST", PATH, "x", content_type)
    message = "The multipart body breaks off; send it with its closing boundary."
    assert answer(response) == refused(400, False, "malformed_body", message)


def test_a_file_in_a_multipart_body_is_refused_rather_than_dropped(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = note(client, key, recording=SimpleUploadedFile("call.wav", b"RIFF"))
    message = "The multipart body holds a file; send form fields alone."
    assert (response.status_code, response.json()["message"]) == (400, message)
    assert not CallNote.objects.exists()
