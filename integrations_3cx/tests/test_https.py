"""A request over plain http has already sent its key in clear: it is refused, not redirected."""

import pytest
from django.http import HttpResponse

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import FOUND, INSERTED, NUMBER, PATH, answer, ask, batch, note, post_json, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

HTTPS = {"secure": True}
MESSAGE = "Use https; behind a proxy that speaks it, set TRUSTED_PROXY_COUNT, or serve http by SECURE_SSL_REDIRECT=off."


def json_note(client, key: str) -> HttpResponse:
    return post_json(client, {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key})


@pytest.fixture(autouse=True)
def https_is_required(settings):
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("path", ["/3cx/query", "/3cx/query/"])
def test_a_lookup_over_http_is_refused_without_a_redirect(client, path):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = ask(client, key, path=path, cid=NUMBER)
    assert answer(response) == refused(403, False, "https_required", MESSAGE)
    assert "Location" not in response
    assert response["Cache-Control"] == "no-store"


def test_a_note_over_http_is_refused_and_not_inserted(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = client.get(PATH, {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key})
    assert answer(response) == refused(403, 0, "https_required", MESSAGE)
    assert not CallNote.objects.exists()


@pytest.mark.parametrize("send", [note, json_note], ids=["multipart", "JSON"])
def test_a_note_in_a_body_over_http_is_refused_without_a_redirect(client, send):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = send(client, key)
    assert (response.status_code, response.json()["error"]) == (403, "https_required")
    assert "Location" not in response
    assert not CallNote.objects.exists()


def test_over_http_no_key_is_even_looked_at(client, django_assert_num_queries):
    _, key = make_token()
    with django_assert_num_queries(0):
        assert answer(ask(client, key, cid=NUMBER)) == refused(403, False, "https_required", MESSAGE)


def test_everything_works_over_https(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(client.get(PATH, {"cid": NUMBER, "token": key}, **HTTPS)) == FOUND
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key}
    assert answer(client.post(PATH, parameters, **HTTPS)) == INSERTED
    assert answer(post_json(client, [{"cid": NUMBER, "token": key}], **HTTPS)) == batch('{"success":true}')


def test_a_proxys_word_that_it_was_https_is_taken_where_it_is_trusted(client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER, extra={"HTTP_X_FORWARDED_PROTO": "https"})) == FOUND
    over_http = ask(client, key, cid=NUMBER, extra={"HTTP_X_FORWARDED_PROTO": "http"})
    assert answer(over_http) == refused(403, False, "https_required", MESSAGE)


def test_a_callers_own_word_that_it_was_https_is_not_taken(client):
    _, key = make_token()
    response = ask(client, key, cid=NUMBER, extra={"HTTP_X_FORWARDED_PROTO": "https"})
    assert answer(response) == refused(403, False, "https_required", MESSAGE)


def test_where_https_is_not_required_http_is_served(client, settings):
    settings.SECURE_SSL_REDIRECT = False
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(ask(client, key, cid=NUMBER)) == FOUND
