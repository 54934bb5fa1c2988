"""Calling a number that asked not to be disturbed: only with a reason, which is kept."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from callnotes import do_not_disturb
from callnotes.models import CallReason
from desk.numbers import canonical_or_404
from desk.requests import READ_OR_SEND


class ReasonForm(forms.ModelForm):
    reason = forms.CharField(
        max_length=200,
        label=_("Why do you call all the same?"),
        help_text=_("It is kept with your name, for the back office to read. Up to 200 characters."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "dir": "auto"}),
    )

    class Meta:
        model = CallReason
        fields = ["reason"]


@require_http_methods(READ_OR_SEND)
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Offers the call once a reason is given; at once, where nobody asked for peace."""
    number = canonical_or_404(number)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        do_not_disturb.give_reason(number, request.user, form.cleaned_data["reason"])
        return redirect(reverse("desk:call", args=[number]))
    given = do_not_disturb.reason_given(number, request.user, timezone.now())
    asks = not given and do_not_disturb.asked_for([number])
    return render(request, "desk/call.html", {"number": number, "form": form, "given": given, "asks": asks})
