"""Merges, undoings, edits and notes in the same moment end in exactly one effect of each."""

import pytest

from callnotes.journaling import journal_call
from callnotes.models import CallNote
from callnotes.tests.factories import call_report, make_note
from contacts import adding
from contacts.merging import NotAsSeen, Outcome, merge, seen
from contacts.models import Contact, ContactNumber, Merge
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_clerk, make_merge
from contacts.tests.threads import at_once
from contacts.unmerging import MergedSince, UndoneBefore, undo

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5
NUMBERS = [(f"+65912345{place}0", f"+65912345{place}1") for place in range(ROUNDS)]


def pair(numbers: tuple[str, str]) -> tuple[Contact, Contact]:
    return make_contact("Ada Example", numbers[0]), make_contact("A. Example", numbers[1])


def attempt(act) -> object:
    """What an act answers; the refusal, where it is refused."""
    try:
        return act()
    except (NotAsSeen, UndoneBefore, MergedSince) as refusal:
        return type(refusal)


def test_of_two_merges_at_once_one_happens_also_where_each_keeps_another():
    clerk = make_clerk()
    for numbers in NUMBERS:
        ada, bea = pair(numbers)
        as_seen = seen([ada, bea])
        answers = at_once(
            lambda ada=ada, bea=bea, as_seen=as_seen: attempt(lambda: merge(ada, [bea], Outcome("A"), clerk, as_seen)),
            lambda ada=ada, bea=bea, as_seen=as_seen: attempt(lambda: merge(bea, [ada], Outcome("B"), clerk, as_seen)),
        )
        [stored] = Merge.objects.filter(kept__in=[ada, bea])
        assert sorted(answers, key=str) == sorted([NotAsSeen, stored], key=str)
        assert list(Contact.objects.filter(pk__in=[ada.pk, bea.pk])) == [stored.kept]
        assert ContactNumber.objects.filter(contact=stored.kept).count() == 2


def test_a_merge_and_an_edit_at_once_happen_one_after_the_other_or_the_merge_is_refused():
    clerk = make_clerk()
    for numbers in NUMBERS:
        ada, bea = pair(numbers)
        as_seen, late = seen([ada, bea]), Contact.objects.get(pk=bea.pk)
        late.company = "Typed meanwhile"
        answer, _, number = at_once(
            lambda ada=ada, bea=bea, as_seen=as_seen: attempt(lambda: merge(ada, [bea], Outcome("A"), clerk, as_seen)),
            late.save,
            lambda bea=bea: adding.add_number(ContactNumber(contact_id=bea.pk, number="1001")),
        )
        is_merged = answer is not NotAsSeen
        bea = Contact.with_merged.get(pk=bea.pk)
        assert (bea.company, bea.merged_into) == ("Typed meanwhile", ada if is_merged else None)
        assert ContactNumber.objects.get(pk=number.pk).contact == (ada if is_merged else bea)


def test_notes_and_reports_that_arrive_during_a_merge_are_the_kept_contacts():
    clerk = make_clerk()
    for numbers in NUMBERS:
        ada, bea = pair(numbers)
        as_seen = seen([ada, bea])
        answers = at_once(
            lambda ada=ada, bea=bea, as_seen=as_seen: merge(ada, [bea], Outcome("A"), clerk, as_seen),
            lambda numbers=numbers, bea=bea: make_note(numbers[1], contact=bea),
            lambda numbers=numbers: make_note(numbers[1]),
            lambda numbers=numbers, bea=bea: journal_call(call_report(numbers[1], entity_id=str(bea.pk))),
        )
        for row in answers[1:]:
            row.refresh_from_db()
            assert row.contact == ada


def test_of_two_undoings_at_once_one_happens():
    clerk = make_clerk()
    for numbers in NUMBERS:
        ada, bea = pair(numbers)
        note = make_note(numbers[1])
        done = make_merge(ada, bea, by=clerk)
        acts = [lambda done=done: attempt(lambda: undo(Merge.objects.get(pk=done.pk), clerk)) for _ in range(3)]
        answers = at_once(*acts)
        assert sorted(answers, key=str) == sorted([UndoneBefore, UndoneBefore, done], key=str)
        assert CallNote.objects.get(pk=note.pk).contact == bea
        assert [contact.numbers.get().number for contact in (ada, bea)] == list(numbers)


def test_an_undoing_and_another_merge_at_once_happen_one_after_the_other_or_one_is_refused():
    clerk = make_clerk()
    for numbers in NUMBERS:
        ada, bea = pair(numbers)
        cleo = make_contact("Cleo Example")
        done = make_merge(ada, bea, by=clerk)
        as_seen = seen([ada, cleo])
        undone, merged = at_once(
            lambda done=done: attempt(lambda: undo(done, clerk)),
            lambda ada=ada, cleo=cleo, as_seen=as_seen: attempt(
                lambda: merge(cleo, [ada], Outcome("C"), clerk, as_seen)
            ),
        )
        standing = set(Contact.objects.filter(pk__in=[ada.pk, bea.pk, cleo.pk]))
        if undone is MergedSince:
            assert (merged.kept, standing) == (cleo, {cleo})
        else:
            assert (undone, merged, standing) == (done, NotAsSeen, {ada, bea, cleo})


def test_an_undoing_and_an_edit_at_once_both_count():
    clerk = make_clerk()
    for numbers in NUMBERS:
        ada, bea = pair(numbers)
        done = make_merge(ada, bea, by=clerk, name="Ada Merged")
        at_once(
            lambda done=done: undo(done, clerk),
            lambda ada=ada: Contact.objects.filter(pk=ada.pk).update(company="Typed meanwhile"),
        )
        ada.refresh_from_db()
        assert (ada.name, ada.company) == ("Ada Example", "Typed meanwhile")
