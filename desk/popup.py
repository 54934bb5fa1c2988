"""The page that 3CX's client opens while it rings: who calls, what was said, and the note."""

import re
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import do_not_disturb, drafts, history
from callnotes.forms import CallNoteForm
from callnotes.missed import waiting_at
from callnotes.models import Call, Callback, CallNote, Draft
from callnotes.recording import TakenBack
from contacts import phone
from contacts.models import Contact
from desk.forms import HandledForm, as_uuid
from desk.people import at_peace, numbers_of, people_at
from desk.polling import fragment
from desk.requests import READ_OR_SEND, is_anothers, wants_json
from desk.signing_in import typed_by_another

NOTES_ON_POPUP = 5
NOT_CORRECTABLE = _("The note that this was to correct cannot be corrected any more. Copy your words to a new note.")
# Whoever writes notes from a list goes on with the list.
LISTS = {"missed": "desk:missed", "unmatched": "desk:unmatched", "callbacks": "desk:callbacks"}
PRIMARY_KEY = re.compile(r"[0-9]{1,18}")
# Who calls later than that calls about something else; the earlier wrap-up is offered beside it.
CONTINUES_WITHIN = timedelta(hours=1)
# Clocks of several web servers may differ a little.
ABOUT_THEN = timedelta(seconds=2)


@require_http_methods(READ_OR_SEND)
def popup(request: HttpRequest) -> HttpResponse:
    """The number may come in any spelling. A script sends the form as others do, and is told where to go on."""
    spelling = _spelling(request)
    caller = phone.read(spelling or "", settings.DEFAULT_PHONE_REGION)
    if not caller.number:
        is_withheld = spelling is not None and caller.rule is phone.Rule.WITHHELD
        return render(request, "desk/nobody.html", {"cid": (spelling or "").strip()[:40], "is_withheld": is_withheld})
    if request.method == "POST" and is_anothers(request):
        return typed_by_another(request)
    corrected = _corrected(request, caller.number)
    call = None if corrected else _row(request, "call", Call.objects.about(caller.number))
    draft = _draft(request, caller.number, corrected, call) if request.method != "POST" else None
    waiting = draft if draft and _is_of_an_earlier_call(request, draft) else None
    if draft and not waiting:
        corrected, call = draft.corrects, draft.call
    else:
        draft = None
    form = CallNoteForm(
        request.POST or None, number=caller.number, agent=request.user, corrected=corrected, call=call, draft=draft
    )
    if "corrects" in request.GET and corrected is None and request.method == "POST":
        form.add_error(None, NOT_CORRECTABLE)
    if request.method == "POST" and form.is_valid():
        try:
            return _go_on(request, form.record())
        except TakenBack:
            form.add_error(None, NOT_CORRECTABLE)
    context = {"form": form, "corrected": corrected, "call": call, "draft": draft, "waiting": waiting}
    return _page(request, caller.number, context)


@require_safe
def handled(request: HttpRequest) -> HttpResponse:
    """Who has written a note on the number since the page was opened; nothing while nobody has."""
    form = HandledForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=400)
    others = CallNote.objects.about(form.cleaned_data["number"]).exclude(agent=request.user)
    others = others.filter(corrects=None, source=CallNote.Source.DESK)
    note = others.filter(created_at__gte=form.cleaned_data["since"] - ABOUT_THEN).newest_first().for_display().first()
    return fragment(request, "desk/_handled.html", {"note": note})


def _spelling(request: HttpRequest) -> str | None:
    """The number as the address has it, its name in any case; None where there is none."""
    return next((value for name, value in request.GET.items() if name.casefold() == "cid"), None)


def _page(request: HttpRequest, number: str, context: dict) -> HttpResponse:
    people = people_at(number)
    notes = history.newest(_notes_to_read(number, people["contacts"]), NOTES_ON_POPUP)
    context |= people | at_peace(number, *numbers_of(notes))
    if number in context["at_peace"]:
        context["peace"] = do_not_disturb.in_force(number)
    context |= {
        "notes": notes,
        "missed": waiting_at(number),
        "callbacks": list(Callback.objects.open().about(number).soonest_first().for_display()),
        "then": request.GET.get("then", ""),
        "now": timezone.now(),
    }
    status = 422 if wants_json(request) and context["form"].errors else 200
    return render(request, "desk/popup.html", context, status=status)


def _go_on(request: HttpRequest, note: CallNote) -> HttpResponse:
    """To the list that the agent works off, or the number's history; each shows the note and how to undo it."""
    then = request.GET.get("then", "")
    page = reverse(LISTS[then]) if then in LISTS else reverse("desk:number", args=[note.number])
    address = f"{page}?{urlencode({'saved': note.pk})}"
    return JsonResponse({"go": address, "note": note.pk}) if wants_json(request) else redirect(address)


def _notes_to_read(number: str, contacts: list[Contact]) -> history.Sources:
    """What was said on the number, and of one contact, all that is known, whatever the number."""
    if len(contacts) == 1:
        return history.notes_of_contact_and_number(contacts[0], number)
    return history.notes_of_number(number)


def _draft(request: HttpRequest, number: str, corrected: CallNote | None, call: Call | None) -> Draft | None:
    """The agent's unfinished note that the address names; else the last of the number, or none for a new one."""
    if "new" in request.GET:
        return None
    mine = drafts.begun(request.user).about(number).select_related("corrects__disposition", "call")
    if submission := as_uuid(request.GET.get("draft", "")):
        return mine.filter(submission=submission).first()
    return mine.filter(corrects=corrected, call=call).first()


def _is_of_an_earlier_call(request: HttpRequest, draft: Draft) -> bool:
    """Whether to begin anew beside a draft: nobody has written on it for long, and the address does not name it."""
    return "draft" not in request.GET and draft.updated_at < timezone.now() - CONTINUES_WITHIN


def _corrected(request: HttpRequest, number: str) -> CallNote | None:
    """The agent's own note that the address asks to correct."""
    notes = CallNote.objects.about(number).correctable_by(request.user).select_related("disposition", "callback")
    return _row(request, "corrects", notes)


def _row(request: HttpRequest, name: str, rows: QuerySet):
    """The one of the rows whose key the address holds under that name; None for any other."""
    pk = request.GET.get(name, "")
    return rows.filter(pk=pk).first() if PRIMARY_KEY.fullmatch(pk) else None
