"""An import: what its check promises, what it writes, how it goes on after a crash, and how it is undone."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from contacts import unmerging
from contacts.importing import files, running
from contacts.importing.rejected import rejected_lines
from contacts.models import Contact, ContactNumber
from contacts.models.imports import ImportPiece, ImportRow, ImportRun, KeepRule, SharedRule, State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, counts, csv_file, done, imported, xlsx_file
from contacts.tests.merges import make_merge, numbers_of

pytestmark = pytest.mark.django_db

HEADINGS = "Name,Company,E-mail,Mobile,Office,Remarks"
MIRA = "Mira Talvane,Korfield Motors,mira@example.com,91234567,,Speaks Mandarin"
TOMAS = "Tomas Ostfield,,,98765432,6123 4567,"


def people() -> list[tuple]:
    """Every contact, with its numbers and their labels."""
    return [
        (
            contact.name,
            contact.company,
            contact.email,
            contact.remarks,
            {number.number: number.label for number in contact.numbers.order_by("pk")},
        )
        for contact in Contact.objects.order_by("pk")
    ]


def many(count: int) -> list[str]:
    return [HEADINGS, *(f"Person {place},,,+65912{place:05},," for place in range(count))]


def test_rows_become_contacts_with_their_labelled_numbers():
    run = imported(HEADINGS, MIRA, TOMAS)
    assert (run.state, counts(run)) == (State.DONE, {"new": 2})
    assert people() == [
        ("Mira Talvane", "Korfield Motors", "mira@example.com", "Speaks Mandarin", {"+6591234567": "mobile"}),
        ("Tomas Ostfield", "", "", "", {"+6598765432": "mobile", "+6561234567": "office"}),
    ]
    primary = ContactNumber.objects.filter(is_primary=True).values_list("number", flat=True)
    assert set(primary) == {"+6591234567", "+6598765432"}


def test_what_is_derived_is_written_too():
    imported(HEADINGS, MIRA)
    assert [contact.name for contact in Contact.objects.matching("korfield")] == ["Mira Talvane"]
    assert [contact.name for contact in Contact.objects.matching("4567")] == ["Mira Talvane"]
    imported(HEADINGS, MIRA.replace("Korfield Motors", "Selrath Travel"), keep_rule=KeepRule.FILE_WINS)
    assert [contact.name for contact in Contact.objects.matching("selrath")] == ["Mira Talvane"]


def test_a_check_counts_what_the_import_then_does_and_writes_no_contact():
    make_contact("Tomas Ostfield", "+6598765432")
    make_contact("Somebody Else", "+6561112222")
    lines = [
        *(HEADINGS, MIRA, TOMAS, MIRA, "mira talvane,,,91234567,61110000,More"),
        *(
            "Nobody,,,,,",
            "Lian Berg,,,61112222,,",
            ",,,,,",
            "Lian Berg,,nonsense,92223333,,",
            "Wei Ling,,,6592224444,,",
        ),
    ]
    run = done(an_import(*lines), State.CHECKING)
    expected = {"new": 2, "changed": 2, "unchanged": 1, "rejected": 3, "repaired": 1}
    assert (run.state, counts(run), Contact.objects.count()) == (State.CHECKED, expected, 2)
    run = done(run, State.IMPORTING)
    assert (run.state, counts(run), Contact.objects.count()) == (State.DONE, expected, 4)


def test_a_check_across_batches_counts_what_the_import_then_does(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    lines = [HEADINGS, MIRA, TOMAS, MIRA, "Mira Talvane,,,91234567,61110000,", "Lian Berg,,,61110000,,", TOMAS]
    run = done(an_import(*lines), State.CHECKING)
    expected = {"new": 2, "changed": 1, "unchanged": 2, "rejected": 1}
    assert counts(run) == expected
    assert counts(done(run, State.IMPORTING)) == expected


def test_importing_the_same_file_again_changes_nothing():
    imported(HEADINGS, MIRA, TOMAS)
    assert counts(imported(HEADINGS, MIRA, TOMAS)) == {"unchanged": 2}
    assert Contact.objects.count() == 2


def test_a_contact_keeps_what_it_has_and_gets_what_it_lacks():
    make_contact("Mira Talvane", "+6591234567", company="Her own")
    assert counts(imported(HEADINGS, MIRA.replace(",91234567,,", ",91234567,61234567,"))) == {"changed": 1}
    assert people() == [
        (
            "Mira Talvane",
            "Her own",
            "mira@example.com",
            "Speaks Mandarin",
            {"+6591234567": "mobile", "+6561234567": "office"},
        )
    ]


def test_where_the_file_wins_an_empty_cell_still_changes_nothing():
    make_contact("Mira Talvane", "+6591234567", "+6561234567", company="Her own", remarks="Hers")
    run = imported(HEADINGS, "MIRA TALVANE,Korfield Motors,,91234567,,", keep_rule=KeepRule.FILE_WINS)
    assert counts(run) == {"changed": 1}
    numbers = {"+6591234567": "mobile", "+6561234567": ""}
    assert people() == [("MIRA TALVANE", "Korfield Motors", "", "Hers", numbers)]


@pytest.mark.parametrize(
    ("rule", "expected", "names"),
    [
        (SharedRule.REJECT, {"rejected": 1}, ["Elsa Fenquist"]),
        (SharedRule.UPDATE, {"changed": 1}, ["Elsa Fenquist"]),
        (SharedRule.ADD, {"new": 1}, ["Elsa Fenquist", "Mira Talvane"]),
    ],
)
def test_a_number_of_somebody_else_is_dealt_with_as_chosen(rule, expected, names):
    make_contact("Elsa Fenquist", "+6591234567")
    assert counts(imported(HEADINGS, MIRA, shared_rule=rule)) == expected
    assert [contact.name for contact in Contact.objects.order_by("pk")] == names


def test_zeros_in_place_of_a_number_make_nobody_one_person():
    rows = ("One,91237001,0", "Two,91237002,00000000", "Three,+000,")
    run = imported("Name,Mobile,Office", *rows, keep_rule=KeepRule.FILE_WINS, shared_rule=SharedRule.UPDATE)
    assert [*ContactNumber.objects.order_by("number").values_list("contact__name", "number")] == [
        ("One", "+6591237001"),
        ("Two", "+6591237002"),
    ]
    assert counts(run) == {"new": 2, "rejected": 1, "repaired": 2}
    assert [row.faults for row in run.kept_rows.filter(outcome="rejected")] == [
        [{"fault": "number_missing", "column": "", "cell": ""}]
    ]


def test_of_several_holders_none_is_updated_by_chance():
    make_contact("Elsa Fenquist", "+6591234567")
    make_contact("Jonas Quist", "+6591234567")
    run = imported(HEADINGS, MIRA, shared_rule=SharedRule.UPDATE)
    assert [row.faults[0]["fault"] for row in run.kept_rows.all()] == ["several_holders"]


def test_archived_is_taken_from_the_file_where_the_file_wins():
    mira = make_contact("Mira Talvane", "+6591234567")
    lines = ["Name,Number,Archived", "Mira Talvane,91234567,yes", "Tomas Ostfield,98765432,maybe"]
    assert counts(imported(*lines)) == {"unchanged": 1, "rejected": 1}
    run = imported(*lines, keep_rule=KeepRule.FILE_WINS)
    mira.refresh_from_db()
    assert (counts(run), mira.archived_at is None) == ({"changed": 1, "rejected": 1}, False)
    done(run, State.UNDOING)
    mira.refresh_from_db()
    assert mira.archived_at is None


def test_rejected_rows_come_back_with_the_reason_and_can_be_imported_after_mending():
    lines = [HEADINGS, MIRA, 'Lian Berg,"A, B",,6.59E+9,,=1+1', "Wei Ling,,,92224444,,,beyond"]
    run = imported(*lines)
    [headings, lian, wei] = list(rejected_lines(run))
    lost = "Mobile, “6.59E+9”: A spreadsheet has lost digits of it. Write the number in full, as text."
    beyond = "“beyond”: The row has more cells than there are headings. Does a delimiter lack quotes?"
    assert headings == f"\ufeff{HEADINGS},Reason\r\n"
    assert lian == f'Lian Berg,"A, B",,6.59E+9,,\'=1+1,"{lost}"\r\n'
    assert wei == f"Wei Ling,,,92224444,,,{beyond},beyond\r\n"
    mended = imported(headings.strip("\r\n\ufeff"), lian.replace("6.59E+9,", "92223333,", 1).strip())
    assert counts(mended) == {"new": 1, "repaired": 1}
    assert people()[1] == ("Lian Berg", "A, B", "", "=1+1", {"+6592223333": "mobile"})


def test_every_repair_is_kept_to_be_shown():
    run = done(an_import(HEADINGS, 'Mira Talvane,,,6591234567,"=""+6561234567""",'), State.CHECKING)
    assert [(row.number, row.repairs) for row in run.kept_rows.all()] == [
        (
            2,
            [
                {"column": "Mobile", "cell": "6591234567", "became": ["+6591234567"], "repairs": ["plus"]},
                {"column": "Office", "cell": '="+6561234567"', "became": ["+6561234567"], "repairs": ["formula"]},
            ],
        )
    ]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)


