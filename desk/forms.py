"""What agents tell on the lists of what is left to do."""

import uuid
from datetime import UTC, datetime

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _

from callnotes import drafts
from callnotes.fields import OpenedAtField
from callnotes.forms import CallNoteForm, fields_of
from callnotes.meeting import may_be_of
from callnotes.models import Call, CallNote, TimelineQuerySet, TimelineRow
from contacts.forms import PhoneNumberField

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class TakeOffForm(forms.Form):
    """A number on the list of missed calls, and the last of them that the page showed."""

    number = PhoneNumberField()
    until = forms.DateTimeField(validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)])


class HandledForm(forms.Form):
    """A number, and since when somebody asks who has written a note on it."""

    number = PhoneNumberField()
    since = forms.DateTimeField(validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)])


class DraftForm(forms.Form):
    """Which wrap-up a window of a browser keeps; what is typed in it stands beside these fields."""

    number = PhoneNumberField()
    submission = forms.UUIDField()
    window = forms.UUIDField()
    sequence = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    continues_window = forms.UUIDField(required=False)
    continues_sequence = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    corrects = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    call = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    opened_at = OpenedAtField(required=False)

    def __init__(self, *args, agent: AbstractBaseUser, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent

    def keep(self) -> None:
        """Keeps what was typed. Raises as `drafts.keep` does."""
        cleaned = self.cleaned_data
        begun = cleaned["continues_window"], cleaned["continues_sequence"]
        drafts.keep(
            cleaned["submission"],
            cleaned["number"],
            self.agent,
            {name: self.data.get(name, "") for name in CallNoteForm.TYPED},
            drafts.Version(cleaned["window"], cleaned["sequence"]),
            continues=drafts.Version(*begun) if None not in begun else None,
            opened_at=cleaned["opened_at"],
            corrects=self._row("corrects", CallNote.objects.correctable_by(self.agent)),
            call=self._row("call", Call.objects.all()),
        )

    def _row(self, name: str, rows: TimelineQuerySet) -> TimelineRow | None:
        """The row about the number that is named; None where it is there no more: words are kept all the same."""
        pk = self.cleaned_data[name]
        return rows.about(self.cleaned_data["number"]).filter(pk=pk).first() if pk else None

    def says_the_same_as(self, note: CallNote) -> bool:
        """Whether a note holds what was typed, so that nothing is lost without a draft of it."""
        said = fields_of(note)
        typed = {name: normalize_newlines(self.data.get(name, "")).strip() for name in CallNoteForm.TYPED}
        return all(typed[name] in ("", said[name].strip()) for name in said)


class SavedForm(forms.Form):
    """The key of a note that was just saved."""

    saved = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class DiscardForm(forms.Form):
    """A wrap-up, and the number whose pop-up it stood in."""

    submission = forms.UUIDField()
    number = PhoneNumberField(required=False)


def as_uuid(text: str) -> uuid.UUID | None:
    """The UUID that a text spells, None for any other text."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


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
            raise forms.ValidationError(_("That call was with another number."))
        return cleaned
