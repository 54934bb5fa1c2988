import math
from datetime import timedelta

from django import template
from django.utils import timezone

from callnotes.models import CallNote
from callnotes.recording import UNDO_SECONDS
from desk.forms import SavedForm

register = template.Library()

SHOWN_FOR = timedelta(minutes=5)


@register.inclusion_tag("desk/_saved.html", takes_context=True)
def saved_note(context: template.Context) -> dict:
    """The agent's own note that was saved a moment ago, named by the address; and for how long it can be undone.

    Costs a query where the address names one.
    """
    request = context.get("request")
    form = SavedForm(request.GET) if request and "saved" in request.GET else None
    if not form or not form.is_valid() or not request.user.is_authenticated:
        return {}
    now = timezone.now()
    notes = CallNote.objects.by_agent(request.user).filter(created_at__gte=now - SHOWN_FOR, corrections=None)
    note = notes.select_related("disposition").filter(pk=form.cleaned_data["saved"]).first()
    if note is None:
        return {}
    left = UNDO_SECONDS - (now - note.created_at).total_seconds()
    return {
        "note": note,
        "seconds": max(0, math.ceil(left)),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
