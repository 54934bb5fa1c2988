"""The pages of reports: what they show and lead to, what they say of what is no period, and who may see them."""

import random
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from callnotes.tests.factories import make_agent, make_call, make_disposition, make_missed, make_note
from contacts.tests.pages import addresses, pieces, section, table, words
from desk.paging import ROWS_PER_PAGE
from desk.reports.forms import DAYS_AT_MOST
from desk.tests.reports import HOUR, MINUTE, NOW, NUMBER, fill, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PAGES = ["/reports/", "/reports/hours/", "/reports/agents/", "/reports/queues/"]


LISTS = ["/reports/notes/", "/reports/calls/", "/reports/callbacks/"]


LEFT_OUT = {
    "/reports/agents/": "Time to call back by agent is shown for 62 days at most. For more, choose an agent.",
    "/reports/queues/": "Notes and callbacks by queue are shown for 62 days at most. For more, choose a queue.",
}


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_a_long_period_lacks_is_said(client, supervisor, path):
    fill(random.Random(1), [supervisor])
    long, short = (client.get(path, {"since": since, "until": "2026-03-11"}) for since in ("2026-01-08", "2026-01-09"))
    keys = {figures.key for figures in short.context["tables"]} - {figures.key for figures in long.context["tables"]}
    expected = {"/reports/agents/": {"agents-waits"}, "/reports/queues/": {"queues-notes", "queues-callbacks"}}
    assert keys == expected[path]
    said = [LEFT_OUT[path] in words(page.content.decode()) for page in (long, short)]
    assert said == [True, False]


def test_this_morning_is_compared_with_yesterday_morning(client, supervisor):
    make_note(NUMBER, now=NOW - HOUR)
    make_note(NUMBER, now=NOW - 25 * HOUR)
    make_note(NUMBER, now=NOW - 23 * HOUR)
    page = client.get("/reports/")
    assert words(pieces(section(page, "figures"), "li")[0]) == (
        "Notes 1 Notes each once, by its last version ±0 % · before 1 Notes"
    )
    said = "Compared with the time from Tue 10 Mar 2026 to Tue 10 Mar 2026, 12:00, as far as this period has come."
    assert said in words(section(page, "figures"))


def test_a_table_says_what_is_counted_and_its_figures_lead_to_their_rows(client, supervisor):
    make_note(NUMBER, "Asked for a quote.", agent=supervisor, now=NOW - HOUR)
    make_note(NUMBER, "Rang out.", key="no_answer", agent=supervisor, now=NOW - HOUR)
    make_note(NUMBER, "Rang out again.", key="no_answer", agent=supervisor, now=NOW - HOUR)
    markup = section(client.get("/reports/"), "notes")
    assert "Each note once, in the period in which it was first written" in words(markup)
    assert table(markup) == [
        ["No Answer", "2", "67 %"],
        ["Schedule Later", "0", "0 %"],
        ["Do not Disturb", "0", "0 %"],
        ["Completed", "1", "33 %"],
    ]
    response = client.get(addresses(markup)[1])
    assert response.status_code == 200
    assert words(pieces(response.content.decode(), "h1")[0]) == "Notes · No Answer"
    assert [row.comments for row in response.context["page"].rows] == ["Rang out again.", "Rang out."]


def test_every_link_of_a_report_leads_to_a_page(client, supervisor):
    fill(random.Random(5), [supervisor])
    for path in PAGES:
        markup = client.get(path, {"period": "this-month"}).content.decode()
        links = {address for address in addresses(markup) if address.startswith("/reports/")}
        assert len(links) > 9
        assert {address: client.get(address).status_code for address in list(links)[:12]} == dict.fromkeys(
            list(links)[:12], 200
        )


def rows_behind(client: Client, address: str) -> int:
    """How many rows there are on all pages of a list."""
    found = 0
    while address:
        page = client.get(address)
        found, address = found + len(page.context["page"].rows), page.context["older"]
    return found


@pytest.mark.parametrize("path", PAGES)
def test_whoever_follows_a_figure_finds_as_many_rows(client, supervisor, path):
    fill(random.Random(6), [supervisor])
    markup = client.get(path, {"since": "2026-02-01", "until": "2026-03-20"}).content.decode()
    links = re.findall(r'<a href="(/reports/(?:notes|calls|callbacks)/[^"]*)">([0-9,]+)[<]', markup)
    assert len({address for address, _ in links}) > 5
    found = {address: rows_behind(client, address.replace("&amp;", "&")) for address, _ in set(links)}
    assert found == {address: int(figure.replace(",", "")) for address, figure in links}


