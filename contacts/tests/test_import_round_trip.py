"""An export that is imported: into an empty database it gives the same contacts, into its own it changes nothing."""

import csv
import io
from collections.abc import Callable
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.importing import files, reading, workbooks
from contacts.importing.mapping import Column, Target, guess
from contacts.importing.reading import Dialect
from contacts.importing.rows import Person, Reader
from contacts.models import Contact, ContactNumber
from contacts.models.imports import ImportRun, KeepRule, State
from contacts.spreadsheets import Number, csv_pieces
from contacts.tables import COLUMNS, contacts
from contacts.tests.factories import make_contact
from contacts.tests.import_files import counts, done, imported
from contacts.tests.merges import make_merge
from contacts.workbooks import xlsx_pieces

WRITERS = {"csv": csv_pieces, "xlsx": xlsx_pieces}
HEADINGS = [*COLUMNS, "Number 1", "Label 1"]


def exported(kind: str) -> bytes:
    """All contacts, archived ones too, as the back office exports them."""
    table = contacts(Contact.objects.all(), UTC)
    return b"".join(WRITERS[kind](table.columns, [table.cells(list(table.rows.order_by("name", "pk")))]))


def taken(file: bytes, kind: str, **rules) -> ImportRun:
    run = files.store(io.BytesIO(file), f"contacts.{kind}")
    if run.state == State.READING:
        run = done(run, State.READING)
    ImportRun.objects.filter(pk=run.pk).update(**rules)
    return done(run, State.IMPORTING)


@pytest.fixture
def people() -> None:
    """Whatever an export may have to tell."""
    ada = make_contact("Ada  Example ", "+6591234567", "0123", "0", company="Example, Ltd", email="-ada@example.com")
    ada.numbers.filter(number="0123").update(label="=office")
    make_contact("'=Bea", remarks="-1\r\n=2;+3\n", company="@SUM(1)", archived_at="2026-01-02T03:04Z")
    make_contact("陈 怡君", "+6591234567", remarks=' "quoted", \t')
    make_contact("陈 怡君", "+6591234567")
    cem = make_contact("Cem", "12345678", "+442079460958", "12345678901234567")
    ContactNumber.objects.filter(contact=cem).update(is_primary=False)
    gone = make_contact("Gone", "+12025550123")
    make_merge(make_contact("Kept", "+12025550124"), gone)
    make_contact("Nobody's").delete()
    make_contact("Last", "+12025550199")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", WRITERS)
