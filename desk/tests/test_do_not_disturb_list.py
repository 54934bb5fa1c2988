"""The list of numbers that are not to be disturbed, and its export."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from python_calamine import CalamineWorkbook

from callnotes import do_not_disturb
from callnotes.models import DoNotDisturb
from callnotes.tests.factories import make_agent, make_note, make_peace
from contacts import exporting
from contacts.tests.factories import make_contact
from contacts.tests.pages import pieces, words
from desk.paging import ROWS_PER_PAGE
from desk.tests.calls import ANOTHER, NOON, NUMBER, make_robin

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIST = "/do-not-disturb/"
COLUMNS = ["Number", "Contacts", "Since", "Set by", "Reason", "Until"]
ALL_COLUMNS = [*COLUMNS, "Lifted", "Lifted by", "Lifted because"]


@pytest.fixture(autouse=True)
def agent(client):
    """Robin, signed in; it is noon of Monday 2 March 2026 in Singapore."""
    with time_machine.travel(NOON, tick=False):
        agent = make_robin()
        client.force_login(agent)
        yield agent


@pytest.fixture
def reader(agent):
    """Robin, who may export the ledger."""
    agent.user_permissions.set(Permission.objects.filter(codename="export_donotdisturb"))
    return agent


def listed(client, **query: str) -> list[str]:
    """What the rows of the list say."""
    return [words(row) for row in pieces(client.get(LIST, query).content.decode(), "li")]


def exported(client, **query: str) -> list[list[str]]:
    response = client.get(LIST, {"format": "csv"} | query)
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


# The list


def test_what_is_in_force_is_listed_newest_first_with_who_has_the_number(client, agent):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_contact("Tomas Ostfield", NUMBER)
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb", source="3cx", now=NOON - 2 * HOUR)
    make_peace(ANOTHER, NOON - HOUR, "On holiday.", set_by=agent, ends_at=NOON + DAY)
    make_peace(NUMBER, NOON - HOUR, "Is over.", ends_at=NOON)
    make_peace(NUMBER, NOON - HOUR, "Was lifted.", lifted_at=NOON)
    assert listed(client) == [
        "+65 9876 5432 do not disturb On holiday. Since Mon 2 Mar 2026, 11:00, by Robin Agent;"
        " until Tue 3 Mar 2026, 12:00",
        "+65 9123 4567 do not disturb Mira Talvane Korfield Motors, Tomas Ostfield Wants no calls."
        " Since Mon 2 Mar 2026, 10:00, by 3CX",
    ]


def test_an_empty_list_says_so(client):
    assert "Every number may be called." in client.get(LIST).content.decode()


@pytest.mark.parametrize("spelling", ["+6591234567", " 6591234567", "91234567", "9123-4567", "tel:+65-9123-4567"])
def test_a_number_is_found_in_any_spelling(client, spelling):
    make_peace(NUMBER, NOON - HOUR, "This one.")
    make_peace(ANOTHER, NOON - HOUR, "Another.")
    [row] = listed(client, number=spelling)
    assert "This one." in row


def test_a_number_that_may_be_called_is_said_to_be_such(client):
    make_peace(ANOTHER, NOON - HOUR)
    assert "+65 9123 4567 may be called." in words(client.get(LIST, {"number": "91234567"}).content.decode())


@pytest.mark.parametrize("text", ["hello", "9" * 251, "\0", SCRIPT := "<script>alert(1)</script>", "%"])
def test_what_is_no_number_is_told_and_finds_nothing(client, text):
    make_peace(NUMBER, NOON - HOUR)
    response = client.get(LIST, {"number": text})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["number"])
    assert (listed(client, number=text), SCRIPT in response.content.decode()) == ([], False)


def test_pages_hold_each_entry_once_and_keep_to_the_number(client):
    for place in range(ROWS_PER_PAGE + 3):
        make_peace(NUMBER, NOON - (place // 10 + 1) * HOUR, f"Entry {place}.")
    make_peace(ANOTHER, NOON - HOUR)
    first = client.get(LIST, {"number": "91234567"})
    older = first.context["page"].older
    assert f'<a href="?number=%2B6591234567&amp;before={older}" rel="next">Older</a>' in first.content.decode()
    second = client.get(LIST, {"number": NUMBER, "before": older})
    assert '<a href="?number=%2B6591234567">Newest</a>' in second.content.decode()
    reasons = [entry.reason for page in (first, second) for entry, _ in page.context["rows"]]
    assert sorted(reasons) == sorted(f"Entry {place}." for place in range(ROWS_PER_PAGE + 3))
    assert second.context["page"].older == ""


@pytest.mark.parametrize("query", [{"before": "x"}, {"before": "\0"}, {"format": "ods"}, {"format": "\0"}])
def test_a_page_that_there_is_not_is_not_shown(client, reader, query):
    assert client.get(LIST, query).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_as_many_queries_however_long_it_is(client, django_assert_num_queries, count):
    for place in range(count):
        make_contact(f"Contact {place}", f"+659000000{place}")
        make_peace(f"+659000000{place}", NOON - HOUR, set_by=make_agent(f"agent{place}"))
    with django_assert_num_queries(7):
        assert len(client.get(LIST).context["rows"]) == count


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_list_is_read_and_nothing_else(client, method):
    assert getattr(client, method)(LIST).status_code == 405


# The export


def test_the_export_holds_what_is_in_force(client, reader):
    make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", NUMBER)
    make_note(NUMBER, "Wants\nno calls.", key="do_not_disturb", source="3cx", now=NOON - 2 * HOUR)
    make_peace("123", NOON - HOUR, "On holiday.", set_by=reader, ends_at=NOON + DAY)
    make_peace(ANOTHER, NOON - HOUR, "Was lifted.", lifted_at=NOON)
    assert exported(client) == [
        COLUMNS,
        ["tel:123", "", "2026-03-02T11:00:00+08:00", "Robin Agent", "On holiday.", "2026-03-03T12:00:00+08:00"],
        [
            f"tel:{NUMBER}",
            "Mira Talvane; Tomas Ostfield",
            "2026-03-02T10:00:00+08:00",
            "3CX",
            "Wants\nno calls.",
            "",
        ],
    ]


def test_the_export_of_all_holds_what_was_lifted_and_what_is_over(client, reader):
    make_peace(NUMBER, NOON - 3 * HOUR, "Is over.", ends_at=NOON)
    make_peace(NUMBER, NOON - 2 * HOUR, "Letter.")
    do_not_disturb.lift(NUMBER, reader, "Changed their mind.", now=NOON)
    assert exported(client, all="1") == [
        ALL_COLUMNS,
        [
            *(f"tel:{NUMBER}", "", "2026-03-02T10:00:00+08:00", "3CX", "Letter.", ""),
            *("2026-03-02T12:00:00+08:00", "Robin Agent", "Changed their mind."),
        ],
        [
            *(f"tel:{NUMBER}", "", "2026-03-02T09:00:00+08:00", "3CX", "Is over.", "2026-03-02T12:00:00+08:00"),
            *("", "", ""),
        ],
    ]
    assert exported(client) == [COLUMNS]


def test_the_times_of_the_export_are_those_of_the_readers_zone(client, reader):
    make_peace(NUMBER, NOON)
    client.cookies["time_zone"] = "America/New_York"
    assert exported(client)[1][2] == "2026-03-01T23:00:00-05:00"


def test_the_export_is_of_the_number_that_is_looked_for(client, reader):
    for number in (NUMBER, ANOTHER):
        make_peace(number, NOON - HOUR)
    assert [row[0] for row in exported(client, number="91234567")] == ["Number", f"tel:{NUMBER}"]


def test_no_cell_of_the_export_is_run_as_a_formula(client, reader):
    reader.first_name, reader.last_name = "@SUM(1)", "-2"
    reader.save()
    make_contact("=HYPERLINK(1)", NUMBER)
    make_peace(NUMBER, NOON, "+1+1", set_by=reader)
    do_not_disturb.lift(NUMBER, reader, "\t=1")
    [_, row] = exported(client, all="1")
    names = ["'=HYPERLINK(1)", "'@SUM(1) -2", "'+1+1"]
    assert [row[1], row[3], row[4], row[7], row[8]] == [*names, "'@SUM(1) -2", "'\t'=1"]


def test_a_workbook_holds_the_same_with_numbers_as_they_are(client, reader):
    make_peace(NUMBER, NOON - HOUR, "=1+1")
    content = b"".join(client.get(LIST, {"format": "xlsx"}).streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    assert sheet.to_python() == [COLUMNS, [NUMBER, "", "2026-03-02T11:00:00+08:00", "3CX", "=1+1", ""]]


def test_an_export_is_in_the_history_with_who_what_and_how_much(client, reader):
    make_peace(NUMBER, NOON - HOUR)
    make_peace(ANOTHER, NOON - HOUR, lifted_at=NOON)
    for query in ({}, {"all": "1"}, {"format": "xlsx", "number": "91234567"}):
        client.get(LIST, {"format": "csv"} | query)
    remembered = LogEntry.objects.order_by("pk").values_list("user", "object_repr", "change_message")
    assert list(remembered) == [
        (reader.pk, "Export: do-not-disturb", "Exported as CSV, rows: 1. State: In force."),
        (reader.pk, "Export: do-not-disturb", "Exported as CSV, rows: 2. State: All."),
        (reader.pk, "Export: do-not-disturb", "Exported as XLSX, rows: 1. State: In force. Search: “+6591234567”."),
    ]


def test_the_export_is_a_file_that_no_cache_keeps(client, reader):
    response = client.get(LIST, {"format": "csv"})
    headers = {name: response.headers[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")}
    assert headers == {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="do-not-disturb-2026-03-02.csv"',
        "Cache-Control": "no-store",
    }


def test_a_long_export_is_read_bit_by_bit_and_holds_each_entry_once(
    client, reader, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(exporting, "READ_AT_ONCE", 4)
    for place in range(9):
        make_peace(f"+659000000{place}", NOON - place // 3 * HOUR)
    pieces = iter(client.get(LIST, {"format": "csv"}).streaming_content)
    next(pieces)
    with django_assert_num_queries(2):
        first = next(pieces).decode()
    rest = b"".join(pieces).decode()
    assert (len(first.splitlines()), len(rest.splitlines())) == (4, 5)
    assert sorted(row[0] for row in exported(client)[1:]) == [f"tel:+659000000{place}" for place in range(9)]


def test_an_entry_that_is_set_while_the_export_is_read_does_not_disturb_it(client, reader, monkeypatch):
    monkeypatch.setattr(exporting, "READ_AT_ONCE", 2)
    for place in range(4):
        make_peace(f"+659000000{place}", NOON - place * HOUR)
    pieces = iter(client.get(LIST, {"format": "csv"}).streaming_content)
    next(pieces)
    make_peace(ANOTHER, NOON + HOUR)
    lines = b"".join(pieces).decode().splitlines()
    assert [line.partition(",")[0] for line in lines] == [f"tel:+659000000{place}" for place in range(4)]


def test_without_the_permission_nothing_is_exported_nor_offered(client):
    make_peace(NUMBER, NOON - HOUR)
    assert [client.get(LIST, {"format": "csv"} | more).status_code for more in ({}, {"all": "1"})] == [403, 403]
    assert "format=csv" not in client.get(LIST).content.decode()


def test_the_export_is_offered_to_those_who_may_export_the_ledger(client, reader):
    page = client.get(LIST, {"number": "91234567"}).content.decode()
    for kind in ("csv", "xlsx"):
        assert f'<a class="button button--quiet button--small" href="?format={kind}&amp;number=%2B6591234567">' in page
        assert f'href="?format={kind}&amp;all=1&amp;number=%2B6591234567"' in page


def test_the_ledger_is_untouched_by_reading_it(client, reader):
    make_peace(NUMBER, NOON - HOUR)
    before = list(DoNotDisturb.objects.values())
    client.get(LIST), exported(client, all="1")
    assert list(DoNotDisturb.objects.values()) == before
