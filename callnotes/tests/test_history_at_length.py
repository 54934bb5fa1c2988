"""A number or contact with thousands of entries of every kind is read like one with a page of them."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callnotes import history
from callnotes.models import Call, Callback, CallNote, Chat, DoNotDisturb, Place, TimelineRow
from callnotes.tests.factories import NOON, disposition, make_agent
from contacts.models import Contact
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

MANY, FEW, ON_A_PAGE = 2000, 60, 51
# Entries for every entry of a page: what an index gives is the row, or its neighbour on the way to it.
READ_FOR_EACH_SHOWN = 8
LONG, SHORT, SHARED = "+6591234567", "+6598765432", "+6590000001"
TABLES = [model._meta.db_table for model in (Call, Callback, CallNote, Chat, DoNotDisturb)]


@pytest.fixture
def contacts(db) -> dict[str, Contact]:
    """A contact with a long history, one with a short one, and two who share a number and a long one; analysed."""
    agent = make_agent()
    contacts = {
        "long": make_contact("Ada Example", LONG, "+6590000002"),
        "short": make_contact("Bea Example", SHORT, "+6590000003"),
        "shared": make_contact("Cleo Example", SHARED, "+6590000004"),
        "other": make_contact("Dan Example", SHARED),
        "new": make_contact("Eve Example", "+6590000005"),
    }
    fill(LONG, MANY, agent, contacts["long"], contacts["long"])
    fill(SHORT, FEW, agent, contacts["short"], contacts["short"])
    fill(SHARED, MANY, agent, None, contacts["shared"])
    fill_with_strangers()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return contacts


def fill(number: str, count: int, agent: User, contact: Contact | None, noted: Contact) -> None:
    """Every hour a call with a note, a note alone, a chat, a promise that was kept, and do-not-disturb that was lifted.

    Calls and chats are the contact's, notes and promises are about `noted`; every tenth call is of a hidden number.
    """
    hours = [NOON - timedelta(hours=hour) for hour in range(count)]
    calls = Call.objects.bulk_create(make_call(number, at, agent, contact, place) for place, at in enumerate(hours))
    whose = {"number": number, "contact": noted, "contact_name": noted.name, "agent": agent}
    said = {"disposition": disposition("completed"), "disposition_label": "Completed", "comments": "Asked for a quote."}
    CallNote.objects.bulk_create(
        CallNote(**whose, **said, created_at=call.started_at, reported_call=call, matched_by="hand") for call in calls
    )
    notes = CallNote.objects.bulk_create(CallNote(**whose, **said, created_at=at) for at in hours)
    Chat.objects.bulk_create(make_chat(number, at, agent, contact) for at in hours)
    Callback.objects.bulk_create(
        Callback(**whose, due_at=note.created_at, note=note, created_at=note.created_at, closed_at=note.created_at)
        for note in notes
    )
    DoNotDisturb.objects.bulk_create(
        DoNotDisturb(number=number, note=note, set_by=agent, set_at=note.created_at, lifted_at=note.created_at)
        for note in notes
    )


def fill_with_strangers() -> None:
    """Notes that make a contact look like a better clue than a number: nobody's, and of many contacts on one number."""
    hours = [NOON - timedelta(hours=hour) for hour in range(MANY)]
    said = {"disposition": disposition("completed"), "disposition_label": "Completed"}
    CallNote.objects.bulk_create(CallNote(number="+6590000008", created_at=at, **said) for at in hours)
    callers = Contact.objects.bulk_create(Contact(name=f"Caller {place}") for place in range(MANY // 5))
    CallNote.objects.bulk_create(
        CallNote(number="+6590000009", contact=caller, contact_name=caller.name, created_at=at, **said)
        for caller, at in zip(callers, hours, strict=False)
    )


def make_call(number: str, at: datetime, agent: User, contact: Contact | None, place: int) -> Call:
    is_hidden = place % 10 == 0
    return Call(
        number="" if is_hidden else number,
        contact=None if is_hidden else contact,
        contact_name=contact.name if contact and not is_hidden else "",
        agent=agent,
        direction=Call.Direction.INBOUND,
        result=Call.Result.ANSWERED,
        started_at=at,
        ended_at=at,
        duration_seconds=60,
        transcript="t" * 1000,
        content_key=f"{number} {at}",
    )


def make_chat(number: str, at: datetime, agent: User, contact: Contact | None) -> Chat:
    whose = {"number": number, "contact": contact, "contact_name": contact.name if contact else "", "agent": agent}
    return Chat(**whose, started_at=at, ended_at=at, messages="m" * 1000, content_key=f"{number} {at}")


def plans(read: Callable[[], list[TimelineRow]]) -> list[list[str] | dict]:
    """How the database finds what belongs on a page; the page's own rows are fetched by their keys then."""
    return [plan(question) for question in questions(read) if question.endswith(f"LIMIT {ON_A_PAGE}")]


def questions(read: Callable[[], list[TimelineRow]]) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert len(read()) == ON_A_PAGE
    return [question["sql"] for question in asked]


def plan(sql: str) -> list[str] | dict:
    """SQLite's steps as lines of text; PostgreSQL's tree, with the rows that it came upon."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
            return [row[-1] for row in cursor.fetchall()]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".replace("%", "%%"))
        [[answer]] = cursor.fetchall()
        return (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]


def nodes(tree: dict) -> Iterator[dict]:
    yield tree
    for below in tree.get("Plans", []):
        yield from nodes(below)


def rows_of(node: dict) -> int:
    return (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]


def whole_tables(answered: list[list[str] | dict]) -> list[str]:
    """The tables of histories that are looked through from end to end."""
    if connection.vendor == "sqlite":
        return [step for steps in answered for step in steps if step.startswith("SCAN") and "callnotes_" in step]
    scans = [node for tree in answered for node in nodes(tree) if node["Node Type"] == "Seq Scan"]
    return [node["Relation Name"] for node in scans if node["Relation Name"] in TABLES]


def most_rows(answered: list[dict]) -> int:
    """The most rows that PostgreSQL came upon in one step."""
    return max(rows_of(node) for tree in answered for node in nodes(tree))


def readings(contacts: dict[str, Contact]) -> dict[str, Callable]:
    """Every history of these contacts and their numbers, by its name, from any place on."""
    sources = {
        "long number": history.of_number(LONG),
        "shared number": history.of_number(SHARED),
        "short number": history.of_number(SHORT),
        **{f"{name} contact": history.of_contact(contacts[name]) for name in ("long", "shared", "short")},
        "notes of a long number": history.notes_of_number(LONG),
        "notes of a long contact as it calls": history.notes_of_contact_and_number(contacts["long"], LONG),
        **{
            f"{kind} of a long number": history.of_number(LONG, kind)
            for kind in ("note", "call", "chat", "callback", "peace")
        },
    }
    return {name: lambda before=None, of=of: history.newest(of, ON_A_PAGE, before) for name, of in sources.items()}


def test_what_belongs_on_a_page_is_found_in_indexes_and_by_as_many_questions_as_of_a_short_history(contacts):
    middle = Place(NOON - timedelta(hours=MANY // 2), "note", 1)
    read = readings(contacts)
    for name in read:
        for before in [None] if "short" in name else [None, middle]:
            found = plans(lambda name=name, before=before: read[name](before))
            assert (name, bool(found), whole_tables(found)) == (name, True, [])
            if connection.vendor == "postgresql":
                assert most_rows(found) <= ON_A_PAGE * READ_FOR_EACH_SHOWN, name
    for whose in ("number", "contact"):
        assert len(questions(read[f"long {whose}"])) == len(questions(read[f"short {whose}"]))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite counts its steps, and tells for what it sorts.")
def test_a_long_history_costs_hardly_more_steps_than_a_short_one_and_no_sorting(contacts):
    """But of calls that stand in it by their notes: they are few, of the days of a page."""
    read = readings(contacts)
    for name in ("long number", "shared number", "long contact", "shared contact"):
        sorting = [found for found in plans(read[name]) if "USE TEMP B-TREE FOR ORDER BY" in found]
        by_notes = [found for found in sorting if any("LIST SUBQUERY" in step for step in found)]
        assert (name, sorting) == (name, by_notes)
        assert steps(read[name]) < steps(read["short number"]) * 1.5
    assert steps(read["short contact"]) < steps(read["short number"]) * 1.5
    assert steps(lambda: history.newest(history.of_contact(contacts["new"]), ON_A_PAGE)) < steps(read["short number"])


def steps(read: Callable[[], list[TimelineRow]]) -> int:
    """How many hundreds of steps SQLite's machine takes to answer."""
    counted = []
    connection.connection.set_progress_handler(lambda: counted.append(1), 100)
    try:
        read()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return len(counted)


def test_among_thousands_of_kept_promises_of_a_number_the_open_one_is_found_without_reading_them(contacts):
    promised = Callback.objects.filter(number=LONG).first()
    Callback.objects.filter(pk=promised.pk).update(closed_at=None)
    with CaptureQueriesContext(connection) as asked:
        assert list(Callback.objects.open().about(LONG)) == [promised]
    found = plan(asked[0]["sql"])
    if connection.vendor == "postgresql":
        assert most_rows([found]) == 1
    else:
        assert "USING INDEX callback_open_by_number" in found[0]