def test_a_worker_that_dies_leaves_the_rest_to_another_and_nothing_is_doubled(small_batches):
    run = an_import(*many(35))
    running.ask(run, State.IMPORTING)

    def die(at: ImportRun) -> None:
        if at.rows_done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.work(running.claim(), die)
    assert (Contact.objects.count(), running.claim()) == (20, None)
    ImportRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    run = running.work(running.claim())
    assert (run.state, counts(run)) == (State.DONE, {"new": 35})
    assert (Contact.objects.count(), ContactNumber.objects.count(), ImportRow.objects.count()) == (35, 35, 35)


def test_a_worker_whose_lease_another_has_taken_over_writes_nothing_more(small_batches):
    running.ask(an_import(*many(35)), State.IMPORTING)

    def lose_the_lease(_at: ImportRun) -> None:
        ImportRun.objects.update(lease=uuid.uuid4())

    run = running.work(running.claim(), lose_the_lease)
    assert (run.state, Contact.objects.count()) == (State.IMPORTING, 10)


def test_a_worker_that_is_ending_leaves_the_run_to_another_at_once(small_batches):
    running.ask(an_import(*many(35)), State.IMPORTING)
    running.work(running.claim(), is_ending=lambda: True)
    assert Contact.objects.count() == 10
    assert counts(running.work(running.claim())) == {"new": 35}


