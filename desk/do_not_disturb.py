"""Numbers that are not to be called: set and lifted by hand, listed, and exported."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import do_not_disturb, history, tables
from callnotes.do_not_disturb_forms import DoNotDisturbForm, LiftForm
from callnotes.models import DoNotDisturb, DoNotDisturbQuerySet
from contacts import dates, phone
from contacts.exporting import WRITERS, download
from contacts.forms import PhoneNumberField
from contacts.models import ContactNumber
from desk.numbers import canonical_or_404
from desk.paging import page
from desk.requests import READ_OR_SEND


class ListForm(forms.Form):
    """Of which number entries are wanted, from where on, and how. `all` is of the export."""

    number = PhoneNumberField(required=False, label=_("Find a number"))
    before = forms.CharField(required=False)
    format = forms.ChoiceField(choices=[(kind, kind.upper()) for kind in WRITERS], required=False)
    all = forms.BooleanField(required=False)


@require_http_methods(READ_OR_SEND)
def put(request: HttpRequest, number: str) -> HttpResponse:
    """Any agent says that a number is not to be called."""
    number = canonical_or_404(number)
    if request.method != "POST":
        return redirect("desk:number", number)
    form = DoNotDisturbForm(request.POST)
    if not form.is_valid():
        return render(request, "desk/set_do_not_disturb.html", {"number": number, "form": form})
    entry = do_not_disturb.put(number, request.user, **form.cleaned_data)
    said = _("Do not disturb is set for {number}.")
    if entry.ends_at:
        said = _("Do not disturb is set for {number} until {moment}.")
    moment = dates.local(entry.ends_at, dates.DATE_TIME)
    messages.success(request, said.format(number=phone.display(number), moment=moment))
    return redirect("desk:number", number)


@require_http_methods(READ_OR_SEND)
def lift(request: HttpRequest, number: str) -> HttpResponse:
    """Who has the permission says that a number may be called again."""
    number = canonical_or_404(number)
    if request.method != "POST":
        return redirect("desk:number", number)
    if not request.user.has_perm("callnotes.lift_donotdisturb"):
        raise PermissionDenied
    form = LiftForm(request.POST)
    if not form.is_valid():
        return render(request, "desk/lift_do_not_disturb.html", {"number": number, "form": form})
    count = do_not_disturb.lift(number, request.user, form.cleaned_data["reason"])
    said = _("Lifted: {number} may be called again.")
    if not count:
        said = _("{number} was not under do-not-disturb any more.")
    messages.success(request, said.format(number=phone.display(number)))
    return redirect("desk:number", number)


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """What is in force, the newest first, of all numbers or of one; as a file for those who may export it."""
    form = ListForm(request.GET)
    is_right = form.is_valid()
    if {"before", "format"} & form.errors.keys():
        raise Http404("There is no such page.")
    if is_right and form.cleaned_data["format"]:
        return _export(request, form.cleaned_data)
    return _page(request, form)


def _page(request: HttpRequest, form: ListForm) -> HttpResponse:
    number = form.cleaned_data.get("number", "")
    found = DoNotDisturb.objects.none() if form.errors else _entries(number, timezone.now())
    rows = page(history.of(found), form.cleaned_data.get("before", ""))
    numbers = {entry.number for entry in rows.rows}
    contacts = ContactNumber.objects.contacts_at(numbers)
    context = {
        "form": form,
        "number": number,
        "page": rows,
        "rows": [(entry, contacts.get(entry.number, [])) for entry in rows.rows],
        "at_peace": numbers,
    }
    return render(request, "desk/do_not_disturb.html", context)


def _export(request: HttpRequest, asked: dict) -> StreamingHttpResponse:
    if not request.user.has_perm("callnotes.export_donotdisturb"):
        raise PermissionDenied
    number, with_past = asked["number"], asked["all"]
    now = timezone.localtime()
    chosen = _entries(number, None if with_past else now).newest_first()
    table = tables.do_not_disturb(chosen, now.tzinfo, with_past=with_past)
    said = f"State: {'All' if with_past else 'In force'}." + (f" Search: “{number}”." if number else "")
    return download(table, chosen, asked["format"], by=request.user, said=said)


def _entries(number: str, in_force_at: datetime | None) -> DoNotDisturbQuerySet:
    """The entries in force at a moment, or all there are; those of one number, where it is named."""
    found = DoNotDisturb.objects.in_force(in_force_at) if in_force_at else DoNotDisturb.objects.all()
    return found.on([number]) if number else found
