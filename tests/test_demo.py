"""Demonstration data: made once, from a seed, into an empty database alone."""

import json
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from callnotes.models import Call, Callback, CallNote, DoNotDisturb
from callnotes.tests.factories import make_agent
from contacts import phone
from contacts.models import Contact, ContactNumber, Duplicate
from dbncrm import demo
from integrations_3cx.models import ApiToken

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def folder(settings, tmp_path):
    settings.DEBUG = True
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.BASE_DIR = tmp_path
    return tmp_path


def test_it_makes_two_hundred_contacts_of_several_countries_with_histories_and_adds_three_twice():
    demo.fill([make_agent()], now=NOON)
    assert (Contact.objects.count(), Duplicate.objects.undecided().count()) == (203, 3)
    countries = {number[:3] for number in ContactNumber.objects.values_list("number", flat=True)}
    assert len(countries) >= 5
    assert CallNote.objects.filter(contact=None).exists()
    assert CallNote.objects.filter(source="3cx").exists()
    assert CallNote.objects.count() > 500
    assert not CallNote.objects.filter(created_at__gt=NOON).exists()


def test_the_same_seed_makes_the_same_data():
    agent = make_agent()

    def made() -> list:
        demo.fill([agent], now=NOON)
        notes = list(CallNote.objects.order_by("pk").values_list("number", "comments", "created_at"))
        for model in (Callback, DoNotDisturb, CallNote):
            model.objects.all().delete()
        Contact.objects.all().delete()
        return notes

    assert made() == made()


def test_what_it_prints_works(folder, capsys, client):
    call_command("demo", "--port", "8000")
    printed = capsys.readouterr().out
    for username, password in re.findall(r"sign in as (\w+), password (\S+)", printed):
        assert client.login(username=username, password=password), username
    headers = {"x-api-key": re.search(r"3CX key\s+(\S+)", printed)[1]}
    known, unknown, names = (
        client.get(url.removeprefix("http://127.0.0.1:8000"), headers=headers).json()
        for url in re.findall(r"curl '(\S+)'", printed)
    )
    assert (known, unknown) == ({"success": True}, {"success": False})
    assert [contact["url"] for contact in names["contacts"]] == re.findall(r"Pop-up +(\S+)", printed)
    call, batch = (
        client.post(path, body, content_type="application/json", headers=headers).json()
        for path, body in [
            ("/3cx/calls", re.search(r"calls .+-d '(.+)'", printed)[1]),
            ("/3cx/query", re.search(r"query .+-d '(.+)'", printed)[1]),
        ]
    )
    assert call == {"success": True, "call": Call.objects.latest("pk").pk}
    assert batch == [{"success": True}, {"success": 1}]


def test_a_second_run_keeps_the_data_and_prints_the_same(folder, capsys):
    with time_machine.travel(NOON, tick=False):
        call_command("demo", "--port", "8000")
        first = capsys.readouterr().out.partition("\n")[2]
        call_command("demo", "--port", "8000")
    assert capsys.readouterr().out == first
    assert (Contact.objects.count(), User.objects.count(), ApiToken.objects.count()) == (203, 4, 1)


def test_what_opens_the_demonstration_is_for_its_owner_alone(folder):
    call_command("demo")
    file = folder / "demo-access.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(file.read_text())) == {"admin", "agent", "key", "number"}


def test_it_never_mixes_with_real_data(folder, capsys):
    make_agent()
    call_command("demo")
    assert capsys.readouterr().out == "DBN CRM serves on http://127.0.0.1:8000/ from your own data.\n"
    assert not Contact.objects.exists()


def test_it_refuses_production(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for DEBUG=on alone"):
        call_command("demo")
    assert not User.objects.exists()


def test_its_numbers_are_canonical():
    demo.fill([make_agent()], now=NOON)
    numbers = set(ContactNumber.objects.values_list("number", flat=True))
    assert {phone.read(number, "SG").number for number in numbers} == numbers
