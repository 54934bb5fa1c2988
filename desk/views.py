"""The agent's pages: the day at a glance, whom to find, and what was said before."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import drafts, history, missed
from callnotes.do_not_disturb_forms import DoNotDisturbForm, LiftForm
from callnotes.models import Callback, CallNote
from contacts import adding, phone
from contacts.forms import ContactForm, ContactNumberForm, SearchForm
from contacts.models import Contact, ContactNumber
from desk.numbers import canonical_or_404
from desk.people import at_peace, ledger_of, numbers_of, people_at
from desk.requests import READ_OR_SEND
from desk.timeline import timeline

ON_START = 5
UNFINISHED_ON_START = 20
NOTES_ON_START = 10
CONTACTS_FOUND_AT_MOST = 50


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The day at a glance: whom to find, whom to call, what to finish, what was said last."""
    notes = list(CallNote.objects.by_agent(request.user).newest_first().for_display()[:NOTES_ON_START])
    callbacks = list(Callback.objects.open().for_agent(request.user).soonest_first().for_display()[: ON_START + 1])
    waiting = missed.waiting(ON_START + 1)
    unfinished = list(drafts.unfinished(request.user)[: UNFINISHED_ON_START + 1])
    numbers = numbers_of([*notes, *callbacks, *unfinished, *waiting])
    people = ContactNumber.objects.contacts_at(numbers_of([*unfinished, *waiting]))
    context = {
        "notes": notes,
        "callbacks": callbacks,
        "missed": [(row, people.get(row.number, [])) for row in waiting],
        "unfinished": [(draft, people.get(draft.number, [])) for draft in unfinished],
        "limit": ON_START,
        "now": timezone.now(),
    }
    return render(request, "desk/start.html", context | at_peace(*numbers))


@require_safe
def number(request: HttpRequest, number: str) -> HttpResponse:
    """The communication history of a number, also where it is no contact's."""
    canonical = canonical_or_404(number)
    if canonical != number:
        return redirect("desk:number", canonical)
    context = timeline(request, partial(history.of_number, number)) | people_at(number) | ledger_of(number)
    context |= {"set_form": DoNotDisturbForm(auto_id="id_set_%s"), "lift_form": LiftForm(auto_id="id_lift_%s")}
    return render(request, "desk/number.html", context)


@require_safe
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """One that was merged leads to the one that it is in, by a redirect that an undone merge takes back."""
    contact = get_object_or_404(Contact.with_merged.prefetch_related("numbers"), pk=pk)
    if contact.merged_into_id:
        return redirect("desk:contact", contact.merged_into_id)
    context = {"contact": contact} | timeline(request, partial(history.of_contact, contact))
    numbers = [contact_number.number for contact_number in contact.numbers.all()]
    context |= ledger_of(*numbers, beside=numbers_of(context["history"].rows))
    return render(request, "desk/contact.html", context)


@require_http_methods(READ_OR_SEND)
def add_contact(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        contact = form.save()
        messages.success(request, _("Added: {whom}.").format(whom=contact))
        return redirect("desk:contact", contact.pk)
    return render(request, "desk/add_contact.html", {"form": form})


@require_http_methods(READ_OR_SEND)
def add_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Another number of a contact: whoever calls from a new one is not added twice."""
    contact = get_object_or_404(Contact.objects.known_as(pk))
    number = ContactNumber(contact=contact)
    form = ContactNumberForm(request.POST or None, instance=number, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        added = adding.add_number(form.save(commit=False))
        messages.success(request, _("Added: {whom}.").format(whom=added))
        return redirect("desk:contact", added.contact_id)
    return render(request, "desk/add_number.html", {"form": form, "contact": contact})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Contacts by name, company, e-mail, a number in any spelling or its last digits."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(_matching(text)) if text else []
    reading = phone.read(text, settings.DEFAULT_PHONE_REGION)
    return render(
        request,
        "desk/search.html",
        {
            "text": text,
            "form": form,
            "contacts": found[:CONTACTS_FOUND_AT_MOST],
            "has_more": len(found) > CONTACTS_FOUND_AT_MOST,
            "limit": CONTACTS_FOUND_AT_MOST,
            "number": "" if reading.rule is phone.Rule.SHORT else reading.number,
        }
        | at_peace(*(number.number for contact in found for number in contact.numbers.all())),
    )


def _matching(text: str):
    return Contact.objects.matching(text).prefetch_related("numbers")[: CONTACTS_FOUND_AT_MOST + 1]
