"""Bodies reach Django whole or not at all."""

import io
import json

import pytest

from dbncrm.bodies import UPLOAD_MAX_BYTES, UPLOADS, read_whole
from integrations_3cx.errors import BODY_BROKE_OFF, CHUNKED_FORM, MEDIA_TYPE_UNSUPPORTED
from integrations_3cx.wire import BODY_MAX_BYTES as MAX_BYTES

FORM = "application/x-www-form-urlencoded"


def hand_on(body: bytes, **environ: str) -> tuple[str, bytes]:
    """What an application behind the reader is given (`200`, and the body), or what the reader answers."""
    status = []

    def application(environ, start_response):
        status.append("200")
        return [environ["CONTENT_LENGTH"].encode(), b":", environ["wsgi.input"].read()]

    environ = {"CONTENT_TYPE": FORM, "QUERY_STRING": "status=Completed", "wsgi.input": io.BytesIO(body)} | environ
    answered = b"".join(read_whole(application)(environ, lambda line, _: status.append(line[:3])))
    return status[0], answered


def refused(fault) -> tuple[str, bytes]:
    body = {"success": 0, "error": fault.code, "message": fault.message}
    return str(fault.http_status), json.dumps(body).encode()


def test_a_whole_body_is_handed_on():
    assert hand_on(b"cid=123", CONTENT_LENGTH="7") == ("200", b"7:cid=123")


@pytest.mark.parametrize("content_type", [FORM, "application/json", "multipart/form-data; boundary=limit"])
def test_a_body_that_broke_off_is_refused(content_type):
    assert hand_on(b"comments=Wants a ref", CONTENT_LENGTH="24", CONTENT_TYPE=content_type) == refused(BODY_BROKE_OFF)


def test_json_in_chunks_is_handed_on_with_its_length():
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "application/json"}
    assert hand_on(b'{"cid": "123"}', **chunked) == ("200", b'14:{"cid": "123"}')


def test_a_form_in_chunks_is_refused_for_nobody_could_tell_that_it_broke_off():
    assert hand_on(b"cid=123", HTTP_TRANSFER_ENCODING="chunked") == refused(CHUNKED_FORM)


@pytest.mark.parametrize(
    "sent",
    [{"CONTENT_LENGTH": str(MAX_BYTES + 1)}, {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "text/plain"}],
)
def test_of_a_body_over_the_limit_the_length_alone_is_handed_on(sent):
    assert hand_on(b"x" * (MAX_BYTES + 1), **sent) == ("200", f"{MAX_BYTES + 1}:".encode())


def test_a_body_at_the_limit_is_handed_on():
    assert hand_on(b"x" * MAX_BYTES, CONTENT_LENGTH=str(MAX_BYTES))[1] == f"{MAX_BYTES}:".encode() + b"x" * MAX_BYTES


@pytest.mark.parametrize("parameter", ["x*=bogus''%41", "x*=undefined''%41", "x=" + "y" * 500])
def test_a_content_type_that_django_fails_on_is_refused(parameter):
    sent = {"CONTENT_LENGTH": "7", "CONTENT_TYPE": f"application/json; {parameter}"}
    assert hand_on(b"cid=123", **sent) == refused(MEDIA_TYPE_UNSUPPORTED)


@pytest.mark.parametrize("charset", ["base64", "rot13", "iso-8859-1", '"utf-8"', "idna"])
def test_a_charset_is_left_out_for_text_is_utf8_whatever_it_is_called(charset):
    types = []

    def application(environ, start_response):
        types.append(environ["CONTENT_TYPE"])
        return []

    sent = f"multipart/form-data; charset={charset}; boundary=limit"
    read_whole(application)({"CONTENT_TYPE": sent, "wsgi.input": io.BytesIO()}, None)
    assert types == ["multipart/form-data; boundary=limit"]


def test_an_empty_form_in_chunks_is_handed_on():
    assert hand_on(b"", HTTP_TRANSFER_ENCODING="chunked") == ("200", b"0:")


def test_a_probe_is_answered_without_waiting_for_its_body():
    assert hand_on(b"", PATH_INFO="/healthz", CONTENT_LENGTH="10") == ("200", b":")


def test_what_is_refused_is_logged_as_one_line(caplog):
    caplog.set_level("INFO", "dbncrm.access")
    hand_on(b"comments=", CONTENT_LENGTH="24", REQUEST_METHOD="POST", PATH_INFO="/3cx/query\nX")
    assert [record.getMessage() for record in caplog.records] == ["POST /3cx/query%0AX 400 malformed_body"]


@pytest.mark.parametrize(
    ("sent", "handed_on"),
    [
        ("//3cx/contacts", "/3cx/contacts"),
        ("//3cx/query", "/3cx/query"),
        ("/3cx/contacts", "/3cx/contacts"),
        ("///3cx/contacts", "///3cx/contacts"),
        ("//contacts", "//contacts"),
    ],
)
def test_our_address_may_have_been_typed_into_3cx_with_a_slash_at_its_end(sent, handed_on):
    paths = []

    def application(environ, start_response):
        paths.append(environ["PATH_INFO"])
        return []

    read_whole(application)({"PATH_INFO": sent, "wsgi.input": io.BytesIO()}, None)
    assert paths == [handed_on]


UPLOAD = {"PATH_INFO": UPLOADS, "REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=limit"}


def test_an_upload_may_be_longer_and_is_read_as_it_arrives():
    body = b"x" * (MAX_BYTES + 1)
    assert hand_on(body, CONTENT_LENGTH=str(len(body)), **UPLOAD) == ("200", f"{len(body)}:".encode() + body)


def test_an_upload_that_broke_off_raises_where_it_is_read():
    with pytest.raises(OSError, match="broke off"):
        hand_on(b"half of", CONTENT_LENGTH="24", **UPLOAD)


def test_an_upload_without_a_length_or_over_the_limit_is_not_read():
    assert hand_on(b"x" * 9, CONTENT_LENGTH=str(UPLOAD_MAX_BYTES + 1), **UPLOAD)[1].endswith(b":")
    assert hand_on(b"x" * 9, CONTENT_LENGTH="", **UPLOAD)[1].endswith(b":")
