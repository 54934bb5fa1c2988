"""The agent's pages: who calls, what came of it, and what was said before."""

import re

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from callnotes.forms import CallNoteForm
from callnotes.models import CallNote
from contacts import phone
from contacts.forms import ContactForm, SearchForm
from contacts.models import Contact
from desk.paging import page

NOTES_ON_POPUP = 5
NOTES_ON_START = 10
CONTACTS_FOUND_AT_MOST = 50
PRIMARY_KEY = re.compile(r"[0-9]{1,18}")


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    notes = CallNote.objects.by_agent(request.user).newest_first().for_display()[:NOTES_ON_START]
    return render(request, "desk/start.html", {"notes": notes})


def popup(request: HttpRequest) -> HttpResponse:
    """The page that 3CX's client opens while it rings; the number may come in any spelling."""
    caller = phone.read(request.GET.get("cid", ""), settings.DEFAULT_PHONE_REGION)
    if not caller.number:
        return render(request, "desk/nobody.html", {"cid": request.GET.get("cid", "").strip()[:40]})
    form = CallNoteForm(
        request.POST or None, number=caller.number, agent=request.user, initial=_corrected(request, caller.number)
    )
    if request.method == "POST" and form.is_valid():
        note = form.record()
        messages.success(request, f"Saved: {note.disposition}, {phone.display(note.number)}.")
        return redirect("desk:number", note.number)
    notes = CallNote.objects.about(caller.number).newest_first().for_display()[:NOTES_ON_POPUP]
    return render(request, "desk/popup.html", {"form": form, "notes": notes} | _people(caller.number))


@require_safe
def number(request: HttpRequest, number: str) -> HttpResponse:
    """The communication history of a number, also where it is no contact's."""
    canonical = phone.read(number, settings.DEFAULT_PHONE_REGION).number
    if not canonical:
        raise Http404("That is no phone number.")
    if canonical != number:
        return redirect("desk:number", canonical)
    history = page(CallNote.objects.about(number), request.GET.get("before", ""))
    return render(request, "desk/number.html", {"history": history} | _people(number))


@require_safe
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.prefetch_related("numbers"), pk=pk)
    history = page(CallNote.objects.of_contact(contact), request.GET.get("before", ""))
    return render(request, "desk/contact.html", {"contact": contact, "history": history})


def add_contact(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        contact = form.save()
        messages.success(request, f"Added: {contact}.")
        return redirect("desk:contact", contact.pk)
    return render(request, "desk/add_contact.html", {"form": form})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Contacts by name, company, e-mail, a number in any spelling or its last digits."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(_matching(text)) if text else []
    return render(
        request,
        "desk/search.html",
        {
            "text": text,
            "form": form,
            "contacts": found[:CONTACTS_FOUND_AT_MOST],
            "has_more": len(found) > CONTACTS_FOUND_AT_MOST,
            "limit": CONTACTS_FOUND_AT_MOST,
            "number": phone.read(text, settings.DEFAULT_PHONE_REGION).number,
        },
    )


def _matching(text: str):
    return Contact.objects.matching(text).prefetch_related("numbers")[: CONTACTS_FOUND_AT_MOST + 1]


def _people(number: str) -> dict:
    contacts = list(Contact.objects.reached_at(number).prefetch_related("numbers"))
    return {
        "number": number,
        "contacts": [contact for contact in contacts if not contact.archived_at],
        "archived": [contact for contact in contacts if contact.archived_at],
    }


def _corrected(request: HttpRequest, number: str) -> dict:
    """What the form starts with: empty, or the note that it is to correct."""
    pk = request.GET.get("corrects", "")
    if not PRIMARY_KEY.fullmatch(pk):
        return {}
    note = CallNote.objects.about(number).filter(pk=pk).first()
    if note is None:
        return {}
    return {"contact": note.contact_id, "disposition": note.disposition_id, "comments": note.comments, "corrects": note}
