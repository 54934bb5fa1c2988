"""Reports: every figure is as long as the list that it leads to, rows and columns add up, and who may see them."""

import random
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from callnotes import callbacks, recording
from callnotes.callbacks import Promise
from callnotes.models import Callback, CallNote
from callnotes.tests.factories import make_agent, make_call, make_disposition, make_missed, make_note
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge
from contacts.tests.pages import addresses, pieces, section, table, words
from desk.paging import ROWS_PER_PAGE
from desk.reports import rows
from desk.reports.figures import by_time, overview
from desk.reports.forms import DAYS_AT_MOST, CallbacksForm, CallsForm, NotesForm, Question, ReportForm
from desk.reports.groups import of_agents, of_queues
from desk.reports.tables import Table
from desk.reports.totals import tiles, totals, totals_of

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
NOW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)  # A Wednesday, noon in Singapore.
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAGES = ["/reports/", "/reports/hours/", "/reports/agents/", "/reports/queues/"]
LISTS = ["/reports/notes/", "/reports/calls/", "/reports/callbacks/"]
OF_PERIODS = [
    {"period": "today"},
    {"since": "2025-12-01", "until": "2026-03-11"},
    {"since": "2026-02-01", "until": "2026-03-20"},
]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def supervisor(client) -> User:
    """Robin, signed in, who may see reports and is no staff."""
    robin = make_agent("robin", extension="101", first_name="Robin", last_name="Agent")
    robin.user_permissions.add(Permission.objects.get(codename="view_reports"))
    client.force_login(robin)
    return robin


def fill(chance: random.Random, agents: list[User | None]) -> None:
    """Calls of every sort with several legs, notes with and without corrections, promises of every outcome."""
    make_disposition("later", "Call again", opens_callback=True, color="violet")
    for _ in range(25):
        at = NOW - timedelta(minutes=chance.choice([chance.randrange(600), chance.randrange(60 * 24 * 50)]))
        number = chance.choice(["", *(f"+659123456{digit}" for digit in range(6))])
        told = {"queue": chance.choice(["", "800", "801"])}
        for extension in chance.sample(["101", "102", "103"], chance.choice([1, 1, 3])):
            call(chance, number, at, extension=extension, **told)
        if number and chance.random() < 0.7:
            note(chance, number, at + 5 * MINUTE, chance.choice(agents))
    for callback in Callback.objects.open().order_by("pk")[::3]:
        callbacks.close_by_hand(callback, agents[0], "Met them.", now=callback.due_at + MINUTE)


def call(chance: random.Random, number: str, at: datetime, **told: str) -> None:
    sort = chance.choice(["incoming", "missed", "outgoing", "unanswered"])
    if sort == "missed":
        make_missed(number, at, **told)
    else:
        results = {"incoming": "answered", "outgoing": "answered", "unanswered": "not_answered"}
        direction = "inbound" if sort == "incoming" else "outbound"
        make_call(number, at, direction=direction, result=results[sort], **told)


def note(chance: random.Random, number: str, at: datetime, agent: User | None) -> None:
    keys = ["completed", "no_answer", "schedule_later", "later", "do_not_disturb"]
    promise = Promise(at + timedelta(hours=chance.randrange(1, 60)))
    written = make_note(number, key=chance.choice(keys), agent=agent, now=at, promise=promise)
    for _ in range(chance.choice([0, 0, 1, 2])):
        at += timedelta(hours=chance.randrange(1, 40))
        written = make_note(number, key=chance.choice(keys), agent=agent, now=at, promise=promise, corrects=written)


FORMS = {
    "/reports/notes/": (NotesForm, rows.notes_of),
    "/reports/calls/": (CallsForm, rows.calls_of),
    "/reports/callbacks/": (CallbacksForm, rows.callbacks_of),
}


def length(address: str) -> int:
    """How many rows the list at an address has."""
    parts = urlsplit(address)
    form_class, rows_of = FORMS[parts.path]
    form = form_class(dict(parse_qsl(parts.query)))
    assert form.is_valid(), (address, form.errors)
    return rows_of(form, form.question(timezone.now())).count()


def asked(**query: object) -> Question:
    form = ReportForm(query)
    assert form.is_valid(), form.errors
    return form.question(timezone.now())


def everything(question: Question) -> list[Table]:
    """The tables of all reports."""
    return [*overview(question), *by_time(question), *of_agents(question), *of_queues(question)]


def wrong(tables: list[Table]) -> list[tuple]:
    """Figures that are not as long as their lists, and sums that are not those of their figures."""
    found = []
    for figures in tables:
        cells = [cell for row in figures.rows for cell in [*row.cells, row.total]] + figures.totals
        found += [(figures.key, cell) for cell in cells if cell.count and cell.count != length(cell.address)]
        found += [(figures.key, row) for row in figures.rows if row.total.count != sum(row.counts)]
        found += [(figures.key,) for _ in [1] if figures.total.count != length(figures.total.address)]
        if figures.rows:
            found += [
                (figures.key, "sum")
                for _ in [1]
                if sum(cell.count for cell in figures.totals[:-1]) != figures.total.count
            ]
    return found


