"""What is left to do: missed calls, and calls and notes that did not meet."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import do_not_disturb, meeting, missed, unmatched
from contacts import phone
from contacts.models import ContactNumber
from desk.forms import MatchForm, TakeOffForm, WaiveForm
from desk.requests import READ_OR_SEND

NUMBERS_AT_MOST = 100
UNMATCHED_AT_MOST = 50


@require_safe
def missed_calls(request: HttpRequest) -> HttpResponse:
    waiting = missed.waiting(NUMBERS_AT_MOST)
    numbers = [row.number for row in waiting]
    contacts = ContactNumber.objects.contacts_at(numbers)
    return render(
        request,
        "desk/missed.html",
        {
            "rows": [(row, contacts.get(row.number, [])) for row in waiting],
            "limit": NUMBERS_AT_MOST if len(waiting) == NUMBERS_AT_MOST else None,
            "at_peace": do_not_disturb.asked_for(numbers),
        },
    )


@require_http_methods(READ_OR_SEND)
def take_off(request: HttpRequest) -> HttpResponse:
    """Takes a number off the missed calls, with the calls that the page showed."""
    if request.method != "POST":
        return redirect("desk:missed")
    form = TakeOffForm(request.POST)
    if form.is_valid():
        count = missed.take_off(**form.cleaned_data, by=request.user)
        said = _("Taken off: {number}.") if count else _("{number} was taken off before.")
        messages.success(request, said.format(number=phone.display(form.cleaned_data["number"])))
    else:
        messages.error(request, _("That is not on the list; reload the page and try again."))
    return redirect("desk:missed")


@require_safe
def unmatched_rows(request: HttpRequest) -> HttpResponse:
    """Calls without a note and notes without a call: one's own, or everybody's."""
    is_everybodys = request.GET.get("whose") == "everybody"
    agent = None if is_everybodys else request.user
    calls = unmatched.calls_without_note(timezone.now(), UNMATCHED_AT_MOST, agent)
    notes = unmatched.notes_without_call(timezone.now(), UNMATCHED_AT_MOST, agent)
    numbers = [row.call.number for row in calls] + [row.note.number for row in notes]
    return render(
        request,
        "desk/unmatched.html",
        {
            "calls": calls,
            "notes": notes,
            "is_everybodys": is_everybodys,
            "days": unmatched.DAYS,
            "limit": UNMATCHED_AT_MOST if UNMATCHED_AT_MOST in (len(calls), len(notes)) else None,
            "at_peace": do_not_disturb.asked_for(numbers),
        },
    )


@require_http_methods(READ_OR_SEND)
def match(request: HttpRequest) -> HttpResponse:
    """Says of which call a note is, or that it is of none."""
    if request.method != "POST":
        return redirect("desk:unmatched")
    form = MatchForm(request.POST)
    if form.is_valid():
        call = form.cleaned_data["call"]
        meeting.match_by_hand(form.cleaned_data["note"], call)
        said = _("Matched.") if call else _("Noted: that note is of none of the reported calls.")
        messages.success(request, said)
    else:
        messages.error(request, _("Those two do not belong together; reload the page and choose again."))
    return _to_the_list(request)


@require_http_methods(READ_OR_SEND)
def waive(request: HttpRequest) -> HttpResponse:
    """Says that a call needs no note."""
    if request.method != "POST":
        return redirect("desk:unmatched")
    form = WaiveForm(request.POST)
    if form.is_valid():
        unmatched.waive_note(form.cleaned_data["call"], by=request.user)
        messages.success(request, _("Noted: that call needs no note."))
    else:
        messages.error(request, _("That call is not there; reload the page and choose again."))
    return _to_the_list(request)


def _to_the_list(request: HttpRequest) -> HttpResponse:
    whose = "?whose=everybody" if request.POST.get("whose") == "everybody" else ""
    return redirect(reverse("desk:unmatched") + whose)
