"""What people say when a number is not to be called, and when it may be again."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from callnotes.fields import FutureField
from callnotes.models import REASON_MAX_LENGTH, DoNotDisturb
from contacts.forms import ANY_SPELLING, PhoneNumberField

UP_TO = format_lazy(_("Up to {limit} characters."), limit=REASON_MAX_LENGTH)
KEPT_WITH_NAME = format_lazy(_("It is kept with your name. Up to {limit} characters."), limit=REASON_MAX_LENGTH)
UNTIL_LIFTED = _("Empty: until somebody lifts it.")


class ReasonField(forms.CharField):
    def __init__(self, **kwargs) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"})
        super().__init__(**{"max_length": REASON_MAX_LENGTH, "widget": widget, "help_text": UP_TO} | kwargs)


class DoNotDisturbForm(forms.Form):
    """Why a number is not to be called, and until when, if that is known."""

    reason = ReasonField(label=_("Why is it not to be called?"))
    ends_at = FutureField(required=False, label=_("Until"), help_text=UNTIL_LIFTED)


class LiftForm(forms.Form):
    reason = ReasonField(label=_("Why may it be called again?"), help_text=KEPT_WITH_NAME)


class DoNotDisturbForBackOfficeForm(forms.ModelForm):
    number = PhoneNumberField(label=_("Number"), help_text=ANY_SPELLING)
    reason = ReasonField(label=_("Reason"))
    ends_at = FutureField(required=False, label=_("Until"), help_text=UNTIL_LIFTED)

    class Meta:
        model = DoNotDisturb
        fields = ["number", "reason", "ends_at"]
