"""`format=text`: the bare value of `success`, for call flows that compare a whole response."""

import pytest

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.tests.asking import NUMBER, PATH, answer, ask, note, post_json
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db


def plain(response) -> tuple[int, str, str]:
    return response.status_code, response["Content-Type"], response.content.decode()


def text(status: int, value: str) -> tuple[int, str, str]:
    return status, "text/plain; charset=utf-8", value


@pytest.mark.parametrize(("cid", "value"), [(NUMBER, "true"), ("+12025550123", "false"), ("anonymous", "false")])
def test_a_lookup_is_answered_true_or_false(client, cid, value):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = ask(client, key, cid=cid, format="text")
    assert plain(response) == text(200, value)
    assert response["Cache-Control"] == "no-store"


def test_the_format_is_named_in_any_case(client):
    _, key = make_token()
    assert plain(ask(client, key, cid="123", format=" Text")) == text(200, "false")


def test_a_note_is_answered_1_or_0(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert plain(note(client, key, format="text")) == text(200, "1")
    assert plain(note(client, key, format="text", cid="+12025550123")) == text(404, "0")
    assert CallNote.objects.count() == 1


def test_a_refusal_keeps_its_status_and_says_no(client):
    assert plain(ask(client, "dbn_wrong", cid=NUMBER, format="text")) == text(401, "false")
    assert plain(client.put(f"{PATH}?format=text&status=x")) == text(405, "0")


def test_the_format_may_stand_in_a_json_body(client):
    _, key = make_token()
    assert plain(post_json(client, {"cid": "123", "token": key, "Format": "text"})) == text(200, "false")


@pytest.mark.parametrize("value", ["json", "", "xml", "text/plain"])
def test_any_other_format_is_json(client, value):
    _, key = make_token()
    assert answer(ask(client, key, cid="123", format=value)) == (200, '{"success":false}')


def test_a_batch_is_json_whatever_is_asked(client):
    _, key = make_token()
    response = post_json(client, [{"cid": "123"}], path=f"{PATH}?format=text", HTTP_X_API_KEY=key)
    assert answer(response) == (200, '[{"success":false}]')
