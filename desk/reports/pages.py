"""Reports for who has the right: figures of a period, each with the rows that it counts."""

from collections.abc import Callable

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from callnotes.periods import NAMED
from contacts.spreadsheets import lines, plain
from desk.reports.figures import by_time, overview
from desk.reports.forms import PERIODS, Question, ReportForm
from desk.reports.groups import FEW_DAYS, is_short, of_agents, of_queues
from desk.reports.tables import Table
from desk.reports.totals import tiles, totals, totals_of
from people.masking import open_to_masked

TABS = {
    "reports": _("Overview"),
    "report-hours": _("By day and hour"),
    "report-agents": _("By agent"),
    "report-queues": _("By queue"),
}
# What a long period lacks, and how to come to it.
LEFT_OUT = {
    "report-agents": _("Time to call back by agent is shown for {days} days at most. For more, choose an agent."),
    "report-queues": _("Notes and callbacks by queue are shown for {days} days at most. For more, choose a queue."),
}
NO_DAYS = {"since": None, "until": None, "up_to": None}


def may_view_reports(view: Callable) -> Callable:
    return open_to_masked(permission_required("callnotes.view_reports", raise_exception=True)(view))


@require_safe
@may_view_reports
def dashboard(request: HttpRequest) -> HttpResponse:
    return _report(request, "reports", overview)


@require_safe
@may_view_reports
def by_hour(request: HttpRequest) -> HttpResponse:
    return _report(request, "report-hours", by_time)


@require_safe
@may_view_reports
def by_agent(request: HttpRequest) -> HttpResponse:
    return _report(request, "report-agents", of_agents)


@require_safe
@may_view_reports
def by_queue(request: HttpRequest) -> HttpResponse:
    return _report(request, "report-queues", of_queues)


def _report(request: HttpRequest, tab: str, tables_of: Callable[[Question], list[Table]]) -> HttpResponse:
    """The page of a report; with `csv`, the table of that name as a file."""
    form = ReportForm(request.GET)
    if not form.is_valid():
        return render(request, "desk/report.html", _frame(form, tab, None))
    question = form.question(timezone.now())
    if form.cleaned_data["csv"]:
        with translation.override("en"):
            return _file(tables_of(question), form.cleaned_data["csv"])
    tables = tables_of(question)
    context = _frame(form.of(question), tab, question) | {"tables": tables, "whose": form.whose}
    if tab in LEFT_OUT and not is_short(question):
        context["left_out"] = LEFT_OUT[tab].format(days=FEW_DAYS)
    if tab == "reports":
        context["tiles"] = tiles(question, totals_of(tables, question), totals(question.before()))
    return render(request, "desk/report.html", context)


def _frame(form: ReportForm, tab: str, question: Question | None) -> dict:
    """What stands around the figures: the tabs and periods to choose from, and what was chosen."""
    asked = question or Question.of_today(timezone.now())
    return {
        "form": form,
        "tab": tab,
        "tabs": [(name, label, asked.address(name)) for name, label in TABS.items()],
        "periods": [_period(name, asked, tab) for name in PERIODS],
        "question": question,
        "before": question and question.before(),
        "of_all_queues": asked.address(tab, queue=None),
    }


def _period(name: str, asked: Question, tab: str) -> tuple[str, str, bool]:
    """The label of a named period, where its report is, and whether it is the one that is shown."""
    days = NAMED[name](timezone.localdate(asked.now))
    return PERIODS[name], asked.address(tab, period=name, **NO_DAYS), days == asked.days


def _file(tables: list[Table], key: str) -> HttpResponse:
    """A table as CSV, in English: other programs read it. Raises Http404 where there is none of the name."""
    table = next((table for table in tables if table.key == key), None)
    if table is None:
        raise Http404("There is no such table.")
    names = [str(head.exact or head.label) for head in table.series]
    total = ["total"] if table.has_columns else []
    rows = [
        [
            plain(str(row.head.exact or row.head.label)),
            *map(str, row.counts),
            *([str(row.total.count)] if total else []),
        ]
        for row in table.rows
    ]
    content = lines([str(table.corner).lower(), *map(plain, names), *total], rows)
    days = table.question.days
    file = f'attachment; filename="{key}-{days.first}-{days.last}.csv"'
    headers = {"Content-Disposition": file, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
