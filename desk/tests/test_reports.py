"""Reports: every figure is as long as the list that it leads to, and rows and columns add up."""

import random
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from callnotes import recording
from callnotes.callbacks import Promise
from callnotes.models import CallNote
from callnotes.tests.factories import make_agent, make_call, make_note
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge
from desk.reports.figures import by_time, overview
from desk.reports.totals import tiles, totals, totals_of
from desk.tests.reports import HOUR, MINUTE, NOW, NUMBER, asked, everything, fill, length, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OF_PERIODS = [
    {"period": "today"},
    {"since": "2025-12-01", "until": "2026-03-11"},
    {"since": "2026-02-01", "until": "2026-03-20"},
]


@pytest.mark.parametrize(("seed", "zone"), [(1, "Asia/Singapore"), (2, "America/St_Johns")])
def test_each_figure_is_as_long_as_its_list_and_all_add_up(supervisor, seed, zone):
    chance = random.Random(seed)
    fill(chance, [supervisor, make_agent("lee", extension="102"), None])
    with timezone.override(zone):
        for period in OF_PERIODS:
            assert wrong(everything(asked(**period))) == []


def test_a_promise_that_is_not_due_yet_is_none_of_those_due(supervisor):
    for hours in (-2, 2):
        make_note(
            NUMBER, key="schedule_later", promise=Promise(NOW + hours * HOUR), agent=supervisor, now=NOW - 3 * HOUR
        )
    question = asked(period="today")
    *_, kept = tiles(question, totals(question), totals(question.before()))
    assert (kept.label, kept.aside) == ("Callbacks kept in time", "of 1 due")


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


@pytest.mark.parametrize("period", ["today", "this-week", "last-week"])
def test_the_figures_at_the_head_and_those_before_are_as_long_as_their_lists(supervisor, period):
    fill(random.Random(7), [supervisor])
    question = asked(period=period)
    now = totals(question)
    assert totals_of(overview(question), question) == now
    shown = [tile for tile in tiles(question, now, totals(question.before())) if "Median" not in tile.label]
    assert [tile.words for tile in shown] == [str(length(tile.address)) for tile in shown]
    assert [tile.before for tile in shown] == [str(length(tile.before_address)) for tile in shown]


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