def test_an_export_gives_an_empty_database_the_same_contacts_and_the_same_export(people, kind):
    file, told = exported(kind), exported("csv")
    count = Contact.objects.count()
    Contact.with_merged.all().delete()
    run = taken(file, kind)
    assert (run.state, counts(run), exported("csv")) == (State.DONE, {"new": count}, told)
    assert make_contact("Later").pk > max(Contact.objects.exclude(name="Later").values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("rule", KeepRule.values)
@pytest.mark.parametrize("kind", WRITERS)
def test_an_export_that_is_imported_where_it_comes_from_changes_nothing(people, kind, rule):
    before = list(Contact.with_merged.values()), list(ContactNumber.objects.values())
    run = taken(exported(kind), kind, keep_rule=rule)
    assert counts(run) == {"unchanged": Contact.objects.count()}
    assert (list(Contact.with_merged.values()), list(ContactNumber.objects.values())) == before


@pytest.mark.django_db
def test_what_is_changed_in_an_export_is_what_changes(people):
    rows = list(csv.reader(io.StringIO(exported("csv").decode("utf-8-sig"), newline="")))
    last = next(row for row in rows if row[1] == "Last")
    last += [""] * (len(rows[0]) - len(last))
    last[rows[0].index("Number 2")], last[rows[0].index("Label 2")] = "9123 0000", "mobile"
    last[rows[0].index("Primary")] = "number 2"
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    run = taken(file.getvalue().encode(), "csv", keep_rule=KeepRule.FILE_WINS)
    assert counts(run) == {"changed": 1, "unchanged": len(rows) - 2}
    expected = [("+6591230000", "mobile", True), ("+12025550199", "", False)]
    stored = Contact.objects.get(name="Last").numbers.values_list("number", "label", "is_primary")
    assert list(stored) == expected
    done(run, State.UNDOING)
    assert list(stored.all()) == [("+12025550199", "", True)]


@pytest.mark.django_db
def test_an_export_from_before_a_merge_is_about_the_contact_that_was_kept(people):
    file = exported("csv")
    kept, merged = Contact.objects.get(name="Kept"), Contact.objects.get(name="Last")
    make_merge(kept, merged)
    assert counts(taken(file, "csv")) == {"unchanged": Contact.objects.count() + 1}


@pytest.mark.django_db
def test_an_id_of_somebody_else_is_not_believed_and_a_free_one_is_taken():
    mira = make_contact("Mira Talvane", "+6591234567")
    lines = [
        f"{mira.pk},Somebody,92223333,no,",
        f"{mira.pk},mira talvane,92224444,no,",
        f"{mira.pk},Renamed,91234567,no,",
        f"{mira.pk},,,,Speaks Mandarin",
        f"{mira.pk + 40_000},Wei Ling,,no,",
        f"{mira.pk + 7},,92225555,no,",
        f"{10**15},Lian Berg,92226666,no,",
        ",Lian Berg,,no,",
    ]
    run = imported("ID,Name,Mobile,Archived,Remarks", *lines)
    assert counts(run) == {"changed": 3, "new": 1, "rejected": 4}
    rejected = [row.faults[0]["fault"] for row in run.kept_rows.filter(outcome="rejected")]
    assert rejected == ["other_contact", "unknown_id", "bad_id", "number_missing"]
    assert Contact.objects.get(name="Wei Ling").pk == mira.pk + 40_000
    assert make_contact("Later").pk > mira.pk + 40_000


def test_a_column_id_of_another_system_is_not_taken_for_ours():
    assert guess(["ID", "Name", "Mobile"], [], "SG")[0] == Column(Target.NOTHING)
    assert [column.target for column in guess(HEADINGS, [], "SG")] == [
        *("id", "name", "company", "email", "remarks", "archived", "primary", "number", "label")
    ]


def read_csv(rows: list[list]) -> list[Person | None]:
    return _read(io.BytesIO(b"".join(csv_pieces(HEADINGS, [rows]))), escaped=True)


def read_xlsx(rows: list[list]) -> list[Person | None]:
    _, pieces = workbooks.as_csv(io.BytesIO(b"".join(xlsx_pieces(HEADINGS, [rows]))))
    return _read(io.BytesIO(b"".join(pieces)), escaped=False)


def _read(file: io.BytesIO, *, escaped: bool) -> list[Person | None]:
    reader = Reader(HEADINGS, guess(HEADINGS, [], "SG"), "SG", escaped=escaped)
    entries = reading.entries(file, Dialect("utf-8-sig", ",", 1))
    return [reader.entry(number, cells).person for number, cells in entries]


# What a database and a workbook can hold: no control characters but the ends of lines, no halves of characters.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r=+-@'＝；;\"", max_codepoint=0x2FFFF)
TEXTS = st.text(LETTERS, max_size=40).filter(lambda text: "\ufffe" not in text and "\uffff" not in text)


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS.filter(bool), TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_every_text_comes_back_as_it_was(read: Callable, texts):
    rows = [
        [place, name, company, "", remarks, "no", "", Number("+6591234567"), label]
        for place, (name, company, remarks, label) in enumerate(texts, 1)
    ]
    assert read(rows) == [
        Person(place, name, company, "", remarks, False, {"+6591234567": label}, "")
        for place, (name, company, remarks, label) in enumerate(texts, 1)
    ]
