"""Who is erased is found nowhere any more; what is counted stays, and so does the wish not to be called."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callnotes import do_not_disturb, missed, reports
from callnotes.models import Call, Callback, CallNote, Chat, DoNotDisturb
from callnotes.reports import Scope
from callnotes.tests.factories import make_agent, make_callback, make_missed, make_note, make_peace, minute
from contacts import erasing as of_contacts
from contacts import phone, subjects
from contacts.acting import acting
from contacts.importing import running
from contacts.models import Contact, ContactNumber, ImportMapping, ImportRow, ImportRun
from contacts.models.imports import State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, done, imported
from contacts.tests.pages import words
from contacts.tests.reads import at_each_read, reads
from privacy import erasing
from privacy.models import Deed
from privacy.tests.people import EVERY_SPELLING, FORMER, NAME, NUMBER, OTHERS, make_mira, traces_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def robin() -> User:
    return make_agent("robin")


@pytest.fixture
def mira(robin) -> Contact:
    return make_mira(robin)


def erase(contact: Contact, *numbers: str) -> None:
    erasing.erase(subjects.of_contact(contact, numbers))


def test_nothing_of_the_person_is_found_in_any_column_of_any_table(mira):
    before = traces_of(*EVERY_SPELLING)
    assert len(before) > 40, before
    erase(mira, NUMBER, FORMER)
    assert traces_of(*EVERY_SPELLING) == {}


def test_every_section_had_something_and_has_nothing_then(mira):
    subject = subjects.of_contact(mira, [NUMBER, FORMER])
    assert {part.section.name for part in erasing.preview(subject) if not part.count} == set()
    erasing.erase(subject)
    left = {part.section.name: part.count for part in erasing.preview(subject) if part.count}
    # What is left says who did something, and when.
    assert set(left) == {"changes_of_contacts", "log", "merges"}


def figures() -> list:
    """All that the reports count, of a period that holds everything."""
    scope = Scope(minute(-100_000), timezone.now() + timedelta(days=1))
    return [
        reports.counts(reports.notes(scope), "disposition", "agent", "reported_call__queue"),
        reports.counts(reports.calls(scope), "sort", "whose", "queue"),
        reports.calls_by_hour(scope, timezone.get_default_timezone()),
        reports.counts(reports.missed(scope), "wait", "whose"),
        reports.counts(reports.callbacks(scope, timezone.now()), "outcome", "agent", "note__reported_call__queue"),
        reports.median_wait(scope),
        Chat.objects.count(),
    ]


def test_every_figure_of_the_reports_is_the_same_before_and_after(mira):
    make_callback(NUMBER, minute(1900)), make_missed(NUMBER, minute(2000))
    make_callback(NUMBER, minute(1950), due_at=timezone.now() + timedelta(days=1))
    before = figures()
    assert all(before)
    erase(mira, NUMBER, FORMER)
    assert figures() == before


def test_rows_of_one_person_have_no_number_in_common(mira):
    erase(mira, NUMBER, FORMER)
    numbers = [row.number for model in (CallNote, Call, Callback, DoNotDisturb) for row in model.objects.all()]
    assert all(map(phone.is_erased, numbers))
    assert len(set(numbers)) == len(numbers) > 10


def test_one_trace_says_that_when_and_by_whom_and_nothing_else(mira, robin):
    with acting(robin):
        erase(mira, NUMBER, FORMER)
    [deed] = Deed.objects.all()
    assert (deed.kind, deed.about, deed.done_by) == (Deed.Kind.ERASURE, "", "robin")
    assert [(row.history_type, row.by) for row in Deed.history.all()] == [("+", "robin")]


def test_histories_go_on_to_say_who_changed_what_and_when(mira):
    before = list(Contact.history.filter(id=mira.pk).values_list("history_id", "history_date", "history_type", "by"))
    erase(mira, NUMBER, FORMER)
    after = Contact.history.filter(id=mira.pk).order_by("history_id")
    assert list(after.values_list("history_id", "history_date", "history_type", "by"))[:-1] == sorted(before)
    assert {name for row in after for name, value in row.difference.items() if value} <= {"archived_at"}
    assert {row.name for row in after} == {"—"}


def test_a_file_that_is_named_for_the_person_is_the_reason_of_no_change_of_others(mira):
    of_others = Contact.history.filter(name="Ines Holmgaard")
    assert [row.history_change_reason for row in of_others] == [f"Import {NAME} {NUMBER}.csv"]
    erase(mira, NUMBER)
    assert [row.history_change_reason for row in of_others.all()] == ["Import"]


def test_headings_that_were_the_persons_row_leave_a_saved_mapping_and_the_others_stay(mira):
    mapping = ImportMapping.objects.get()
    assert set(mapping.columns) == {"mira talvane", "9123 4567", "mira talvane example com"}
    mapping.columns["mobile"] = ["number", "mobile"]
    mapping.save()
    erase(mira, NUMBER)
    mapping.refresh_from_db()
    assert (mapping.name, mapping.columns) == (f"— {mapping.pk}", {"mobile": ["number", "mobile"]})


# What others have stays


@pytest.fixture
def tomas(mira) -> Contact:
    """Somebody who shares the number."""
    tomas = Contact.objects.get(name="Tomas Ostfield")
    ContactNumber.objects.create(contact=tomas, number=NUMBER)
    make_note(NUMBER, "Asked for a quote.", contact=tomas, now=minute(3000))
    return tomas


def test_the_history_of_a_shared_number_stays_with_the_other(mira, tomas):
    erase(mira, FORMER)
    assert not Contact.with_merged.filter(name=NAME).exists()
    assert CallNote.objects.get(number=NUMBER, contact=tomas).comments == "Asked for a quote."
    assert not CallNote.objects.filter(contact_name=NAME).exists()
    assert do_not_disturb.asked_for([NUMBER]) == {NUMBER}
    assert list(tomas.numbers.values_list("number", flat=True)) == [OTHERS, NUMBER]


def test_the_history_of_a_shared_number_goes_where_that_is_chosen_and_the_other_keeps_the_number(mira, tomas):
    erase(mira, NUMBER, FORMER)
    assert not CallNote.objects.filter(number=NUMBER).exists()
    assert set(CallNote.objects.values_list("comments", flat=True)) == {""}
    assert list(tomas.numbers.values_list("number", flat=True)) == [OTHERS, NUMBER]


def test_what_is_about_others_is_as_it_was(mira):
    other = make_contact("Wei Ling", "+6590000001", remarks="A friend.")
    note = make_note("+6590000001", "Asked for a quote.", now=minute(1))
    history = list(Contact.history.filter(id=other.pk).values())
    rows = list(Contact.objects.filter(pk=other.pk).values()), list(CallNote.objects.filter(pk=note.pk).values())
    erase(mira, NUMBER, FORMER)
    left = list(Contact.objects.filter(pk=other.pk).values()), list(CallNote.objects.filter(pk=note.pk).values())
    assert (left, list(Contact.history.filter(id=other.pk).values())) == (rows, history)


# The wish not to be called


def test_an_erased_number_that_comes_again_is_not_to_be_called(mira):
    erase(mira, NUMBER, FORMER)
    assert do_not_disturb.asked_for([NUMBER, OTHERS, FORMER]) == {NUMBER}
    entries = do_not_disturb.in_force(NUMBER)
    assert {entry.why for entry in entries} == {"", "Do not Disturb"}
    assert not any(entry.number == NUMBER for entry in entries)


def test_the_kept_wish_is_lifted_as_any(mira, robin):
    erase(mira, NUMBER, FORMER)
    assert do_not_disturb.lift(NUMBER, robin, "Signed a new contract.") == 2
    assert do_not_disturb.asked_for([NUMBER]) == set()


def test_without_the_key_nobody_with_a_wish_is_erased(mira, settings):
    settings.DO_NOT_DISTURB_KEY = ""
    with pytest.raises(erasing.KeyMissing):
        erase(mira, NUMBER, FORMER)
    assert Contact.objects.filter(pk=mira.pk).exists()
    do_not_disturb.lift(NUMBER, User.objects.get(username="robin"), "Signed a new contract.")
    erase(mira, NUMBER, FORMER)
    assert not Contact.objects.filter(pk=mira.pk).exists()


def test_under_another_key_the_wish_is_not_recognised(mira, settings):
    erase(mira, NUMBER, FORMER)
    settings.DO_NOT_DISTURB_KEY = "another key, by which nobody recognises anything 0123"
    assert do_not_disturb.asked_for([NUMBER]) == set()


def test_an_entry_that_a_person_sets_again_says_it_anew_and_the_ledger_finds_both(mira, robin, client):
    erase(mira, NUMBER, FORMER)
    do_not_disturb.put(NUMBER, robin, "Asked by letter.")
    client.force_login(robin)
    page = words(client.get("/do-not-disturb/", {"number": "91234567"}).content.decode())
    assert page.count("number erased") == 2
    assert "Asked by letter." in page


# Lists to work off


def test_nobody_is_asked_to_call_an_erased_number(mira):
    make_callback(NUMBER, minute(1900))
    make_missed(NUMBER, minute(2000))
    assert missed.waiting(9)
    assert Callback.objects.open().exists()
    erase(mira, NUMBER, FORMER)
    assert (missed.waiting(9), list(Callback.objects.open())) == ([], [])


def test_files_and_pages_show_no_pseudonym(mira, admin_client):
    erase(mira, NUMBER, FORMER)
    for page in ("callnotes/call", "callnotes/callnote", "callnotes/callback", "callnotes/donotdisturb"):
        assert phone.ERASED_BEGINNING not in words(admin_client.get(f"/admin/{page}/").content.decode())
    exported = b"".join(admin_client.get("/admin/callnotes/call/export/csv/").streaming_content).decode()
    assert phone.ERASED_BEGINNING not in exported
    assert "missed" in exported


# A number that is nobody's


def test_a_number_of_no_contact_is_erased_with_all_that_is_on_it(robin):
    make_note("+6590000009", "Asked for a quote.", agent=robin)
    make_peace("+6590000009")
    make_contact("Wei Ling", "+6590000001", "+6590000009").numbers.get(number="+6590000009").delete()
    assert traces_of("90000009")
    erasing.erase(subjects.of_number("+6590000009"))
    assert traces_of("90000009", "asked for a quote") == {}
    assert Contact.objects.filter(name="Wei Ling").exists()


def queries(act, *arguments) -> int:
    with CaptureQueriesContext(connection) as captured:
        act(*arguments)
    return len(captured)


def test_neither_looking_nor_erasing_costs_more_queries_for_more_calls(mira):
    wei = make_contact("Wei Ling", "+6590000001")
    for contact, number, count in ((mira, NUMBER, 3), (wei, "+6590000001", 30)):
        for place in range(count):
            make_note(number, contact=contact, now=minute(9000 + place))
    few, many = subjects.of_contact(mira, [NUMBER]), subjects.of_contact(wei, ["+6590000001"])
    assert queries(erasing.preview, many) <= queries(erasing.preview, few)
    assert queries(erasing.erase, many) <= queries(erasing.erase, few)


def test_what_came_since_somebody_looked_is_not_erased_unseen(mira):
    subject = subjects.of_contact(mira, [NUMBER])
    seen = erasing.seen(erasing.preview(subject))
    make_note(NUMBER, now=minute(5000))
    with pytest.raises(erasing.NotAsSeen):
        erasing.erase(subject, seen)
    assert Contact.objects.filter(pk=mira.pk).exists()


@pytest.mark.parametrize("work", [State.CHECKING, State.IMPORTING])
def test_an_upload_of_which_somebody_begins_something_meanwhile_is_not_dropped(work):
    as_seen = an_import("Name;Mobile", f"{NAME};91234567")
    running.ask(as_seen, work)
    with pytest.raises(of_contacts.ImportUnderWay):
        of_contacts.drop_upload(as_seen)
    of_contacts.drop_uploads(ImportRun.objects.all())
    run = ImportRun.objects.get()
    assert (run.state, run.pieces.count()) == (work, 1)


def test_an_upload_that_was_imported_meanwhile_keeps_its_run():
    as_seen = an_import("Name;Mobile", f"{NAME};91234567")
    done(as_seen, State.IMPORTING)
    of_contacts.drop_upload(as_seen)
    assert (ImportRun.objects.get().state, Contact.objects.get().name) == (State.DONE, NAME)


# Imports, which may be long, are searched before anything waits


@pytest.mark.django_db(transaction=True)
def test_others_write_while_rows_and_files_of_imports_are_searched():
    an_import("Name;Mobile", "Wei Ling;90000001")
    imported("Name;Mobile", "Ines Holmgaard;x", f"{NAME};x")
    naming = an_import("Name;Mobile", f"{NAME};91234567")
    [other, _its] = ImportRow.objects.order_by("number")
    with reads("contacts_importpiece") as of_files:
        erase(make_contact(NAME, NUMBER))
    assert (list(ImportRow.objects.all()), ImportRun.objects.filter(pk=naming.pk).exists()) == ([other], False)
    assert set(of_files) == {False}


def test_a_search_reads_no_row_again_but_those_that_it_found_and_those_that_came_since():
    subject = subjects.of_contact(make_contact(NAME, NUMBER), [NUMBER])
    imported("Name;Mobile", "Ines Holmgaard;x", f"{NAME};x", f"{NAME};y")
    before = of_contacts.search(subject)
    [ines, first, second] = ImportRow.objects.order_by("number")
    assert before.rows == {first.pk, second.pk}
    first.delete()
    imported("Name;Mobile", f"{NAME};z")
    ImportRow.objects.filter(pk=ines.pk).update(cells=[NAME])
    newest = ImportRow.objects.latest("pk")
    assert of_contacts.search(subject, before).rows == {second.pk, newest.pk}


@pytest.mark.django_db(transaction=True)
def test_what_comes_while_imports_are_searched_goes_too():
    came = []

    def come() -> None:
        if not came:
            came.append(imported("Name;Mobile", f"{NAME};x"))
            came.append(an_import("Name;Mobile", f"{NAME};91234567"))

    an_import("Name;Mobile", "Wei Ling;90000001")
    mira = make_contact(NAME, NUMBER)
    with at_each_read("contacts_importpiece", come):
        erase(mira, NUMBER)
    assert len(came) == 2
    assert not ImportRow.objects.exists()
    assert [run.state for run in ImportRun.objects.order_by("pk")] == [State.DRAFT, State.DONE]


@pytest.mark.django_db(transaction=True)
def test_what_comes_while_imports_are_searched_is_not_erased_unseen():
    an_import("Name;Mobile", "Wei Ling;90000001")
    subject = subjects.of_contact(make_contact(NAME, NUMBER), [NUMBER])
    seen = erasing.seen(erasing.preview(subject))

    def come() -> None:
        if ImportRun.objects.count() == 1:
            an_import("Name;Mobile", f"{NAME};91234567")

    with pytest.raises(erasing.NotAsSeen), at_each_read("contacts_importpiece", come):
        erasing.erase(subject, seen)
    assert (Contact.objects.count(), ImportRun.objects.count()) == (1, 2)
