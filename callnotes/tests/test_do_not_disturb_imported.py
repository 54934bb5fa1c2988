"""A list of numbers that are not to be called: an export of the ledger, or any other, is taken into it."""

import io
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from callnotes import do_not_disturb, tables
from callnotes.importing_do_not_disturb import Ledger, Outcome
from callnotes.models import DoNotDisturb
from callnotes.suppression import digest
from callnotes.tests.factories import NOON, make_agent, make_note, make_peace, minute
from contacts import phone
from contacts.spreadsheets import csv_pieces
from contacts.tests.factories import make_contact
from contacts.tests.import_files import xlsx_file
from contacts.workbooks import xlsx_pieces

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER, THIRD_NUMBER = "+6591234567", "+12025550123", "+442079460958"
MOST_QUERIES = 20
WRITERS = {"csv": csv_pieces, "xlsx": xlsx_pieces}


@pytest.fixture(autouse=True)
def robin():
    return make_agent("robin", first_name="Robin", last_name="Agent")


def exported(kind: str = "csv") -> bytes:
    table = tables.do_not_disturb(DoNotDisturb.objects.all(), UTC)
    rows = list(table.cells(list(table.rows.order_by("pk"))))
    return b"".join(WRITERS[kind](table.columns, [rows]))


def take(folder: Path, content: bytes, *options: str, name: str = "list.csv") -> None:
    path = folder / name
    path.write_bytes(content)
    call_command("import_do_not_disturb", path, "--by=robin", *options)


def in_force() -> list[tuple]:
    entries = DoNotDisturb.objects.in_force(timezone.now()).order_by("number", "pk")
    return [(entry.number, entry.why, entry.set_at, entry.ends_at) for entry in entries]


@pytest.fixture
def ledger(robin) -> None:
    make_contact("Ada Example", NUMBER)
    make_peace(NUMBER, minute(0), "=Letter.", set_by=robin, ends_at=timezone.now() + timedelta(days=9))
    make_note(OTHER_NUMBER, "Wants no calls.", key="do_not_disturb", source="3cx", now=minute(1))
    make_peace("1001", minute(2), "Over.", set_by=robin, ends_at=NOON + timedelta(hours=1))
    make_peace(THIRD_NUMBER, minute(3), "Lifted.", set_by=robin)
    do_not_disturb.lift(THIRD_NUMBER, robin, "Changed their mind.", now=minute(9))


@pytest.mark.parametrize("kind", WRITERS)
def test_an_export_of_the_ledger_changes_nothing_and_brings_it_back_where_it_is_empty(ledger, tmp_path, kind, capsys):
    file, before = exported(kind), list(DoNotDisturb.objects.values())
    take(tmp_path, file)
    assert list(DoNotDisturb.objects.values()) == before
    assert capsys.readouterr().out == "Added: 0, unchanged: 2, lifted or over: 2, rejected: 0.\n"
    told = [(number, why, since, ends and ends.replace(microsecond=0)) for number, why, since, ends in in_force()]
    DoNotDisturb.objects.all().delete()
    take(tmp_path, file)
    assert in_force() == told
    assert set(DoNotDisturb.objects.values_list("set_by__username", flat=True)) == {"robin"}


def test_of_any_list_the_new_numbers_are_added_once_and_a_check_adds_none(tmp_path, capsys):
    rows = b"Phone,Reason\r\n9123 4567,Letter.\r\n+65 9123 4567,Again.\r\n+12025550123,\r\n"
    take(tmp_path, rows, "--check")
    assert (in_force(), capsys.readouterr().out) == (
        [],
        "Added: 2, unchanged: 1, lifted or over: 0, rejected: 0. Nothing was written.\n",
    )
    take(tmp_path, rows)
    assert [entry[:2] for entry in in_force()] == [(OTHER_NUMBER, ""), (NUMBER, "Letter.")]
    take(tmp_path, rows)
    assert DoNotDisturb.objects.count() == 2


def make_kept_wish(**fields) -> DoNotDisturb:
    """The wish of NUMBER, which was erased."""
    kept = digest(NUMBER, settings.DO_NOT_DISTURB_KEY)
    return make_peace(phone.erased_number(), reason="", number_digest=kept, **fields)


