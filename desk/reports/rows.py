"""The rows that a figure of a report counts, newest first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from callnotes import reports
from callnotes.models import TimelineQuerySet
from callnotes.reports import KINDS, OUTCOMES, WAITS
from desk.paging import page_by
from desk.people import at_peace, numbers_of
from desk.reports.figures import CALLS, DUE, MISSED, NOTES, WEEKDAYS
from desk.reports.forms import CallbacksForm, CallsForm, NotesForm, Question, RowsForm
from desk.reports.pages import may_view_reports


@require_safe
@may_view_reports
def notes(request: HttpRequest) -> HttpResponse:
    form, question = _asked(NotesForm(request.GET))
    disposition = form.cleaned_data["disposition"]
    rows = notes_of(form, question)
    told = [disposition.label] if disposition else []
    return _list(request, form, question, rows, "first_written_at", title=_("Notes"), what=NOTES, told=told)


@require_safe
@may_view_reports
def calls(request: HttpRequest) -> HttpResponse:
    form, question = _asked(CallsForm(request.GET))
    what = MISSED if form.cleaned_data["wait"] else CALLS
    told = _told_of_calls(form)
    return _list(
        request, form, question, calls_of(form, question), "started_at", title=_("Calls"), what=what, told=told
    )


@require_safe
@may_view_reports
def callbacks(request: HttpRequest) -> HttpResponse:
    form, question = _asked(CallbacksForm(request.GET))
    outcome = form.cleaned_data["outcome"]
    told = [OUTCOMES[outcome]] if outcome else []
    rows = callbacks_of(form, question)
    return _list(request, form, question, rows, "due_at", title=_("Callbacks"), what=DUE, told=told)


def notes_of(form: NotesForm, question: Question) -> TimelineQuerySet:
    rows, disposition = reports.notes(question.scope), form.cleaned_data["disposition"]
    return rows.filter(disposition=disposition) if disposition else rows


def calls_of(form: CallsForm, question: Question) -> TimelineQuerySet:
    asked = form.cleaned_data
    rows = reports.calls(question.scope)
    if asked["wait"]:
        rows = reports.missed(question.scope).filter(wait=asked["wait"])
    if asked["sort"]:
        rows = rows.filter(sort=asked["sort"])
    return reports.calls_at(rows, timezone.get_current_timezone(), asked["weekday"], asked["hour"])


def callbacks_of(form: CallbacksForm, question: Question) -> TimelineQuerySet:
    rows, outcome = reports.callbacks(question.scope, question.now), form.cleaned_data["outcome"]
    return rows.filter(outcome=outcome) if outcome else rows


def _asked(form: RowsForm) -> tuple[RowsForm, Question]:
    """Raises Http404 for what no link of a report asks."""
    if not form.is_valid():
        raise Http404("There is no such list; start at the reports.")
    return form, form.question(timezone.now())


def _list(
    request: HttpRequest, form: RowsForm, question: Question, rows: TimelineQuerySet, moment: str, **said: object
) -> HttpResponse:
    page = page_by(rows, moment, form.cleaned_data["before"])
    address = request.resolver_match.url_name
    context = {
        "form": form,
        "question": question,
        "page": page,
        "newest": question.address(address, **form.which()),
        "older": page.older and question.address(address, **form.which(), before=page.older),
        "report": question.address("reports"),
        **said,
    }
    return render(request, "desk/report_rows.html", context | at_peace(*numbers_of(page.rows)))


def _told_of_calls(form: CallsForm) -> list[str]:
    """Which calls these are, in words."""
    asked = form.cleaned_data
    told = [KINDS.get(asked["sort"]), WAITS.get(asked["wait"], (None, None))[1]]
    if asked["weekday"]:
        told.append(WEEKDAYS[asked["weekday"] - 1])
    if asked["hour"] is not None:
        told.append(f"{asked['hour']:02}:00–{(asked['hour'] + 1) % 24:02}:00")
    return [words for words in told if words]
