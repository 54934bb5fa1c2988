"""One file has all that is held about a person, in words that the person understands, and nothing of others."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from callnotes.models import CallNote, DoNotDisturb
from callnotes.tests.factories import make_agent, make_call, make_note, make_peace, minute
from contacts import subjects
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact
from privacy import erasing, held
from privacy.models import Deed
from privacy.sections import SECTIONS
from privacy.tests.people import EMAIL, FORMER, NAME, NUMBER, WORDS, make_mira

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> Contact:
    return make_mira(make_agent("robin", first_name="Robin", last_name="Agentson"))


def entries(file: dict) -> dict[str, list]:
    return {section["section"]: section["entries"] for section in file["sections"]}


def test_it_has_all_sections_each_with_its_words_and_something_in_it(mira):
    file = json.loads(held.written(subjects.of_contact(mira)))
    assert (file["format"], file["version"], file["numbers"]) == ("dbncrm.held-about", 1, [NUMBER])
    assert [section["section"] for section in file["sections"]] == [section.name for section in SECTIONS]
    for section in file["sections"]:
        assert section["heading"]
        assert section["explanation"]
        assert section["entries"], section["section"]
        assert all(set(entry) == set(section["words"]) for entry in section["entries"])


def test_it_says_what_was_said(mira):
    found = entries(json.loads(held.written(subjects.of_contact(mira))))
    assert [(row["name"], row["email"]) for row in found["contacts"]] == [
        (NAME, EMAIL),
        ("M. Talvane", "m.talvane@example.com"),
    ]
    assert {row["number"] for row in found["call_notes"]} == {NUMBER, FORMER}
    assert WORDS in {row["comments"] for row in found["call_notes"]}
    assert found["calls"][0]["transcript"] == WORDS
    assert found["calls"][0]["started_at"] == "2026-03-04T20:00:00+08:00"
    assert {row["messages"] for row in found["chats"]} == {f"{NAME}: {WORDS}"}
    assert found["drafts"][0]["fields"]["comments"] == WORDS
    assert ["9123 4567 / 8" in row["cells"] for row in found["imported_rows"]].count(True) == 1
    assert found["uploaded_files"][0]["rows"] == [{"row": 2, "cells": [NAME, "9123-4567"]}]
    assert any(row["difference"].get("remarks") == [WORDS, f"{WORDS}, blue"] for row in found["changes_of_contacts"])


def test_it_names_no_colleague(mira):
    text = held.written(subjects.of_contact(mira))
    assert [word for word in ("robin", "Agentson", "clerk") if word in text] == []


def test_what_is_others_or_may_be_is_not_in_it(mira):
    tomas = Contact.objects.get(name="Tomas Ostfield")
    ContactNumber.objects.create(contact=tomas, number=NUMBER)
    make_note(NUMBER, "About a boat.", contact=tomas)
    make_call(NUMBER, minute(9000))
    text = held.written(subjects.of_contact(mira))
    assert [word for word in ("Ostfield", "boat", "tomas@example.com") if word in text] == []
    assert "2026-03-10" not in text
    assert WORDS in text


def test_of_a_number_it_has_all_that_is_on_it(mira):
    tomas = make_contact("Wei Ling", NUMBER)
    make_note(NUMBER, "About a boat.", contact=tomas)
    found = entries(json.loads(held.written(subjects.of_number(NUMBER))))
    assert {"About a boat.", WORDS} <= {row["comments"] for row in found["call_notes"]}
    assert found["contacts"] == []


def test_each_file_is_in_the_history_with_a_key_or_a_masked_number(mira):
    held.written(subjects.of_contact(mira))
    held.written(subjects.of_number(NUMBER))
    keys = ", ".join(map(str, sorted(subjects.keys_of(mira))))
    assert list(Deed.objects.order_by("pk").values_list("kind", "about")) == [
        ("file", f"contact {keys}"),
        ("file", "+659…67"),
    ]
    assert Deed.history.count() == 2


def test_an_erasure_takes_the_masked_number_out_of_what_is_kept_of_files():
    make_note(NUMBER)
    held.written(subjects.of_number(NUMBER))
    held.written(subjects.of_number("1001"))
    assert [deed.about for deed in Deed.objects.order_by("pk")] == ["+659…67", "…1"]
    erasing.erase(subjects.of_number(NUMBER))
    assert [deed.about for deed in Deed.objects.order_by("pk")] == ["", "…1", ""]
    assert [row.about for row in Deed.history.order_by("history_id")] == ["", "…1", ""]


def test_the_name_of_the_file_tells_no_number():
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert held.file_name(subjects.of_number(NUMBER)) == f"held-about-number-{today}.json"
    mira = make_contact(NAME, NUMBER)
    assert held.file_name(subjects.of_contact(mira)) == f"held-about-contact-{mira.pk}-{today}.json"


# The commands


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("spelling", ["91234567", "+65 9123 4567", "006591234567"])
def test_the_command_takes_any_spelling(spelling):
    make_note(NUMBER, "Asked for a quote.")
    assert entries(json.loads(said("held_about", spelling)))["call_notes"][0]["comments"] == "Asked for a quote."
    assert Deed.objects.get().done_by == "manage.py held_about"


def test_the_command_takes_a_contact_and_says_where_there_is_none():
    mira = make_contact(NAME, NUMBER)
    assert entries(json.loads(said("held_about", "--contact", str(mira.pk))))["contacts"][0]["name"] == NAME
    with pytest.raises(CommandError, match="No contact has the key 999"):
        call_command("held_about", "--contact", "999")
    with pytest.raises(CommandError, match="is no phone number"):
        call_command("held_about", "Mira")


def test_erasing_by_command_tells_what_becomes_of_what_and_a_dry_run_leaves_all():
    mira = make_contact(NAME, NUMBER)
    make_note(NUMBER, "Asked for a quote.", contact=mira)
    text = said("erase", "--contact", str(mira.pk), "--dry-run")
    assert "Notes of calls: 1 (stays, without anything that identifies)" in text
    assert text.endswith("Nothing was erased: this was a dry run.\n")
    assert Contact.objects.filter(pk=mira.pk).exists()
    said("erase", "--contact", str(mira.pk), "--yes")
    assert not Contact.objects.exists()
    assert Deed.objects.get().done_by == "manage.py erase"


def test_by_command_a_shared_number_keeps_its_history_unless_it_is_named():
    mira, wei = make_contact(NAME, NUMBER), make_contact("Wei Ling", NUMBER)
    make_note(NUMBER, "About a boat.", contact=wei)
    with pytest.raises(CommandError, match="never had the number"):
        call_command("erase", "--contact", str(mira.pk), "--with-number", "+6598765432", "--yes")
    said("erase", "--contact", str(mira.pk), "--dry-run")
    other = make_contact("Mira T", NUMBER)
    said("erase", "--contact", str(mira.pk), "--yes")
    assert make_note(NUMBER).contact is None
    said("erase", "--contact", str(other.pk), "--with-number", "9123 4567", "--yes")
    assert not Contact.objects.filter(name="Mira T").exists()
    assert "About a boat." not in said("held_about", NUMBER)


def test_of_a_number_the_commands_name_the_contacts_who_keep_it(capsys):
    mira, wei = make_contact(NAME, NUMBER), make_contact("Wei Ling", NUMBER, archived_at=timezone.now())
    make_note(NUMBER, "Asked for a quote.")
    who = f"Contacts with this number, who keep it: {NAME} (--contact {mira.pk}), Wei Ling (--contact {wei.pk})\n"
    call_command("held_about", NUMBER)
    call_command("held_about", "--contact", str(mira.pk))
    assert capsys.readouterr().err == who
    stays = "stays, without anything that identifies"
    parts = f"Notes of calls: 1 ({stays})\nChanges of phone numbers: 2 ({stays})\n"
    assert said("erase", NUMBER, "--dry-run") == f"{parts}{who}Nothing was erased: this was a dry run.\n"
    erased = "Erased. Backups hold it for as long as they are kept: see docs/privacy.md.\n"
    assert said("erase", NUMBER, "--yes") == f"{parts}{who}{erased}{who}"
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("how", ["--dry-run", "--yes"])
def test_a_dry_run_is_refused_as_the_erasing_is(settings, how):
    """Without the key, the wish of whoever does not want to be called could not be kept."""
    settings.DO_NOT_DISTURB_KEY = ""
    make_peace(NUMBER)
    with pytest.raises(CommandError) as refused:
        said("erase", NUMBER, how)
    assert str(refused.value) == erasing.refusal(erasing.KeyMissing())
    assert DoNotDisturb.objects.get().number == NUMBER


def test_without_a_terminal_nothing_is_erased_and_no_traceback_shown(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO())
    make_note(NUMBER)
    with pytest.raises(CommandError) as refused:
        said("erase", NUMBER)
    assert str(refused.value) == "Nothing was erased: say --yes."
    assert CallNote.objects.get().number == NUMBER
