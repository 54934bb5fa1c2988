"""Demonstration data: made once, from a seed."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from callnotes.models import Call, Callback, CallNote, DoNotDisturb, Extension
from contacts import phone
from contacts.models import Contact, ContactNumber, Duplicate
from dbncrm import demo
from integrations_3cx.models import ApiToken

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Demonstration:
    folder: Path
    printed: str


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Demonstration]:
    """What the command made at noon, in a database that was empty and is so again when all its tests are through."""
    folder = tmp_path_factory.mktemp("demonstration")
    said = StringIO()
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(transaction.atomic())
        stack.callback(transaction.set_rollback, True)
        with override_settings(**_as_in(folder)), time_machine.travel(NOON, tick=False):
            call_command("demo", "--port", "8000", stdout=said)
        yield Demonstration(folder, said.getvalue())


def _as_in(folder: Path) -> dict:
    return {"DEBUG": True, "PUBLIC_URL": "http://127.0.0.1:8000", "BASE_DIR": folder}


def test_it_makes_two_hundred_contacts_of_several_countries_with_histories_and_adds_three_twice(made):
    assert (Contact.objects.count(), Duplicate.objects.undecided().count()) == (203, 3)
    countries = {number[:3] for number in ContactNumber.objects.values_list("number", flat=True)}
    assert len(countries) >= 5
    assert CallNote.objects.filter(contact=None).exists()
    assert CallNote.objects.filter(source="3cx").exists()
    assert CallNote.objects.count() > 500
    assert not CallNote.objects.filter(created_at__gt=NOON).exists()


def test_its_numbers_are_canonical(made):
    numbers = set(ContactNumber.objects.values_list("number", flat=True))
    assert {phone.read(number, "SG").number for number in numbers} == numbers


def test_the_same_seed_makes_the_same_data(made):
    def notes() -> list:
        return list(CallNote.objects.order_by("pk").values_list("number", "comments", "agent", "created_at"))

    before = notes()
    for model in (Callback, DoNotDisturb, CallNote, Call, Extension, Contact):
        model.objects.all().delete()
    demo.fill(list(User.objects.filter(is_staff=False).order_by("pk")), now=NOON)
    assert notes() == before


def test_what_it_prints_works(made, settings, client):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    for username, password in re.findall(r"sign in as (\w+), password (\S+)", made.printed):
        assert client.login(username=username, password=password), username
    headers = {"x-api-key": re.search(r"3CX key\s+(\S+)", made.printed)[1]}
    known, unknown, names = (
        client.get(url.removeprefix("http://127.0.0.1:8000"), headers=headers).json()
        for url in re.findall(r"curl '(\S+)'", made.printed)
    )
    assert (known, unknown) == ({"success": True}, {"success": False})
    assert [contact["url"] for contact in names["contacts"]] == re.findall(r"Pop-up +(\S+)", made.printed)
    call, batch = (
        client.post(path, body, content_type="application/json", headers=headers).json()
        for path, body in [
            ("/3cx/calls", re.search(r"calls .+-d '(.+)'", made.printed)[1]),
            ("/3cx/query", re.search(r"query .+-d '(.+)'", made.printed)[1]),
        ]
    )
    assert call == {"success": True, "call": Call.objects.latest("pk").pk}
    assert batch == [{"success": True}, {"success": 1}]


@time_machine.travel(NOON, tick=False)
def test_a_second_run_keeps_the_data_and_prints_the_same(made, settings, capsys):
    settings.DEBUG, settings.BASE_DIR = True, made.folder
    call_command("demo", "--port", "8000")
    assert capsys.readouterr().out == made.printed.partition("\n")[2]
    assert (Contact.objects.count(), User.objects.count(), ApiToken.objects.count()) == (203, 4, 1)


def test_what_opens_the_demonstration_is_for_its_owner_alone(made):
    file = made.folder / "demo-access.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(file.read_text())) == {"admin", "agent", "key", "number"}
