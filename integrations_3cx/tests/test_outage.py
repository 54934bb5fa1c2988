"""While the database is away, each request is told so and when to come again, and nothing is half done."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx.models import ApiToken
from integrations_3cx.tests.asking import (
    FOUND,
    INSERTED,
    NUMBER,
    TOKEN_INVALID,
    answer,
    ask,
    batch,
    note,
    post_json,
    refused,
    refused_item,
)
from integrations_3cx.tests.factories import make_token

MESSAGE = "The database does not answer; try again after Retry-After."


@contextmanager
def database_gone() -> Iterator[None]:
    """Connections fail, as no database of that name is there."""
    connection.close()
    settings, name = connection.settings_dict, connection.settings_dict["NAME"]
    settings["NAME"] = "no-such-folder/no-such-database"
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = name


def lost_at(fragment: str):
    """The connection is lost at statements that hold these words."""

    def execute(run, sql, params, many, context):
        if fragment in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return run(sql, params, many, context)

    return connection.execute_wrapper(execute)


@pytest.mark.django_db(transaction=True)
def test_a_lookup_without_a_database_is_503_and_false(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with database_gone():
        response = ask(client, key, cid=NUMBER)
    assert answer(response) == refused(503, False, "database_unavailable", MESSAGE)
    assert (response["Retry-After"], response["Cache-Control"]) == ("5", "no-store")
    assert answer(ask(client, key, cid=NUMBER)) == FOUND


@pytest.mark.parametrize("carried", [{}, {"call_id": "call-7"}], ids=["without a key", "with a call_id"])
@pytest.mark.django_db(transaction=True)
def test_a_note_without_a_database_is_503_and_0(client, carried):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with database_gone():
        response = note(client, key, **carried)
    assert answer(response) == refused(503, 0, "database_unavailable", MESSAGE)
    assert (response["Retry-After"], response["Cache-Control"]) == ("5", "no-store")
    assert answer(note(client, key, **carried)) == INSERTED
    assert CallNote.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_malformed_key_is_told_from_a_good_one_even_then(client):
    with database_gone():
        assert answer(ask(client, "short", cid=NUMBER)) == refused(401, False, "token_invalid", TOKEN_INVALID)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_lost_after_the_key_was_read_is_503(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    ask(client, key, cid=NUMBER)
    with lost_at('FROM "contacts_contact"'):
        responses = [ask(client, key, cid=NUMBER), note(client, key)]
    expected = [refused(503, success, "database_unavailable", MESSAGE) for success in (False, 0)]
    assert [answer(response) for response in responses] == expected
    assert [response["Retry-After"] for response in responses] == ["5", "5"]


@pytest.mark.parametrize(
    "carried",
    [{}, {"call_id": "call-7"}, {"extra": {"HTTP_IDEMPOTENCY_KEY": "call-7"}}],
    ids=["without a key", "call_id", "header"],
)
@pytest.mark.django_db
def test_a_note_that_was_lost_on_the_way_leaves_its_key_unused(client, carried):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with lost_at('INSERT INTO "callnotes_callnote"'):
        response = note(client, key, **carried)
    assert answer(response) == refused(503, 0, "database_unavailable", MESSAGE)
    assert response["Retry-After"] == "5"
    assert not CallNote.objects.exists()
    assert answer(note(client, key, **carried)) == INSERTED
    assert CallNote.objects.count() == 1


@pytest.mark.django_db
def test_items_of_a_batch_that_were_lost_on_the_way_say_so(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    items = [{"cid": NUMBER}, {"cid": NUMBER, "status": "Completed", "comments": "Asked."}]
    with lost_at('INSERT INTO "callnotes_callnote"'):
        response = post_json(client, items, HTTP_X_API_KEY=key)
    assert answer(response) == batch('{"success":true}', refused_item(0, "database_unavailable", MESSAGE))
    assert not CallNote.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_lookup_does_not_fail_with_the_writing_of_the_last_use(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    with lost_at('UPDATE "integrations_3cx_apitoken"'):
        assert answer(ask(client, key, cid=NUMBER)) == FOUND
    assert ApiToken.objects.get().last_used_at is None
