"""Who may use the contract: a key in force, for a use it is for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from callnotes.models import CallNote
from contacts.tests.factories import make_contact
from integrations_3cx import keys, last_use
from integrations_3cx.models import ApiToken, Scope, revoke
from integrations_3cx.tests.asking import (
    FOUND,
    INSERTED,
    NUMBER,
    PATH,
    TOKEN_INVALID,
    answer,
    ask,
    note,
    post_form,
    post_json,
    refused,
)
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 5, 6, 12, tzinfo=ZoneInfo("Asia/Singapore"))
TAKEN_OVER = "s3cret+of/the=old CRM"

MALFORMED_KEYS = {
    "too short": "x" * 15,
    "too long": "x" * 129,
    "line break inside": "x" * 10 + "\n" + "x" * 10,
    "no-break blank": "x" * 10 + "\u00a0" + "x" * 10,
    "ours, cut": "dbn_abcdef",
    "ours, nothing but the mark": "dbn_",
    "ours, with a wrong checksum": "dbn_" + "x" * 42,
    "ours, in other letters": "dbn_" + "é" * 42,
    "huge": "x" * 100_000,
}


@pytest.mark.parametrize("key", MALFORMED_KEYS.values(), ids=MALFORMED_KEYS.keys())
def test_a_malformed_key_costs_no_query(client, key, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.post(PATH, {"cid": NUMBER, "token": key})
    assert answer(response) == refused(401, False, "token_invalid", TOKEN_INVALID)


def test_a_missing_key_costs_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = ask(client, cid=NUMBER)
    assert answer(response) == refused(401, False, "token_invalid", TOKEN_INVALID)


def test_an_unknown_key_costs_one_query(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = ask(client, keys.new_key(), cid=NUMBER)
    assert answer(response) == refused(401, False, "token_invalid", TOKEN_INVALID)


def test_missing_unknown_expired_and_revoked_keys_get_the_identical_answer(client):
    make_contact("Ada Example", NUMBER)
    now = timezone.now()
    bad_keys = [
        "",
        "no key at all",
        keys.new_key(),
        "a well-formed key of another make",
        make_token("Expired", expires_at=now)[1],
        make_token("Revoked", revoked_at=now)[1],
        make_token("Elsewhere and revoked", revoked_at=now, allowed_networks=["192.0.2.0/24"])[1],
        make_token("For notes and expired", expires_at=now, scopes=[Scope.NOTE])[1],
    ]
    for send, success in ((ask, False), (note, 0)):
        responses = [send(client, key, cid=NUMBER) for key in bad_keys]
        assert {answer(response) for response in responses} == {refused(401, success, "token_invalid", TOKEN_INVALID)}
        assert len({str(sorted(response.headers.items())) for response in responses}) == 1
        assert responses[0]["WWW-Authenticate"] == 'Bearer realm="3CX"'
    assert not CallNote.objects.exists()


def test_a_wrong_key_in_a_header_is_not_made_good_by_another_in_a_parameter(client):
    _, key = make_token()
    response = ask(client, key, cid=NUMBER, extra={"HTTP_X_API_KEY": keys.new_key()})
    assert answer(response) == refused(401, False, "token_invalid", TOKEN_INVALID)


def test_a_key_is_valid_until_the_moment_it_expires(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token(expires_at=NOON)
    with time_machine.travel(NOON - timedelta(microseconds=1), tick=False):
        assert answer(ask(client, key, cid=NUMBER)) == FOUND
    with time_machine.travel(NOON, tick=False):
        assert answer(ask(client, key, cid=NUMBER)) == refused(401, False, "token_invalid", TOKEN_INVALID)


def test_a_revoked_key_is_refused_at_once_and_others_are_not(client):
    make_contact("Ada Example", NUMBER)
    token, key = make_token()
    _, other = make_token("Branch 3CX")
    assert [answer(ask(client, each, cid=NUMBER)) for each in (key, other)] == [FOUND, FOUND]
    assert revoke([token]) == 1
    assert answer(ask(client, key, cid=NUMBER)) == refused(401, False, "token_invalid", TOKEN_INVALID)
    assert answer(ask(client, other, cid=NUMBER)) == FOUND


def test_a_key_for_lookups_writes_no_note(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token(scopes=[Scope.LOOKUP])
    message = "This key may not do that; give its API token the scope note."
    assert answer(ask(client, key, cid=NUMBER)) == FOUND
    assert answer(note(client, key)) == refused(403, 0, "scope_missing", message)
    assert not CallNote.objects.exists()


def test_a_key_for_notes_looks_nothing_up(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token(scopes=[Scope.NOTE])
    message = "This key may not do that; give its API token the scope lookup."
    assert answer(note(client, key)) == INSERTED
    assert answer(ask(client, key, cid=NUMBER)) == refused(403, False, "scope_missing", message)


def test_a_key_that_may_not_be_used_so_learns_nothing_about_its_parameters(client):
    _, key = make_token(scopes=[Scope.LOOKUP])
    message = "This key may not do that; give its API token the scope note."
    expected = refused(403, 0, "scope_missing", message)
    assert answer(note(client, key, cid="", status="no such status")) == expected


def test_a_key_is_told_from_the_same_in_other_case(client):
    make_contact("Ada Example", NUMBER)
    make_token(key="Key-Of-The-Old-CRM")
    assert answer(ask(client, "Key-Of-The-Old-CRM", cid=NUMBER)) == FOUND
    assert answer(ask(client, "key-of-the-old-crm", cid=NUMBER))[0] == 401


@pytest.mark.parametrize("key", ["k" * 16, "k" * 128, TAKEN_OVER, "clé-à-16-lettres", "钥匙" * 8, "%41&=?#;:@/\\'\" +"])
def test_a_key_that_was_taken_over_works_wherever_it_stands(client, key):
    make_contact("Ada Example", NUMBER)
    make_token(key=key)
    assert answer(ask(client, key, cid=NUMBER)) == FOUND
    assert answer(client.post(PATH, {"cid": NUMBER, "token": key})) == FOUND
    assert answer(post_json(client, {"cid": NUMBER, "token": key})) == FOUND


@pytest.mark.parametrize("key", [TAKEN_OVER.replace(" ", ""), "++++++++++++++++", "abc+def/ghi+jkl=="])
def test_a_key_whose_plus_arrives_as_a_blank_works(client, key):
    make_contact("Ada Example", NUMBER)
    make_token(key=key)
    assert answer(client.get(f"{PATH}?cid=91234567&token={key}")) == FOUND
    assert answer(post_form(client, f"cid=91234567&token={key}")) == FOUND


def test_a_key_whose_plus_arrived_as_a_blank_works_with_its_plus_afterwards(client):
    make_contact("Ada Example", NUMBER)
    make_token(key="abc+def/ghi+jkl==")
    assert answer(client.get(f"{PATH}?cid=91234567&token=abc+def/ghi+jkl==")) == FOUND
    assert answer(ask(client, cid=NUMBER, extra={"HTTP_X_API_KEY": "abc+def/ghi+jkl=="})) == FOUND


def test_a_key_is_stored_nowhere_in_clear(client):
    make_contact("Ada Example", NUMBER)
    token, key = make_token()
    _, taken_over = make_token("Branch 3CX", key=TAKEN_OVER)
    for each in (key, taken_over):
        assert answer(ask(client, each, cid=NUMBER)) == FOUND
        assert answer(note(client, each, call_id="call-7")) == INSERTED
    rows = [str(row) for model in apps.get_models() for row in model._base_manager.values_list()]
    assert any(token.prefix in row for row in rows)
    assert not [row for row in rows if key in row or taken_over in row]
    assert not [row for row in rows if key[len(token.prefix) :] in row or TAKEN_OVER[4:] in row]


def test_a_key_signed_with_an_old_pepper_works_and_moves_to_the_first(client, settings):
    make_contact("Ada Example", NUMBER)
    settings.TOKEN_PEPPERS = ["the old pepper"]
    token, key = make_token()
    assert token.digest == keys.digest(key, "the old pepper")
    settings.TOKEN_PEPPERS = ["the new pepper", "the old pepper"]
    assert answer(ask(client, key, cid=NUMBER)) == FOUND
    assert ApiToken.objects.get().digest == keys.digest(key, "the new pepper")
    settings.TOKEN_PEPPERS = ["the new pepper"]
    assert answer(ask(client, key, cid=NUMBER)) == FOUND


def test_a_key_whose_plus_arrived_as_a_blank_still_works_after_its_digest_moved(client, settings):
    make_contact("Ada Example", NUMBER)
    settings.TOKEN_PEPPERS = ["the old pepper"]
    make_token(key="abc+def/ghi+jkl==")
    settings.TOKEN_PEPPERS = ["the new pepper", "the old pepper"]
    assert answer(client.get(f"{PATH}?cid=91234567&token=abc+def/ghi+jkl==")) == FOUND
    settings.TOKEN_PEPPERS = ["the new pepper"]
    assert answer(client.get(f"{PATH}?cid=91234567&token=abc+def/ghi+jkl==")) == FOUND
    assert answer(ask(client, cid=NUMBER, extra={"HTTP_X_API_KEY": "abc+def/ghi+jkl=="})) == FOUND


def test_a_key_whose_pepper_is_gone_is_unknown(client, settings):
    settings.TOKEN_PEPPERS = ["the old pepper"]
    _, key = make_token()
    settings.TOKEN_PEPPERS = ["the new pepper"]
    assert answer(ask(client, key, cid=NUMBER)) == refused(401, False, "token_invalid", TOKEN_INVALID)


def test_the_last_use_says_when_and_from_where(client):
    token, key = make_token()
    with time_machine.travel(NOON, tick=False):
        ask(client, key, cid=NUMBER, extra={"REMOTE_ADDR": "192.0.2.7"})
    token.refresh_from_db()
    assert (token.last_used_at, token.last_used_from) == (NOON, "192.0.2.7")


@pytest.mark.parametrize(("seconds", "written"), [(1, 0), (59, 0), (60, 60), (61, 61)], ids=lambda value: f"{value} s")
def test_the_last_use_is_written_at_most_once_a_minute_by_all_processes(client, monkeypatch, seconds, written):
    token, key = make_token()
    with time_machine.travel(NOON, tick=False):
        ask(client, key, cid=NUMBER)
    monkeypatch.setattr(last_use, "_next_write_at", {})
    with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
        ask(client, key, cid=NUMBER, extra={"REMOTE_ADDR": "192.0.2.8"})
    token.refresh_from_db()
    address = "192.0.2.8" if written else "127.0.0.1"
    assert (token.last_used_at, token.last_used_from) == (NOON + timedelta(seconds=written), address)


def test_within_a_minute_a_process_does_not_even_ask_whether_to_write(client, django_assert_num_queries):
    _, key = make_token()
    with django_assert_num_queries(4):
        ask(client, key, cid=NUMBER)
    with django_assert_num_queries(2):
        ask(client, key, cid=NUMBER)


def test_each_key_has_its_own_minute(client):
    tokens = [make_token(), make_token("Branch 3CX")]
    for _, key in tokens:
        ask(client, key, cid=NUMBER)
    assert not ApiToken.objects.filter(last_used_at=None).exists()


def test_a_refused_key_leaves_no_last_use(client):
    _, key = make_token(allowed_networks=["192.0.2.0/24"])
    assert ask(client, key, cid=NUMBER).status_code == 403
    assert ApiToken.objects.get().last_used_at is None
