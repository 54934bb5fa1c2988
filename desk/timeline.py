"""The history of a number or a contact as a page shows it: all of it or one kind, page by page, day by day."""

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from callnotes.history import Sources
from desk.paging import page

KINDS = {
    "": _("Everything"),
    "note": _("Notes"),
    "call": _("Calls"),
    "chat": _("Chats"),
    "callback": _("Callbacks"),
    "peace": _("Do not disturb"),
}


class TimelineForm(forms.Form):
    kind = forms.ChoiceField(choices=KINDS.items(), required=False)
    before = forms.CharField(required=False)


def timeline(request: HttpRequest, of_kind: Callable[[str], Sources]) -> dict:
    """The context of a page of the history. Raises Http404 for an unknown kind, or a cursor that is none."""
    form = TimelineForm(request.GET)
    if not form.is_valid():
        raise Http404("This page does not exist; start at the newest.")
    kind = form.cleaned_data["kind"]
    return {"history": page(of_kind(kind), form.cleaned_data["before"]), "kind": kind, "kinds": KINDS}