def test_an_import_is_stopped_after_a_batch_and_goes_on_where_it_was(small_batches):
    run = an_import(*many(35))
    running.ask(run, State.IMPORTING)
    run = running.work(running.claim(), running.stop)
    assert (run.state, run.rows_done, Contact.objects.count()) == (State.STOPPED, 11, 10)
    run = done(run, State.IMPORTING)
    assert (run.state, counts(run), Contact.objects.count()) == (State.DONE, {"new": 35}, 35)


def test_what_cannot_be_done_now_is_refused():
    run = imported(HEADINGS, MIRA)
    for refused in (lambda: running.ask(run, State.IMPORTING), lambda: running.stop(run)):
        with pytest.raises(running.NotNow):
            refused()
    assert ImportRun.objects.get().state == State.DONE


def test_the_file_is_dropped_when_it_is_imported():
    run = an_import(HEADINGS, MIRA)
    assert ImportPiece.objects.count() == 1
    done(run, State.IMPORTING)
    assert ImportPiece.objects.count() == 0


def test_an_undone_import_leaves_everything_as_it_was(small_batches):
    make_contact("Mira Talvane", "+6591234567", company="Her own")
    before = people()
    lines = [*many(25), MIRA, "Person 3,Later,,+6591200003,61234567,", "Mira Talvane,,,91234567,61110000,"]
    run = imported(*lines)
    assert counts(run) == {"new": 25, "changed": 3}
    run = done(run, State.UNDOING)
    assert (run.state, run.undone, run.kept, people()) == (State.UNDONE, 28, 0, before)
    assert ContactNumber.objects.get().is_primary


def test_what_somebody_changed_since_is_kept_and_listed():
    make_contact("Mira Talvane", "+6591234567")
    run = imported(HEADINGS, MIRA, TOMAS, "Wei Ling,,,92224444,,", "Lian Berg,,,92225555,,")
    Contact.objects.filter(name="Mira Talvane").update(company="Changed since")
    ContactNumber.objects.create(contact=Contact.objects.get(name="Tomas Ostfield"), number="+6567654321")
    Contact.objects.get(name="Lian Berg").delete()
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept) == (1, 3)
    assert list(run.kept_rows.filter(undo="kept").values_list("number", flat=True)) == [2, 3, 5]
    assert [(person[0], person[1]) for person in people()] == [
        ("Mira Talvane", "Changed since"),
        ("Tomas Ostfield", ""),
    ]


def test_a_contact_that_another_was_merged_into_since_is_kept():
    run = imported(HEADINGS, MIRA)
    mira = Contact.objects.get()
    make_merge(mira, make_contact("Mira T."))
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept, Contact.with_merged.count()) == (0, 1, 2)