@pytest.mark.parametrize(("seed", "zone"), [(1, "Asia/Singapore"), (2, "America/St_Johns")])
def test_each_figure_is_as_long_as_its_list_and_all_add_up(supervisor, seed, zone):
    chance = random.Random(seed)
    fill(chance, [supervisor, make_agent("lee", extension="102"), None])
    with timezone.override(zone):
        for period in OF_PERIODS:
            assert wrong(everything(asked(**period))) == []


@pytest.mark.parametrize("whose", [{"agent": "robin"}, {"agent": 0}, {"queue": "800"}, {"queue": "none"}], ids=str)
def test_so_is_each_figure_of_one_agent_or_queue(supervisor, whose):
    fill(random.Random(11), [supervisor, make_agent("lee", extension="102"), None])
    if whose.get("agent"):
        whose = {"agent": supervisor.pk}
    assert wrong(everything(asked(since="2026-02-01", until="2026-03-30", **whose))) == []


@pytest.mark.parametrize("seed", range(2))
def test_figures_of_one_page_agree_with_each_other_and_so_do_those_of_agents_and_queues(supervisor, seed):
    fill(random.Random(seed), [supervisor, make_agent("lee", extension="102"), None])
    sums = {figures.key: figures.total.count for figures in everything(asked(since="2026-01-20", until="2026-03-20"))}
    assert sums["notes"] == CallNote.objects.filter(corrections=None).count() == sums["agents-notes"] > 0
    assert sums["notes"] == sums["queues-notes"]
    assert sums["calls"] == sums["course"] == sums["week"] == sums["agents-calls"] == sums["queues-calls"]
    assert sums["waits"] == sums["agents-waits"] == sums["queues-waits"] > 0
    assert sums["callbacks"] == sums["agents-callbacks"] == sums["queues-callbacks"] > 0


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


@pytest.mark.parametrize("period", ["today", "this-week", "last-week"])
def test_the_figures_at_the_head_and_those_before_are_as_long_as_their_lists(supervisor, period):
    fill(random.Random(7), [supervisor])
    question = asked(period=period)
    now = totals(question)
    assert totals_of(overview(question), question) == now
    shown = [tile for tile in tiles(question, now, totals(question.before())) if "Half" not in tile.label]
    assert [tile.words for tile in shown] == [str(length(tile.address)) for tile in shown]
    assert [tile.before for tile in shown] == [str(length(tile.before_address)) for tile in shown]


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


# On both sides of each change of the clock, half-hour zones and half-hour changes too.
EDGES = {
    "Europe/Berlin": [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2025, 10, 25, 23, 30, tzinfo=UTC)],
    "America/St_Johns": [datetime(2026, 3, 8, 4, 30, tzinfo=UTC), datetime(2025, 11, 2, 3, 0, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2025, 10, 4, 14, 30, tzinfo=UTC), datetime(2026, 4, 4, 14, 0, tzinfo=UTC)],
    "Asia/Kathmandu": [datetime(2026, 3, 10, 18, 0, tzinfo=UTC)],
    "Africa/Casablanca": [datetime(2026, 2, 15, 1, 30, tzinfo=UTC), datetime(2026, 3, 22, 1, 30, tzinfo=UTC)],
}


@pytest.mark.parametrize("zone", EDGES)
def test_no_call_is_lost_or_doubled_where_the_clock_is_changed(supervisor, zone):
    moments = [edge + step * 10 * MINUTE for edge in EDGES[zone] for step in range(-13, 19)]
    for moment in moments:
        make_call(NUMBER, moment, queue="800")
    with timezone.override(zone):
        for days in [{timezone.localdate(moment) for moment in moments}, [timezone.localdate(EDGES[zone][0])]]:
            question = asked(since=min(days), until=max(days))
            assert wrong(by_time(question)) == []
        assert by_time(asked(since="2025-09-01", until="2026-05-01"))[0].total.count == len(moments)


def test_who_has_left_a_redacted_note_and_a_merged_contact_count_as_before(supervisor):
    kept, other = make_contact("Mira Talvane", NUMBER), make_contact("M. Talvane", "+6598765432")
    lee = make_agent("lee", extension="102")
    make_call("+6598765432", NOW - 2 * HOUR, extension="102", queue="800")
    make_note("+6598765432", key="schedule_later", agent=lee, now=NOW - HOUR, promise=Promise(NOW - 30 * MINUTE))
    question = asked(period="today")
    before = {figures.key: [row.counts for row in figures.rows] for figures in everything(question)}
    make_merge(kept, other)
    recording.redact(CallNote.objects.all(), supervisor)
    lee.is_active = False
    lee.save()
    assert {figures.key: [row.counts for row in figures.rows] for figures in everything(question)} == before
    assert wrong(everything(question)) == []
    assert before["agents-notes"] == before["queues-notes"] == [[1]]


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
