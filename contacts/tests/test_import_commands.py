"""`import_contacts` and the worker's `run_imports`."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contacts.importing import running
from contacts.management.commands import import_contacts
from contacts.models import Contact
from contacts.models.imports import ImportRun, State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, counts, csv_file, xlsx_file

pytestmark = pytest.mark.django_db

MIRA = ("Name,Mobile", "Mira Talvane,6591234567")


def a_file(folder: Path, *lines: str, name: str = "people.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(csv_file(*lines, encoding=encoding).getvalue())
    return path


def test_it_tells_how_the_file_is_read_and_what_became_of_it(tmp_path, capsys):
    call_command("import_contacts", a_file(tmp_path, "All customers", *MIRA, "", ","))
    run = ImportRun.objects.get()
    assert capsys.readouterr().out.splitlines() == [
        "people.csv: UTF-8, delimiter ,, headings in row 2.",
        "  Name: name",
        "  Mobile: number:mobile",
        "Rows: 1. New: 1, changed: 0, unchanged: 0, rejected: 0, repaired: 1."
        f" It is import {run.pk} in the back office.",
    ]
    assert [str(number) for number in Contact.objects.get().numbers.all()] == ["+65 9123 4567"]


def test_its_progress_says_at_which_row_of_the_file_it_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(import_contacts, "TOLD_EVERY_SECONDS", 0)
    lines = [f"Person {place},9123{place:04}" for place in range(1200)]
    call_command("import_contacts", a_file(tmp_path, "Name,Mobile", *lines), "--check")
    said = capsys.readouterr().out.splitlines()
    assert said[3:] == [
        "At row 1,001 of 1,201 (83 %) ...",
        "At row 1,201 of 1,201 (100 %) ...",
        "Rows: 1,200. New: 1,200, changed: 0, unchanged: 0, rejected: 0, repaired: 0. Nothing was written.",
    ]


def test_rejected_rows_stand_in_a_file_beside_it_and_none_is_overwritten(tmp_path):
    file = a_file(tmp_path, *MIRA, "Tomas Ostfield,none at all")
    for name in ("people.rejected.csv", "people.rejected-2.csv"):
        with pytest.raises(CommandError, match="Rejected: 1"):
            call_command("import_contacts", file)
        assert (tmp_path / name).read_text(encoding="utf-8-sig").splitlines() == [
            "Name,Mobile,Reason",
            'Tomas Ostfield,none at all,"Mobile, “none at all”: It is no phone number. Mend it, or empty the cell."',
        ]


def test_a_check_writes_nothing_and_keeps_no_file(tmp_path, capsys):
    call_command("import_contacts", a_file(tmp_path, *MIRA), "--check")
    assert "Nothing was written." in capsys.readouterr().out
    assert (Contact.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_a_check_keeps_no_file_where_rows_would_be_rejected_either(tmp_path):
    with pytest.raises(CommandError, match="Rejected: 1"):
        call_command("import_contacts", a_file(tmp_path, *MIRA, "Tomas Ostfield,none at all"), "--check")
    assert "Tomas Ostfield" in (tmp_path / "people.rejected.csv").read_text(encoding="utf-8-sig")
    assert (Contact.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_what_the_options_say_comes_before_what_is_guessed(tmp_path):
    make_contact("Somebody Else", "+6591234567")
    file = a_file(tmp_path, "title", "Wer;Wo", "Jürgen;91234567", encoding="cp1252")
    options = ["--encoding=cp1252", "--delimiter=semicolon", "--header-row=2", "--shared=add", "--keep=file_wins"]
    call_command("import_contacts", file, *options, "--column=Wer=name", "--column=wo=number:direct")
    assert Contact.objects.get(name="Jürgen").numbers.get().label == "direct"


def test_a_workbook_is_imported(tmp_path):
    path = tmp_path / "people.xlsx"
    path.write_bytes(xlsx_file(["Name", "Mobile"], ["Mira Talvane", 6591234567]).getvalue())
    call_command("import_contacts", path)
    assert Contact.objects.get().numbers.get().number == "+6591234567"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--column=Nope=name"], "There is no column Nope. The columns are: Name, Mobile."),
        (["--column=Name=nickname"], "nickname is nothing that a column can be"),
        (["--mapping=Monthly"], "No mapping is saved as Monthly. Saved are: none."),
        (["--sheet=A"], "Only an XLSX file has sheets"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(tmp_path, options, said):
    with pytest.raises(CommandError, match=said):
        call_command("import_contacts", a_file(tmp_path, *MIRA), *options)
    assert Contact.objects.count() == 0


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_contacts", tmp_path / "nothing.csv")


def test_the_worker_does_what_is_due_the_longest_waiting_first_and_ends_when_asked():
    runs = [an_import("Name,Mobile", f"Person {place},9123456{place}") for place in range(3)]
    for run in runs:
        running.ask(run, State.IMPORTING)
    call_command("run_imports", "--once")
    assert [counts(run) for run in ImportRun.objects.order_by("finished_at")] == [{"new": 1}] * 3
    assert [run.pk for run in ImportRun.objects.order_by("finished_at")] == [run.pk for run in runs]
