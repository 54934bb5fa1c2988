"""The contract's dispositions come with a migration, and go with it; notes from before get what later ones have."""

import importlib

import pytest
from django.apps import apps
from django.core.management import call_command

from callnotes.models import Call, Callback, CallNote, Disposition, DoNotDisturb
from callnotes.tests.factories import (
    make_agent,
    make_call,
    make_callback,
    make_disposition,
    make_missed,
    make_note,
    minute,
)

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
LABELS_AND_LEDGER = importlib.import_module("callnotes.migrations.0005_labels_and_ledger_of_notes")


def _migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0, interactive=False)


@pytest.fixture
def migrated(transactional_db):
    yield
    _migrate()


def test_the_contracts_dispositions_come_and_go_with_their_migration(migrated):
    Disposition.objects.create(key="wrong_number", label="Wrong Number")
    before = list(Disposition.objects.order_by("key").values())
    _migrate("callnotes", "0001")
    assert list(Disposition.objects.values_list("key", flat=True)) == ["wrong_number"]
    _migrate()
    after = list(Disposition.objects.order_by("key").values())
    assert [row | {"id": 0} for row in after] == [row | {"id": 0} for row in before]


def _ledger() -> list[tuple]:
    """Of each entry: its number, the words of its note, who set it, and since when."""
    rows = DoNotDisturb.objects.order_by("set_at")
    return list(rows.values_list("number", "note__comments", "set_by__username", "set_at", "ends_at", "lifted_at"))


def _labels() -> list[tuple[str, str]]:
    return list(CallNote.objects.order_by("created_at").values_list("comments", "disposition_label"))


def _write_notes() -> None:
    """Notes that ask for peace, that did before they were corrected, and that do since; and others."""
    agent = make_agent("robin")
    make_disposition("peace", "Peace", sets_do_not_disturb=True)
    first = make_note(NUMBER, "Taken back.", key="do_not_disturb", agent=agent, now=minute(1))
    make_note(NUMBER, "Not so.", agent=agent, corrects=first, now=minute(2))
    second = make_note(NUMBER, "Said.", key="do_not_disturb", now=minute(3))
    make_note(NUMBER, "Said again.", key="peace", agent=agent, corrects=second, now=minute(4))
    third = make_note(OTHER_NUMBER, "Other.", now=minute(5))
    make_note(OTHER_NUMBER, "Peace.", key="peace", corrects=third, now=minute(6))
    make_note(OTHER_NUMBER, "Of the phone system.", key="do_not_disturb", source="3cx", now=minute(7))


LABELS = [
    ("Taken back.", "Do not Disturb"),
    ("Not so.", "Completed"),
    ("Said.", "Do not Disturb"),
    ("Said again.", "Peace"),
    ("Other.", "Completed"),
    ("Peace.", "Peace"),
    ("Of the phone system.", "Do not Disturb"),
]
LEDGER = [
    (NUMBER, "Said again.", "robin", minute(4), None, None),
    (OTHER_NUMBER, "Peace.", None, minute(6), None, None),
    (OTHER_NUMBER, "Of the phone system.", None, minute(7), None, None),
]


def test_notes_from_before_get_the_labels_of_their_dispositions_and_stand_in_the_ledger_once_unless_corrected(migrated):
    """However often the migration runs, which goes back and forth here."""
    _write_notes()
    for before in ("0003", "0004"):
        _migrate("callnotes", before)
        _migrate("callnotes", "0005")
    _migrate()
    assert (_labels(), _ledger()) == (LABELS, LEDGER)


@pytest.mark.django_db
def test_a_number_whose_ledger_was_lifted_is_not_entered_anew():
    make_note(NUMBER, "No calls.", key="do_not_disturb", now=minute(1))
    DoNotDisturb.objects.update(lifted_at=minute(2))
    LABELS_AND_LEDGER.fill_ledger(apps, None)
    assert _ledger() == [(NUMBER, "No calls.", None, minute(1), None, minute(2))]


@pytest.mark.django_db
def test_the_models_have_no_change_without_a_migration():
    call_command("makemigrations", "contacts", "callnotes", check=True, dry_run=True, verbosity=0)


def test_what_reports_count_by_is_filled_for_rows_from_before(migrated):
    first = make_note(NUMBER, key="schedule_later", now=minute(0))
    second = make_note(NUMBER, key="schedule_later", corrects=first, now=minute(1))
    make_note(NUMBER, corrects=second, now=minute(2))
    make_callback(OTHER_NUMBER, minute(3))
    make_note(OTHER_NUMBER, now=minute(4))
    for extension in ("101", "102"):
        make_missed(NUMBER, minute(5), extension=extension)
    make_call(NUMBER, minute(5), extension="103")
    before = what_reports_count_by()
    _migrate("callnotes", "0005")
    _migrate()
    assert what_reports_count_by() == before
    written, legs, ended = before
    assert (written, legs) == ([minute(0)] * 3 + [minute(3), minute(4)], [False, False, True])
    assert ended == ["taken back", "taken back", "kept"]


def what_reports_count_by() -> tuple[list, list, list]:
    """When notes were first written, which legs count, and what became of promises, each in the order of keys."""
    columns = [(CallNote, "first_written_at"), (Call, "is_counted"), (Callback, "closed_as")]
    return tuple(list(model.objects.order_by("pk").values_list(name, flat=True)) for model, name in columns)