@pytest.mark.parametrize("option", ["--check", "--verbosity=1"])
def test_a_number_that_was_erased_and_is_not_to_be_called_is_not_stored_again(tmp_path, capsys, option):
    make_kept_wish()
    take(tmp_path, f"Number\r\n{NUMBER}\r\n{OTHER_NUMBER}\r\n".encode(), option)
    assert capsys.readouterr().out.startswith("Added: 1, unchanged: 1, lifted or over: 0, rejected: 0.")
    assert not DoNotDisturb.objects.filter(number=NUMBER).exists()


def test_a_list_that_asks_for_longer_than_the_wish_of_an_erased_number_is_stored(tmp_path):
    make_kept_wish(ends_at=timezone.now() + timedelta(days=1))
    take(tmp_path, f"Number\r\n{NUMBER}\r\n".encode())
    assert DoNotDisturb.objects.filter(number=NUMBER).count() == 1


def test_what_lasts_longer_than_what_is_in_force_is_added(tmp_path):
    make_peace(NUMBER, minute(0), "For a while.", ends_at=timezone.now() + timedelta(days=1))
    take(tmp_path, xlsx_file(["Number", "Reason"], [NUMBER, "For ever."]).getvalue())
    assert [entry[1] for entry in in_force()] == ["For a while.", "For ever."]


def test_rejected_rows_stand_in_a_file_with_the_reason_and_the_others_are_taken(tmp_path):
    rows = "\r\n".join(["Number,Until", "none,", f"{NUMBER},tomorrow", f"{OTHER_NUMBER},", f"{NUMBER} / 98765432,"])
    with pytest.raises(CommandError, match=r"Rejected: 3\. They stand in .*list.rejected.csv"):
        take(tmp_path, rows.encode())
    moment = "tomorrow is no moment. Write it as 2026-03-04T20:00:00+08:00, or empty the cell."
    assert (tmp_path / "list.rejected.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "Number,Until,Why it was rejected",
        "none,,A row is about one number. Write one in each.",
        f'\'{NUMBER},tomorrow,"{moment}"',
        f"'{NUMBER} / 98765432,,A row is about one number. Write one in each.",
    ]
    assert [entry[0] for entry in in_force()] == [OTHER_NUMBER]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Name,Company\r\nMira,Korfield Motors\r\n", "needs one column of phone numbers"),
        (b"Number,Phone\r\n91234567,91234567\r\n", "needs one column of phone numbers"),
        (b"Number\r\n", "no rows below its headings"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "a workbook of Excel 97-2003 or one with a password"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path, content, said):
    with pytest.raises(CommandError, match=said):
        take(tmp_path, content)


@pytest.mark.parametrize("rows", [1, 300])
def test_many_numbers_are_added_with_few_queries(robin, rows, django_assert_max_num_queries):
    content = "Number\r\n" + "".join(f"+65912{row:05}\r\n" for row in range(rows))
    ledger = Ledger(lambda: io.BytesIO(content.encode()))
    with django_assert_max_num_queries(MOST_QUERIES):
        assert {taken.outcome for taken in ledger.take(robin)} == {Outcome.ADDED}
    assert DoNotDisturb.objects.count() == rows


def test_a_reason_stands_under_its_heading_and_takes_the_place_of_the_one_before(tmp_path):
    rows = b"Number,Why it was rejected,Until\r\nnone\r\nnone,It was none before.,,too much\r\n"
    with pytest.raises(CommandError, match=r"Rejected: 2\."):
        take(tmp_path, rows)
    assert (tmp_path / "list.rejected.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "Number,Until,Why it was rejected",
        "none,,A row is about one number. Write one in each.",
        "none,,A row is about one number. Write one in each.,too much",
    ]


def test_rejected_rows_of_each_run_are_kept_and_none_are_overwritten(tmp_path):
    for name in ("list.rejected.csv", "list.rejected-2.csv"):
        with pytest.raises(CommandError, match=rf"They stand in .*/{name}, with reasons"):
            take(tmp_path, b"Number\r\nnone\r\n")
        assert (tmp_path / name).read_text(encoding="utf-8-sig").splitlines() == [
            "Number,Why it was rejected",
            "none,A row is about one number. Write one in each.",
        ]


def test_who_sets_it_has_to_be_somebody(tmp_path):
    with pytest.raises(CommandError, match="Nobody signs in as nobody"):
        call_command("import_do_not_disturb", tmp_path / "list.csv", "--by=nobody")