def test_rows_that_are_undone_remember_nothing_of_their_contacts():
    make_contact("Mira Talvane", "+6591234567", company="Her own")
    run = imported(HEADINGS, MIRA, TOMAS, "Wei Ling,,,92224444,,")
    assert run.kept_rows.filter(after=None).count() == 0
    Contact.objects.get(name="Wei Ling").delete()
    done(run, State.UNDOING)
    told = ("number", "undo", "cells", "before", "after", "digest")
    assert list(run.kept_rows.values_list(*told)) == [
        (2, "undone", [], None, None, ""),
        (3, "undone", [], None, None, ""),
        (4, "kept", [], None, None, ""),
    ]


class MergedBeforeTheLock:
    """Lets somebody merge contacts just after the database has told the import which of them stand."""

    def __init__(self, *contacts: Contact) -> None:
        self.contacts = contacts

    def __call__(self, execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if self.contacts and re.match(r'SELECT "contacts_contact"."id"[^,]*, "contacts_contact"."merged_into_id"', sql):
            contacts, self.contacts = self.contacts, ()
            make_merge(*contacts)
        return answer


def test_a_row_about_a_contact_that_is_merged_as_it_is_read_is_about_the_one_that_was_kept():
    kept, merged = make_contact("Mira Talvane"), make_contact("Mira T.")
    merging = MergedBeforeTheLock(kept, merged)
    run = an_import("ID,Name,E-mail,Remarks,Archived", f"{merged.pk},Mira Talvane,,Speaks Mandarin,")
    with connection.execute_wrapper(merging):
        run = done(run, State.IMPORTING)
    assert (merging.contacts, run.failure, counts(run)) == ((), "", {"changed": 1})
    assert people() == [("Mira Talvane", "", "", "Speaks Mandarin", {})]


def test_what_is_done_is_put_down_to_who_asked_for_it():
    clerk, other = User.objects.create_user("clerk"), User.objects.create_user("other")
    run = an_import(HEADINGS, TOMAS)
    for work, by in ((State.IMPORTING, clerk), (State.UNDOING, other)):
        running.ask(run, work, by=by)
        running.work(running.claim())
    added, undone = ("+", clerk.pk, "clerk", "Import people.csv"), ("-", other.pk, "other", "Import people.csv undone")
    for history, count in ((Contact.history, 1), (ContactNumber.history, 2)):
        told = history.order_by("pk").values_list("history_type", "history_user_id", "by", "history_change_reason")
        assert list(told) == [added] * count + [undone] * count


def test_traces_hold_what_was_stored():
    imported(HEADINGS, MIRA)
    contact, trace = Contact.objects.get(), Contact.history.get()
    assert trace.difference == {}
    names = [field.attname for field in Contact.history.model.tracked_fields]
    assert {name: getattr(trace, name) for name in names} == {name: getattr(contact, name) for name in names}


def test_a_contact_of_which_somebody_edited_anything_else_since_is_kept_as_it_is():
    mira = make_contact("Mira Talvane", "+6591234567", remarks="Hers")
    run = imported(HEADINGS, MIRA)
    Contact.objects.filter(pk=mira.pk).update(name="Mira T.", remarks="Edited since")
    before = people()
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept, people()) == (0, 1, before)


def test_a_number_that_somebody_made_the_primary_one_since_stays():
    mira = make_contact("Mira Talvane", "+6591234567")
    run = imported("Name,Mobile,Office", "Mira Talvane,91234567,61110001")
    added = mira.numbers.get(number="+6561110001")
    added.is_primary = True
    added.save()
    before = numbers_of(mira)
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept, numbers_of(mira)) == (0, 1, before)


def test_a_contact_whose_old_number_somebody_deleted_since_keeps_the_added_one():
    lee = make_contact("Lee", "+6592220002")
    run = imported(
        "Name,Number 1,Number 2,Primary", "Lee,+6592220002,+6561110002,Number 2", keep_rule=KeepRule.FILE_WINS
    )
    lee.numbers.get(number="+6592220002").delete()
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept, numbers_of(lee)) == (0, 1, [("+6561110002", "", True)])


def test_a_number_that_a_merge_since_relies_on_stays():
    """The merged contact had it too: of two rows with one number the merge let one go."""
    mira, other = make_contact("Mira Talvane", "+6598765432"), make_contact("Mira T.", "+6591234567")
    run = imported(
        "Name,Mobile,Office", "Mira Talvane,98765432,91234567", keep_rule=KeepRule.FILE_WINS, shared_rule=SharedRule.ADD
    )
    merge = make_merge(mira, other)
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept) == (0, 1)
    unmerging.undo(merge, merge.merged_by)
    assert numbers_of(other) == [("+6591234567", "", True)]


