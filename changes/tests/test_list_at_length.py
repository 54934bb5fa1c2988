"""However long the histories are, a page of them is found by indexes, without reading or sorting the rest."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callnotes.models import CallNote
from callnotes.tests.factories import make_agent
from callnotes.tests.test_history_at_length import nodes, plan, rows_of
from changes.sources import SOURCES, Subject, Wanted
from contacts.acting import acting
from contacts.models import Contact, ContactNumber, Merge

pytestmark = pytest.mark.django_db

MANY, ON_A_PAGE = 4000, 51
LONG = ("contacts_historicalcontact", "contacts_historicalcontactnumber", "django_admin_log")


@pytest.fixture
def robin() -> User:
    """Robin, who did one thing in a hundred; the others' changes are as many as a table's."""
    robin, bea = make_agent("robin"), make_agent("bea")
    for person, rows in ((bea, MANY), (robin, MANY // 100)):
        with acting(person):
            made = Contact.objects.bulk_create(Contact(name=f"Contact {place}") for place in range(rows))
            ContactNumber.objects.bulk_create(
                ContactNumber(contact=contact, number=f"+659{contact.pk:07}") for contact in made
            )
    spread(Contact.history.all())
    spread(ContactNumber.history.all())
    kind = ContentType.objects.get_for_model(CallNote)
    LogEntry.objects.bulk_create(
        LogEntry(user=bea, content_type=kind, action_flag=CHANGE, action_time=timezone.now() - timedelta(minutes=place))
        for place in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return robin


def spread(history) -> None:
    """Gives each change a minute of its own."""
    changes = list(history)
    for place, change in enumerate(changes):
        change.history_date -= timedelta(minutes=place)
    history.model.objects.bulk_update(changes, ["history_date"], batch_size=400)


def found_badly(wanted: Wanted, before=None) -> list[str]:
    """The questions that read or sort more of a long table than a page needs."""
    with CaptureQueriesContext(connection) as asked:
        SOURCES.newest(wanted, before, ON_A_PAGE)
    long = [question["sql"] for question in asked if any(f'FROM "{table}"' in question["sql"] for table in LONG)]
    assert long
    return [sql for sql in long if is_bad(plan(sql))]


def is_bad(answered: list[str] | dict) -> bool:
    if connection.vendor == "sqlite":
        return any("TEMP B-TREE" in step or (step.startswith("SCAN") and "INDEX" not in step) for step in answered)
    return any(rows_of(node) > 4 * ON_A_PAGE for node in nodes(answered))


def test_a_page_of_all_is_found_by_indexes_from_any_place_on(robin):
    first = SOURCES.newest(Wanted(), None, ON_A_PAGE)
    middle = SOURCES.newest(Wanted(end=timezone.now() - timedelta(minutes=MANY // 2)), None, 1)[0][0]
    assert len(first) == ON_A_PAGE
    assert (found_badly(Wanted()), found_badly(Wanted(), middle)) == ([], [])


def test_so_is_a_page_of_a_day_of_a_person_and_of_a_row(robin):
    day = timezone.now() - timedelta(days=1)
    for wanted in (
        Wanted(start=day, end=day + timedelta(hours=12)),
        Wanted(person=robin.pk),
        Wanted(of=Contact.objects.first()),
    ):
        assert found_badly(wanted) == []


def test_so_are_merges_and_those_that_were_undone():
    kept, robin = Contact.objects.create(name="Mira Talvane"), make_agent("robin")
    User.objects.bulk_create(User(username=f"agent{place}") for place in range(100))
    moments = [timezone.now() - timedelta(minutes=place) for place in range(MANY)]
    told = {"kept": kept, "merged_by": robin, "undone_by": robin, "before": [], "after": {}, "moved": {}, "newest": {}}
    Merge.objects.bulk_create(Merge(**told, merged_at=moment, undone_at=moment) for moment in moments)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        SOURCES.newest(Wanted(), None, ON_A_PAGE)
    of_merges = [question["sql"] for question in asked if 'FROM "contacts_merge"' in question["sql"]]
    assert (len(of_merges), [sql for sql in of_merges if is_bad(plan(sql))]) == (2, [])


def test_what_is_about_a_number_is_found_by_it_and_its_contacts(robin):
    number = ContactNumber.objects.first()
    wanted = Wanted(subject=Subject(frozenset([number.number]), frozenset([number.contact_id])))
    with CaptureQueriesContext(connection) as asked:
        found = SOURCES.newest(wanted, None, ON_A_PAGE)
    assert len(found) == 2
    plans = [plan(question["sql"]) for question in asked if '"contacts_historical' in question["sql"]]
    if connection.vendor == "sqlite":
        assert not [step for steps in plans for step in steps if step.startswith("SCAN")]
    else:
        assert not [node for tree in plans for node in nodes(tree) if rows_of(node) > ON_A_PAGE]
