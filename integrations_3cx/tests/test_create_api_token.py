"""`create_api_token` makes a key and prints it once, alone on the last line."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command

from contacts.tests.factories import make_contact
from integrations_3cx import keys
from integrations_3cx.models import ApiToken
from integrations_3cx.tests.asking import FOUND, INSERTED, NUMBER, answer, ask, note
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> list[str]:
    """The lines that the command prints."""
    printed = io.StringIO()
    call_command("create_api_token", *arguments, stdout=printed)
    return printed.getvalue().splitlines()


def test_the_last_line_is_a_key_that_may_look_up_and_write_notes(client):
    make_contact("Ada Example", NUMBER)
    lines = create("Main 3CX")
    key = lines[-1]
    assert lines == ["Main 3CX: may lookup and note. Copy the key now, it is not kept:", key]
    assert key.startswith("dbn_")
    assert keys.is_well_formed(key)
    assert answer(ask(client, key, cid=NUMBER)) == FOUND
    assert answer(note(client, key)) == INSERTED


def test_each_call_makes_another_key():
    assert len({create("Main 3CX")[-1] for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("scopes", "lookup", "written"),
    [
        (["--scope", "lookup"], 200, 403),
        (["--scope", "note"], 403, 200),
        (["--scope", "note", "--scope", "lookup"], 200, 200),
    ],
    ids=["lookup", "note", "both"],
)
def test_a_scope_is_what_the_key_may_do(client, scopes, lookup, written):
    make_contact("Ada Example", NUMBER)
    key = create("Main 3CX", *scopes)[-1]
    assert (ask(client, key, cid=NUMBER).status_code, note(client, key).status_code) == (lookup, written)


@pytest.mark.parametrize(
    "key", ["k" * 16, "k" * 128, "old key, with blanks + signs", "-begins-with-a-hyphen", "dbn_of_an_older_system"]
)
def test_a_key_that_a_3cx_already_uses_is_taken_over_and_printed(client, key):
    make_contact("Ada Example", NUMBER)
    assert create("Main 3CX", f"--key={key}")[-1] == key
    assert answer(ask(client, key, cid=NUMBER)) == FOUND


@pytest.mark.parametrize("key", ["k" * 15, "k" * 129, "k" * 20 + "\n", "k" * 10 + "\0" + "k" * 10, "\t" * 20])
def test_what_cannot_be_a_key_is_not_taken_over(key):
    with pytest.raises(CommandError, match="A key has 16 to 128 printable characters"):
        create("Main 3CX", f"--key={key}")
    assert not ApiToken.objects.exists()


def test_a_key_that_is_taken_is_not_taken_over_again():
    _, key = make_token("Main 3CX")
    with pytest.raises(CommandError, match="An API token, perhaps a revoked one, has that key already") as refusal:
        create("Branch 3CX", f"--key={key}")
    assert key not in str(refusal.value)
    assert ApiToken.objects.count() == 1


def test_a_key_is_valid_to_the_end_of_the_day_on_which_it_expires(client):
    singapore = ZoneInfo("Asia/Singapore")
    make_contact("Ada Example", NUMBER)
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=singapore), tick=False):
        key = create("Main 3CX", "--expires", "2030-01-31")[-1]
    midnight = datetime(2030, 2, 1, tzinfo=singapore)
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        assert answer(ask(client, key, cid=NUMBER)) == FOUND
    with time_machine.travel(midnight, tick=False):
        assert answer(ask(client, key, cid=NUMBER))[0] == 401


@pytest.mark.parametrize("day", ["31.01.2030", "2030-02-30", "tomorrow", "2030-01", "2030-01-31T12:00", "0"])
def test_what_is_no_date_is_refused(day):
    with pytest.raises(CommandError, match="is no date; write YYYY-MM-DD"):
        create("Main 3CX", f"--expires={day}")
    assert not ApiToken.objects.exists()


def test_a_key_is_used_from_the_networks_that_are_allowed(client):
    make_contact("Ada Example", NUMBER)
    key = create("Main 3CX", "--allow", "192.0.2.0/24", "--allow", "2001:db8::/32")[-1]
    peers = ["192.0.2.7", "2001:db8::7", "198.51.100.9"]
    statuses = [ask(client, key, cid=NUMBER, extra={"REMOTE_ADDR": peer}).status_code for peer in peers]
    assert statuses == [200, 200, 403]


@pytest.mark.parametrize("network", ["office", "192.0.2.7/24", "192.0.2.0/33", "192.0.2", ""])
def test_what_is_no_network_is_refused(network):
    with pytest.raises(CommandError, match="No network"):
        create("Main 3CX", f"--allow={network}")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: name"),
        ([""], "This field cannot be blank"),
        (["x" * 101], "at most 100 characters"),
        (["Main 3CX", "--scope", "admin"], "invalid choice: 'admin'"),
    ],
    ids=["no name", "empty name", "long name", "unknown scope"],
)
def test_unusable_arguments_are_refused(arguments, message):
    with pytest.raises(CommandError, match=message):
        create(*arguments)
    assert not ApiToken.objects.exists()