def test_imports_of_one_contact_are_undone_from_the_last_to_the_first(small_batches):
    make_contact("Mira Talvane", "+6591234567", archived_at=timezone.now())
    before = people()
    runs = [imported(HEADINGS, MIRA), imported(HEADINGS, "Mira Talvane,,,91234567,61234567,")]
    assert [(run.undone, run.kept) for run in (done(run, State.UNDOING) for run in reversed(runs))] == [(1, 0)] * 2
    assert people() == before


def test_what_another_import_changed_since_is_kept():
    mira = make_contact("Mira Talvane", "+6591234567")
    run = imported(HEADINGS, MIRA)
    imported(HEADINGS, "Mira Talvane,,,91234567,61234567,")
    run = done(run, State.UNDOING)
    assert (run.undone, run.kept, mira.numbers.count()) == (0, 1, 2)


def test_a_stopped_import_can_be_undone(small_batches):
    running.ask(an_import(*many(35)), State.IMPORTING)
    run = running.work(running.claim(), running.stop)
    assert (done(run, State.UNDOING).state, Contact.objects.count()) == (State.UNDONE, 0)


def test_a_discarded_import_is_gone_and_its_contacts_stay():
    run = imported(HEADINGS, MIRA)
    running.discard(run)
    assert (ImportRun.objects.count(), ImportRow.objects.count(), Contact.objects.count()) == (0, 0, 1)


def test_a_batch_costs_the_same_queries_however_many_rows_it_has(django_assert_max_num_queries):
    imported(*many(3))  # The first of a process asks what a database can.
    for count in (5, 60):
        ImportRun.objects.all().delete(), Contact.objects.all().delete()
        running.ask(an_import(*many(count)), State.IMPORTING)
        run = running.claim()
        with django_assert_max_num_queries(QUERIES):
            running.work(run)


QUERIES = 45


def test_an_undoing_costs_the_same_queries_however_many_rows_it_has(django_assert_max_num_queries):
    done(imported(*many(3)), State.UNDOING)
    for count in (5, 60):
        running.ask(imported(*many(count)), State.UNDOING)
        run = running.claim()
        with django_assert_max_num_queries(QUERIES_OF_UNDOING):
            running.work(run)
        assert Contact.objects.count() == 0


QUERIES_OF_UNDOING = 45


def test_saved_mappings_take_columns_by_their_headings():
    run = an_import("Who,Reach at,Else", "Mira Talvane,91234567,x")
    run.columns = [["name", ""], ["number", "direct"], ["remarks", ""]]
    run.shared_rule = SharedRule.ADD
    mapping = files.remember(run, "Monthly")
    again = files.store(csv_file("ELSE;who;new;reach at", "y;Tomas;z;98765432"), "b.csv", mapping=mapping)
    assert again.columns == [["remarks", ""], ["name", ""], ["", ""], ["number", "direct"]]
    assert again.shared_rule == SharedRule.ADD


# A workbook that cannot be read


def a_workbook() -> ImportRun:
    return files.store(xlsx_file(["Name", "Mobile"], ["Mira", "91234567"]), "people.xlsx")


def test_a_workbook_that_ended_its_worker_three_times_is_refused_and_the_next_is_read():
    run, other = a_workbook(), a_workbook()
    for _ in range(running.MOST_READINGS):
        assert running.claim() == run
        ImportRun.objects.filter(pk=run.pk).update(leased_until=timezone.now())
    assert running.claim() == other
    run.refresh_from_db()
    said = "3 times its reading ended with the worker, or was cut short. Save the sheet as CSV, or split it."
    assert (run.state, run.failure, run.lease, run.pieces.count()) == (State.REFUSED, said, None, 0)


def test_reading_a_workbook_is_stopped_at_once_and_the_worker_at_it_leaves_it():
    run = a_workbook()
    claimed = running.claim()
    running.stop(run)
    left = running.work(claimed)
    said = "Reading it was stopped. Upload it again to import it."
    assert (left.state, left.failure, left.lease, left.pieces.count()) == (State.REFUSED, said, None, 0)


def test_a_workbook_that_is_being_read_is_discarded_and_the_worker_at_it_goes_on():
    run = a_workbook()
    claimed = running.claim()
    running.discard(run)
    running.work(claimed)
    assert (ImportRun.objects.count(), ImportPiece.objects.count(), running.claim()) == (0, 0, None)
