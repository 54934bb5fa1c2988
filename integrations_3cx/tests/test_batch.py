"""A JSON array of objects is answered by an array of the same length in the same order."""

import pytest

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.models import Scope
from integrations_3cx.tests.asking import (
    FOUND,
    KEY_REUSED,
    NUMBER,
    NUMBER_UNKNOWN,
    PATH,
    TOKEN_INVALID,
    answer,
    batch,
    post_json,
    refused,
    refused_item,
)
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

TRUE, FALSE, ONE = '{"success":true}', '{"success":false}', '{"success":1}'
NO_OBJECT = "This item of the array is no object; send objects alone."


def note_of(comments: object, **fields) -> dict[str, object]:
    return {"cid": NUMBER, "status": "Completed", "comments": comments} | fields


def stored() -> list[str]:
    return list(CallNote.objects.order_by("pk").values_list("comments", flat=True))


def test_each_item_is_answered_in_its_place_by_its_own_use(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [{"cid": NUMBER}, note_of("First."), {"cid": "+6561234567"}, note_of("Second.", cid="91234567")]
    assert answer(post_json(client, items, HTTP_X_API_KEY=key)) == batch(TRUE, ONE, FALSE, ONE)
    assert stored() == ["First.", "Second."]


def test_one_bad_item_loses_no_other(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [
        note_of("First."),
        note_of("Nobody's.", cid="+6561234567"),
        note_of("", status="Completed"),
        {"cid": ""},
        {},
        note_of("NUL \0"),
        note_of(["x"]),
        note_of("x" * 10_001),
        {"cid": True},
        note_of("Last."),
    ]
    assert answer(post_json(client, items, HTTP_X_API_KEY=key)) == batch(
        ONE,
        refused_item(0, "number_unknown", NUMBER_UNKNOWN),
        refused_item(0, "comments_missing", "“Completed” asks for comments; write what came of the call."),
        refused_item(False, "cid_missing", "Send the caller's number as cid."),
        refused_item(False, "cid_missing", "Send the caller's number as cid."),
        refused_item(0, "nul_character", "comments holds a NUL character; leave it out."),
        refused_item(0, "wrong_type", "Send comments as text."),
        refused_item(0, "comments_too_long", "Comments are 10,001 characters long; shorten them to 10,000."),
        refused_item(False, "wrong_type", "Send cid as text or a whole number."),
        ONE,
    )
    assert stored() == ["First.", "Last."]


@pytest.mark.parametrize("item", [None, True, 7, 1.5, "text", [], [{"cid": "123"}]], ids=repr)
def test_an_item_that_is_no_object_is_refused_alone(client, item):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = post_json(client, [{"cid": NUMBER}, item, {"cid": NUMBER}], HTTP_X_API_KEY=key)
    assert answer(response) == batch(TRUE, refused_item(False, "wrong_type", NO_OBJECT), TRUE)


def test_an_empty_array_is_answered_by_an_empty_array(client):
    _, key = make_token()
    assert answer(post_json(client, [], HTTP_X_API_KEY=key)) == (200, "[]")


def test_an_array_of_one_is_answered_by_an_array_of_one(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(post_json(client, [{"cid": NUMBER}], HTTP_X_API_KEY=key)) == batch(TRUE)


def test_a_thousand_items_are_answered(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [{"cid": NUMBER}, {"cid": "+6561234567"}] * 500
    assert answer(post_json(client, items, HTTP_X_API_KEY=key)) == batch(*[TRUE, FALSE] * 500)


def test_more_than_a_thousand_items_are_refused_and_none_is_stored(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = post_json(client, [note_of("x")] * 1001, HTTP_X_API_KEY=key)
    assert answer(response) == refused(
        400, False, "batch_too_long", "The array has 1001 items; send at most 1000 at once."
    )
    assert stored() == []


def test_what_the_query_says_holds_for_every_item_that_does_not_say_otherwise(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [{"cid": NUMBER}, {"cid": NUMBER, "Comments": "Of its own."}]
    path = f"{PATH}?status=Completed&comments=Of%20the%20query.&token={key}"
    assert answer(post_json(client, items, path=path)) == batch(ONE, ONE)
    assert stored() == ["Of the query.", "Of its own."]


@pytest.mark.parametrize("in_item", [0, 1])
def test_the_key_may_stand_in_an_item(client, in_item):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [{"cid": NUMBER}, {"cid": NUMBER}]
    items[in_item]["Token"] = key
    assert answer(post_json(client, items)) == batch(TRUE, TRUE)


def test_an_item_with_another_key_than_the_rest_is_refused_alone(client):
    make_contact("Ada Example", NUMBER)
    key, another = make_token()[1], make_token("Branch 3CX")[1]
    keys = [another, key, "dbn_mistyped-by-somebody", key, 7, None]
    items = [note_of(f"Note {place}.", token=token) for place, token in enumerate(keys)]
    del items[5]["token"]
    response = post_json(client, items)
    refused_item = {"success": 0, "error": "token_invalid", "message": TOKEN_INVALID}
    wrong_type = {"success": 0, "error": "wrong_type", "message": "Send token as text."}
    stored = {"success": 1}
    assert response.status_code == 200
    assert response.json() == [refused_item, stored, refused_item, stored, wrong_type, stored]
    assert list(CallNote.objects.order_by("pk").values_list("comments", flat=True)) == ["Note 1.", "Note 3.", "Note 5."]


def test_a_key_in_a_header_counts_for_every_item_whatever_it_carries(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = post_json(client, [note_of("x"), note_of("y", token="another")], HTTP_X_API_KEY=key)
    assert (response.status_code, response.json()) == (200, [{"success": 1}, {"success": 1}])


def test_a_batch_without_a_valid_key_is_refused_as_a_whole(client):
    make_contact("Ada Example", NUMBER)
    response = post_json(client, [{"cid": NUMBER}, note_of("x")])
    assert answer(response) == refused(401, False, "token_invalid", TOKEN_INVALID)
    assert stored() == []


def test_an_item_that_the_key_is_not_for_is_refused_alone(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token(scopes=[Scope.LOOKUP])
    message = "This key may not do that; give its API token the scope note."
    assert answer(post_json(client, [{"cid": NUMBER}, note_of("x")], HTTP_X_API_KEY=key)) == batch(
        TRUE, refused_item(0, "scope_missing", message)
    )
    assert stored() == []


def test_a_repeated_call_id_within_a_batch_stores_one_note(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [note_of("Same.", call_id="7"), note_of("Same.", call_id=7), note_of("Other.", call_id="7")]
    assert answer(post_json(client, items, HTTP_X_API_KEY=key)) == batch(
        ONE, ONE, refused_item(0, "idempotency_conflict", KEY_REUSED)
    )
    assert stored() == ["Same."]


def test_a_batch_repeated_under_an_idempotency_key_stores_each_item_once(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    headers = {"HTTP_X_API_KEY": key, "HTTP_IDEMPOTENCY_KEY": "shift-1"}
    items = [note_of("Same."), note_of("Same."), {"cid": NUMBER}]
    for _ in range(2):
        assert answer(post_json(client, items, **headers)) == batch(ONE, ONE, TRUE)
    assert stored() == ["Same.", "Same."]


def test_a_batch_repeated_after_one_item_was_refused_stores_that_item_alone(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    headers = {"HTTP_X_API_KEY": key, "HTTP_IDEMPOTENCY_KEY": "shift-1"}
    items = [note_of("Known."), note_of("Unknown yet.", cid="+6561234567")]
    unknown = refused_item(0, "number_unknown", NUMBER_UNKNOWN)
    assert answer(post_json(client, items, **headers)) == batch(ONE, unknown)
    make_contact("Ben Example", "+6561234567")
    assert answer(post_json(client, items, **headers)) == batch(ONE, ONE)
    assert stored() == ["Known.", "Unknown yet."]


def test_an_object_is_no_batch(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(post_json(client, {"cid": NUMBER}, HTTP_X_API_KEY=key)) == FOUND
