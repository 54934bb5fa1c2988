"""Contacts that may be one are found in pieces, by indexes; that two are not one is remembered."""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import duplicates
from contacts.models import Contact, ContactNumber, Duplicate
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_clerk, make_merge

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"


def found() -> list[tuple[Contact, Contact]]:
    """The undecided pairs that a page shows, the first found first."""
    rows, _ = duplicates.page(None, 100)
    return [(row.first, row.second) for row, _ in reversed(rows)]


def test_who_shares_a_number_and_has_a_similar_name_is_found():
    ada, other = make_contact("Ada Example", NUMBER), make_contact("EXAMPLE, A.", OTHER_NUMBER, NUMBER)
    make_contact("Tomas Example", NUMBER)
    make_contact("Ada Example", "1001")
    assert duplicates.search() == 4
    assert found() == [(ada, other)]


def test_who_shares_an_address_is_found_whatever_the_name():
    ada, other = make_contact("Ada Example", email="ada@example.com"), make_contact("Bea", email="ADA@Example.com")
    make_contact("Ada Example"), make_contact("Cleo", email="cleo@example.com")
    duplicates.search()
    assert found() == [(ada, other)]


def test_a_pair_tells_why():
    make_contact("Ada Example", NUMBER, "1001", email="ada@example.com")
    make_contact("A. Example", "1001", NUMBER, email="ADA@example.com")
    duplicates.search()
    [(_, why)], after = duplicates.page(None, 10)
    assert (why.numbers, why.email, after) == ([NUMBER, "1001"], "ada@example.com", None)


@pytest.mark.parametrize(("sharing", "pairs"), [(20, 190), (21, 0)])
def test_what_more_than_twenty_share_is_a_switchboard(sharing, pairs):
    for _ in range(sharing):
        make_contact("Ada Example", NUMBER, email="office@example.com")
    duplicates.search()
    assert Duplicate.objects.count() == pairs


def test_archived_and_merged_contacts_are_not_asked_about():
    make_contact("Ada Example", NUMBER, archived_at="2026-01-02T03:04Z")
    ada, other, third = (make_contact("Ada Example", NUMBER) for _ in range(3))
    duplicates.search()
    assert found() == [(ada, other), (ada, third), (other, third)]
    make_merge(ada, other)
    assert found() == [(ada, third)]
    duplicates.search()
    assert Duplicate.objects.count() == 1


def test_a_pair_that_was_mended_is_shown_no_more_and_then_forgotten():
    ada, _ = make_contact("Ada Example", NUMBER), make_contact("Ada Example", NUMBER)
    duplicates.search()
    Contact.objects.filter(pk=ada.pk).update(name="Tomas Example")
    assert (found(), Duplicate.objects.count()) == ([], 1)
    duplicates.search()
    assert Duplicate.objects.count() == 0


def test_that_two_are_not_one_is_remembered_until_it_is_taken_back():
    clerk, ada, other = make_clerk(), make_contact("Ada Example", NUMBER), make_contact("Ada Example", NUMBER)
    duplicates.dismiss(other, ada, clerk)
    said_at = Duplicate.objects.get().dismissed_at
    duplicates.dismiss(ada, other, make_clerk("another"))
    duplicates.search()
    assert (found(), Duplicate.objects.get().dismissed_by, Duplicate.objects.get().dismissed_at) == ([], clerk, said_at)
    [(row, _)], _ = duplicates.page(None, 10, dismissed=True)
    duplicates.take_back(row)
    assert found() == [(ada, other)]


def test_a_search_that_is_broken_off_goes_on_where_it_was(monkeypatch, capsys):
    monkeypatch.setattr(duplicates, "SEARCHED_AT_ONCE", 2)
    for _ in range(5):
        make_contact("Ada Example", NUMBER)
    call_command("find_duplicates", at_most=2)
    assert Duplicate.objects.count() == 4 + 3
    assert duplicates.progress().finished_at is None
    call_command("find_duplicates")
    assert Duplicate.objects.count() == 4 + 3 + 2 + 1
    assert (duplicates.progress().position, duplicates.progress().finished_at is None) == (0, False)
    position = Contact.objects.order_by("pk")[1].pk
    assert capsys.readouterr().out.splitlines() == [
        f"Looked through 2 contacts, up to key {position}; the next search goes on there.",
        "Looked through 3 contacts, to the end.",
    ]


def test_the_pages_follow_each_other_without_counting():
    for _ in range(4):
        make_contact("Ada Example", NUMBER)
    duplicates.search()
    keys = list(Duplicate.objects.order_by("-pk").values_list("pk", flat=True))
    shown, after = [], None
    for _ in range(3):
        rows, after = duplicates.page(after, 2)
        shown += [row.pk for row, _ in rows]
    assert (shown, after) == (keys, None)


@pytest.mark.parametrize("pairs", [1, 6])
def test_a_page_costs_two_queries_however_many_pairs(django_assert_num_queries, pairs):
    for place in range(pairs):
        make_contact("Ada Example", f"+120255501{place:02}"), make_contact("Ada Example", f"+120255501{place:02}")
    duplicates.search()
    with django_assert_num_queries(2):
        assert len(found()) == pairs


def test_who_else_may_be_the_same_is_known():
    ada, bea, cleo = (make_contact("Ada Example", NUMBER) for _ in range(3))
    duplicates.search()
    assert duplicates.beside([ada, bea]) == [cleo]
    assert duplicates.beside([ada, bea, cleo]) == []


@pytest.fixture
def many(db) -> None:
    """Thousands of contacts with a number and an address each, a few of them shared; analysed."""
    contacts = Contact.objects.bulk_create(
        Contact(name=f"Ada {place}", email=f"Ada{place - place % 2}@example.com") for place in range(4000)
    )
    ContactNumber.objects.bulk_create(
        ContactNumber(contact=contact, number=f"+65912{10000 + place - place % 2}")
        for place, contact in enumerate(contacts)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_a_piece_of_a_long_search_reads_no_table_from_end_to_end(many, monkeypatch):
    monkeypatch.setattr(duplicates, "SEARCHED_AT_ONCE", 10)
    with CaptureQueriesContext(connection) as asked:
        duplicates.search(10)
    questions = [question["sql"] for question in asked if question["sql"].startswith("SELECT")]
    assert (len(questions) > 5, [step for sql in questions for step in whole_tables(sql)]) == (True, [])
    assert Duplicate.objects.count() == 5


def whole_tables(sql: str) -> list[str]:
    """The tables of contacts and numbers that a question looks through from end to end."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
            steps = [row[-1] for row in cursor.fetchall()]
            return [step for step in steps if step.startswith("SCAN contacts_contact") and "INDEX" not in step]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"))
        [[answer]] = cursor.fetchall()
    trees = [(json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]]
    scans = []
    while trees:
        tree = trees.pop()
        trees += tree.get("Plans", [])
        if tree["Node Type"] == "Seq Scan" and tree["Relation Name"] in ("contacts_contact", "contacts_contactnumber"):
            scans.append(tree["Relation Name"])
    return scans


def test_a_search_can_be_silent_for_cron(capsys):
    make_contact("Ada Example", NUMBER), make_contact("Ada Example", NUMBER)
    call_command("find_duplicates", verbosity=0)
    assert (capsys.readouterr().out, Duplicate.objects.count()) == ("", 1)
