"""Wrap-ups that are not finished, and notes that were saved a moment ago."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from callnotes import drafts, recording
from callnotes.forms import fields_of
from callnotes.models import CallNote
from contacts import phone
from desk.forms import DiscardForm, DraftForm
from desk.requests import READ_OR_SEND, is_anothers
from desk.signing_in import typed_by_another

TOO_LATE = _("It is too late to undo that; correct the note instead.")


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps what is typed, for the page's script: 204; 409 where another window or a saved note stands in its place.

    413 and 429 beyond the limits of `drafts`.
    """
    if is_anothers(request):
        return typed_by_another(request)
    form = DraftForm(request.POST, agent=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    try:
        form.keep()
    except drafts.TooLong:
        return JsonResponse({"error": "too_long"}, status=413)
    except drafts.TooMany:
        return JsonResponse({"error": "too_many"}, status=429)
    except drafts.WrittenElsewhere:
        return JsonResponse({"elsewhere": True}, status=409)
    except drafts.SavedBefore as saved:
        last = saved.note.last_version()
        return JsonResponse({"saved": last.pk, "is_same": form.says_the_same_as(saved.note)}, status=409)
    return HttpResponse(status=204)


@require_http_methods(READ_OR_SEND)
def discard(request: HttpRequest) -> HttpResponse:
    """Throws an unfinished wrap-up away; who does so in a pop-up begins a new one there."""
    form = DiscardForm(request.POST)
    if request.method != "POST":
        return redirect("desk:start")
    if form.is_valid() and drafts.discard(form.cleaned_data["submission"], request.user):
        messages.success(request, _("Discarded."))
    else:
        messages.error(request, _("That was saved or discarded before."))
    number = form.cleaned_data.get("number")
    return redirect(f"{reverse('desk:popup')}?{urlencode({'cid': number, 'new': 1})}" if number else "desk:start")


@require_http_methods(READ_OR_SEND)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a note back that was just saved; its words stand in the pop-up again."""
    note = CallNote.objects.by_agent(request.user).select_related("disposition", "callback").filter(pk=pk).first()
    if note is None:
        messages.error(request, _("That note is not there any more; look among the unfinished wrap-ups."))
        return redirect("desk:start")
    here = redirect("desk:number", note.number)
    if request.method != "POST":
        return here
    try:
        submission = recording.undo(note, request.user, fields_of(note))
    except recording.TooLate:
        messages.error(request, TOO_LATE)
        return here
    said = _("Taken back: your words about {number} are not saved now.")
    messages.success(request, said.format(number=phone.display(note.number)))
    return redirect(f"{reverse('desk:popup')}?{urlencode({'cid': note.number, 'draft': submission})}")
