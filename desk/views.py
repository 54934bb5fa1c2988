"""The agent's pages: who calls, what came of it, and what was said before."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import do_not_disturb, history
from callnotes.forms import CallNoteForm
from callnotes.missed import waiting_at
from callnotes.models import Call, CallNote, TimelineRow
from contacts import phone
from contacts.forms import ContactForm, ContactNumberForm, SearchForm
from contacts.models import Contact, ContactNumber
from desk.numbers import canonical_or_404
from desk.paging import page

NOTES_ON_POPUP = 5
NOTES_ON_START = 10
CONTACTS_FOUND_AT_MOST = 50
PEOPLE_AT_MOST = 30
NOT_CORRECTABLE = "The note that this was to correct cannot be corrected any more. Copy your words to a new note."
# Whoever writes notes from a list goes on with the list.
LISTS = {"missed": "desk:missed", "unmatched": "desk:unmatched"}
READ_OR_SEND = ["GET", "HEAD", "POST"]
PRIMARY_KEY = re.compile(r"[0-9]{1,18}")


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    notes = list(CallNote.objects.by_agent(request.user).newest_first().for_display()[:NOTES_ON_START])
    return render(request, "desk/start.html", {"notes": notes} | _at_peace(*_numbers_of(notes)))


@require_http_methods(READ_OR_SEND)
def popup(request: HttpRequest) -> HttpResponse:
    """The page that 3CX's client opens while it rings; the number may come in any spelling."""
    spelling = request.GET.get("cid", "")
    caller = phone.read(spelling, settings.DEFAULT_PHONE_REGION)
    if not caller.number:
        is_withheld = caller.rule is phone.Rule.WITHHELD
        return render(request, "desk/nobody.html", {"cid": spelling.strip()[:40], "is_withheld": is_withheld})
    corrected = _corrected(request, caller.number)
    then = request.GET.get("then", "")
    call = None if corrected else _row(request, "call", Call.objects.about(caller.number))
    form = CallNoteForm(request.POST or None, number=caller.number, agent=request.user, corrected=corrected, call=call)
    if "corrects" in request.GET and corrected is None and request.method == "POST":
        form.add_error(None, NOT_CORRECTABLE)
    if request.method == "POST" and form.is_valid():
        note = form.record()
        whom = f"{note.contact_name}, " if note.contact_name else ""
        messages.success(request, f"Saved: {note.disposition}, {whom}{phone.display(note.number)}.")
        return redirect(LISTS[then]) if then in LISTS else redirect("desk:number", note.number)
    people = _people(caller.number)
    notes = history.newest(_notes_to_read(caller.number, people["contacts"]), NOTES_ON_POPUP)
    context = {
        "form": form,
        "corrected": corrected,
        "call": call,
        "then": then,
        "notes": notes,
        "missed": waiting_at(caller.number),
    }
    return render(request, "desk/popup.html", context | people | _at_peace(caller.number, *_numbers_of(notes)))


@require_safe
def number(request: HttpRequest, number: str) -> HttpResponse:
    """The communication history of a number, also where it is no contact's."""
    canonical = canonical_or_404(number)
    if canonical != number:
        return redirect("desk:number", canonical)
    rows = page(history.of_number(number), request.GET.get("before", ""))
    return render(request, "desk/number.html", {"history": rows} | _people(number) | _at_peace(number))


@require_safe
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.prefetch_related("numbers"), pk=pk)
    rows = page(history.of_contact(contact), request.GET.get("before", ""))
    numbers = {contact_number.number for contact_number in contact.numbers.all()}
    context = {"contact": contact, "history": rows}
    return render(request, "desk/contact.html", context | _at_peace(*numbers, *_numbers_of(rows.rows)))


@require_http_methods(READ_OR_SEND)
def add_contact(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        contact = form.save()
        messages.success(request, f"Added: {contact}.")
        return redirect("desk:contact", contact.pk)
    return render(request, "desk/add_contact.html", {"form": form})


@require_http_methods(READ_OR_SEND)
def add_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Another number of a contact: whoever calls from a new one is not added twice."""
    contact = get_object_or_404(Contact, pk=pk)
    number = ContactNumber(contact=contact)
    form = ContactNumberForm(request.POST or None, instance=number, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"Added: {form.save()}.")
        return redirect("desk:contact", pk)
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
        | _at_peace(*(number.number for contact in found for number in contact.numbers.all())),
    )


def _matching(text: str):
    return Contact.objects.matching(text).prefetch_related("numbers")[: CONTACTS_FOUND_AT_MOST + 1]


def _people(number: str) -> dict:
    found = list(Contact.objects.reached_at(number).active_first()[: PEOPLE_AT_MOST + 1])
    contacts = found[:PEOPLE_AT_MOST]
    return {
        "number": number,
        "people_limit": PEOPLE_AT_MOST if len(found) > PEOPLE_AT_MOST else None,
        "contacts": [contact for contact in contacts if not contact.archived_at],
        "archived": [contact for contact in contacts if contact.archived_at],
    }


def _notes_to_read(number: str, contacts: list[Contact]) -> history.Sources:
    """What was said on the number, and of one contact, all that is known, whatever the number."""
    if len(contacts) == 1:
        return history.notes_of_contact_and_number(contacts[0], number)
    return history.notes_of_number(number)


def _corrected(request: HttpRequest, number: str) -> CallNote | None:
    """The agent's own note that the address asks to correct."""
    return _row(request, "corrects", CallNote.objects.about(number).correctable_by(request.user))


def _row(request: HttpRequest, name: str, rows: QuerySet):
    """The one of the rows whose key the address holds under that name; None for any other."""
    pk = request.GET.get(name, "")
    return rows.filter(pk=pk).first() if PRIMARY_KEY.fullmatch(pk) else None


def _at_peace(*numbers: str) -> dict:
    """Those of the numbers on a page that are not offered for a call."""
    return {"at_peace": do_not_disturb.asked_for(numbers)}


def _numbers_of(rows: Iterable[TimelineRow]) -> set[str]:
    return {row.number for row in rows}
