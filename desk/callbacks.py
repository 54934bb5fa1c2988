"""Promises to call, as agents work them off: who is to be called back, when, and by whom."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import do_not_disturb
from callnotes.callbacks import NotOpen, TakenOver
from callnotes.models import Callback, CallbackQuerySet
from callnotes.quick_times import quick_times
from contacts.models import Contact, ContactNumber
from desk import callback_forms
from desk.callback_forms import CallbackForm, DoneForm, SnoozeForm, TakeOverForm
from desk.requests import READ_OR_SEND

SHOWN_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Callbacks that are overdue, or upcoming, the soonest first."""

    name: str
    title: Promise
    callbacks: list[Callback]
    has_more: bool


@require_safe
def callback_list(request: HttpRequest) -> HttpResponse:
    """What is promised, by the agent or by the team, and overdue, upcoming, or both."""
    now, chosen = timezone.now(), callback_forms.chosen(request.GET)
    promised = _callbacks() if chosen["whose"] else _callbacks().for_agent(request.user)
    groups = [
        _group("overdue", _("Overdue"), promised.due(now)),
        _group("upcoming", _("Upcoming"), promised.upcoming(now)),
    ]
    shown = [group for group in groups if chosen["when"] in ("", group.name)]
    numbers = {callback.number for group in shown for callback in group.callbacks}
    people = ContactNumber.objects.contacts_at(numbers)
    context = {
        "groups": groups,
        "shown": [(group, [(row, _contacts(row, people)) for row in group.callbacks]) for group in shown],
        "limit": SHOWN_AT_MOST if any(group.has_more for group in shown) else None,
        "at_peace": do_not_disturb.asked_for(numbers),
        "now": now,
        "quick_times": quick_times(now, timezone.get_current_timezone()),
        "reason_max_length": callback_forms.REASON_MAX_LENGTH,
    }
    return render(request, "desk/callbacks.html", context | chosen)


@require_http_methods(READ_OR_SEND)
def take_over(request: HttpRequest) -> HttpResponse:
    """Makes a callback the agent's own."""
    return _act(request, TakeOverForm(request.POST))


@require_http_methods(READ_OR_SEND)
def snooze(request: HttpRequest) -> HttpResponse:
    """Moves a callback to a later moment."""
    return _act(request, SnoozeForm(request.POST))


@require_http_methods(READ_OR_SEND)
def done(request: HttpRequest) -> HttpResponse:
    """Takes a callback off the list, for a reason that no note tells."""
    return _act(request, DoneForm(request.POST))


def _act(request: HttpRequest, form: CallbackForm) -> HttpResponse:
    """Does what a form asks for, says what came of it, and leads back to the list that it was sent from."""
    if request.method == "POST":
        try:
            _say(request, form)
        except NotOpen:
            messages.error(request, callback_forms.who_was_first(_stored(form)))
        except TakenOver:
            messages.error(request, callback_forms.who_has_it(_stored(form)))
    told = {name: value for name, value in callback_forms.chosen(request.POST).items() if value}
    return redirect(reverse("desk:callbacks") + (f"?{urlencode(told)}" if told else ""))


def _say(request: HttpRequest, form: CallbackForm) -> None:
    if form.is_valid():
        messages.success(request, form.act(request.user))
    else:
        messages.error(request, form.first_error())


def _stored(form: CallbackForm) -> Callback | None:
    """The callback of a form as it is by now."""
    return _callbacks().filter(pk=form.cleaned_data["callback"].pk).first()


def _callbacks() -> CallbackQuerySet:
    return Callback.objects.for_display().select_related("contact")


def _group(name: str, title: Promise, callbacks: CallbackQuerySet) -> Group:
    found = list(callbacks.soonest_first()[: SHOWN_AT_MOST + 1])
    return Group(name, title, found[:SHOWN_AT_MOST], has_more=len(found) > SHOWN_AT_MOST)


def _contacts(callback: Callback, people: dict[str, list[Contact]]) -> list[Contact]:
    """To whom the call was promised; where nobody knew that, whom the number reaches."""
    if callback.contact:
        return [callback.contact]
    return [] if callback.contact_name else people.get(callback.number, [])
