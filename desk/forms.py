"""What agents tell on the lists of what is left to do."""

from datetime import UTC, datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from callnotes.meeting import may_be_of
from callnotes.models import Call, CallNote
from contacts.forms import PhoneNumberField

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class TakeOffForm(forms.Form):
    """A number on the list of missed calls, and the last of them that the page showed."""

    number = PhoneNumberField()
    until = forms.DateTimeField(validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)])


class WaiveForm(forms.Form):
    """A call that needs no note."""

    call = forms.ModelChoiceField(Call.objects.all())


class MatchForm(forms.Form):
    """A note and the call that it is of; without a call, the note is of none."""

    note = forms.ModelChoiceField(CallNote.objects.all())
    call = forms.ModelChoiceField(Call.objects.all(), required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        note, call = cleaned.get("note"), cleaned.get("call")
        if note and call and not may_be_of(note, call):
            raise forms.ValidationError("That call was with another number.")
        return cleaned