def test_a_long_list_is_read_page_by_page_each_row_once(client, supervisor):
    at = [NOW - (place // 2) * MINUTE for place in range(2 * ROWS_PER_PAGE + 10)]
    made = [make_note(NUMBER, f"Note {place}.", now=moment).pk for place, moment in enumerate(at)]
    seen, address = [], "/reports/notes/?since=2026-03-10&until=2026-03-11"
    while address:
        page = client.get(address)
        seen += [row.pk for row in page.context["page"].rows]
        address = page.context["older"]
    assert sorted(seen) == made
    assert len(seen) == len(made)


def test_a_table_is_to_be_had_as_csv_in_english_whoever_reads_it(client, supervisor):
    make_disposition("risky", "=1+1")
    make_note(NUMBER, key="risky", agent=supervisor, now=NOW - HOUR)
    make_missed(NUMBER, NOW - HOUR)
    german = {"accept-language": "zh-hans"}
    markup = section(client.get("/reports/", headers=german), "notes")
    response = client.get(addresses(markup)[0], headers=german)
    assert response.headers["Content-Disposition"] == 'attachment; filename="notes-2026-03-11-2026-03-11.csv"'
    lines = response.content.decode().removeprefix("\ufeff").splitlines()
    assert lines[0] == "outcome,Notes"
    assert "'=1+1,1" in lines
    course = client.get("/reports/hours/?period=this-week&csv=course").content.decode().splitlines()
    assert course[0].endswith("when,incoming,missed,outgoing,unanswered,total")
    assert course[3] == "2026-03-11,0,1,0,0,1"


@pytest.mark.parametrize("path", PAGES)
def test_a_report_of_one_agent_and_queue_says_whose_it_is_beside_the_form_too(client, supervisor, path):
    page = client.get(path, {"agent": supervisor.pk, "queue": "800"})
    assert "Wed 11 Mar 2026 · Robin Agent · Queue: 800 All queues" in words(page.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_table_that_is_none_is_no_page(client, supervisor, path):
    assert client.get(path, {"csv": "x"}).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, *LISTS])
def test_who_has_not_the_right_sees_no_report(client, path):
    client.force_login(make_agent("lee"))
    assert client.get(path).status_code == 403
    assert b"/reports/" not in client.get("/").content


def test_who_has_the_right_finds_the_reports_on_the_start_page(client, supervisor):
    assert "/reports/" in addresses(client.get("/").content.decode())


@pytest.mark.parametrize("path", [*PAGES, *LISTS])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_reports_are_only_read(client, supervisor, path, method):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"since": "2026-03-11", "until": "2026-03-10"}, "The last day is before the first; exchange them."),
        (
            {"since": "2020-01-01", "until": "2026-03-10"},
            f"A report is of at most {DAYS_AT_MOST} days; choose a shorter",
        ),
        ({"since": "hello"}, "Enter a valid date."),
        ({"until": "0001-01-01"}, "Ensure this value is greater than or equal to 2000-01-01."),
        ({"agent": "x"}, "Select a valid choice. x is not one of the available choices."),
    ],
)
def test_what_is_no_period_is_said_and_nothing_is_shown(client, supervisor, query, says):
    response = client.get("/reports/", query)
    assert says in words(response.content.decode())
    assert 'id="notes"' not in response.content.decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [{"since": "x"}, {"before": "x"}, {"agent": "x"}, {"queue": "\0"}, {"up_to": "x"}, {"since": "9999-12-31"}],
    ids=str,
)
def test_a_list_that_no_report_leads_to_is_no_page(client, supervisor, path, query):
    assert client.get(path, query).status_code == 404


@pytest.mark.parametrize(
    "query", [{"sort": "x"}, {"weekday": "8"}, {"hour": "24"}, {"wait": "x"}, {"hour": "²"}], ids=str
)
def test_calls_of_no_sort_are_no_page(client, supervisor, query):
    assert client.get("/reports/calls/", query).status_code == 404


def test_a_call_counts_on_the_day_on_which_it_began_where_the_reader_is(client, supervisor):
    make_call(NUMBER, datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    assert words(section(client.get("/reports/?period=yesterday"), "calls")).count("None in this period.") == 0
    client.cookies["time_zone"] = "Europe/Berlin"
    assert "None in this period." in words(section(client.get("/reports/?since=2026-03-09&until=2026-03-09"), "calls"))
    markup = section(client.get("/reports/hours/?since=2026-03-10&until=2026-03-10"), "course")
    assert table(markup) == [["00:00–01:00", "1", "0", "0", "0", "1"]]


def test_a_period_without_anything_is_empty_everywhere(client, supervisor):
    make_note(NUMBER, now=NOW - HOUR)
    for path in PAGES:
        page = client.get(path, {"since": "2020-02-01", "until": "2020-02-29"})
        tables = page.context["tables"]
        assert [figures.total.count for figures in tables] == [0] * len(tables)
        assert wrong(tables) == []
        assert words(page.content.decode()).count("None in this period.") == len(tables)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/reports/", 16), ("/reports/hours/", 7), ("/reports/agents/", 12), ("/reports/queues/", 11)],
)
def test_a_report_costs_as_many_queries_however_much_there_is(
    client, supervisor, django_assert_num_queries, path, queries, count
):
    for place in range(count):
        agent = make_agent(f"agent{place}", extension=f"20{place}")
        make_call(NUMBER, NOW - place * HOUR, extension=f"20{place}", queue=f"80{place}")
        make_note(NUMBER, key="schedule_later", agent=agent, now=NOW - place * HOUR)
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


def test_the_back_offices_first_page_shows_the_day_to_who_may_see_reports(client: Client, supervisor):
    make_note(NUMBER, now=NOW - HOUR)
    supervisor.is_staff = True
    supervisor.save()
    page = client.get("/admin/")
    assert words(pieces(section(page, "figures-of-today"), "li")[0]) == (
        "Notes 1 Notes each once, by its last version before 0 Notes"
    )
    supervisor.user_permissions.clear()
    assert b"figures-of-today" not in client.get("/admin/").content


def test_no_chart_says_more_than_its_table(client, supervisor):
    fill(random.Random(1), [supervisor])
    markup = client.get("/reports/?period=this-month").content.decode()
    charts = re.findall(r"<svg.*?</svg>", markup, re.DOTALL)
    assert len(charts) == markup.count("<table>") == 4
    assert all('role="img"' in chart and "<desc" in chart and "<a" not in chart for chart in charts)
