"""What an agent writes about a call."""

import uuid
from collections.abc import Iterable

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.text import normalize_newlines

from callnotes import recording
from callnotes.models import COMMENTS_MAX_LENGTH, Call, CallNote, Disposition
from contacts.models import Contact


class CallNoteForm(forms.Form):
    """A note about `number`, of `call` where it is known, or a correction of the note `corrected`.

    Sent twice, it is stored once.
    """

    contact = forms.ModelChoiceField(
        Contact.objects.none(), required=False, widget=forms.RadioSelect, label="Who is it?", empty_label="Not sure"
    )
    disposition = forms.ModelChoiceField(
        Disposition.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        label="What came of the call?",
        error_messages={
            "required": "Choose what came of the call.",
            "invalid_choice": "That is no longer offered. Choose another; your words are kept.",
        },
    )
    comments = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autofocus": True})
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self,
        *args,
        number: str,
        agent: AbstractBaseUser,
        corrected: CallNote | None = None,
        call: Call | None = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, initial=_content(corrected) if corrected else None, **kwargs)
        self.number = number
        self.agent = agent
        self.corrected = corrected
        self.call = call
        offered = Q(is_active=True) | Q(pk=corrected.disposition_id) if corrected else Q(is_active=True)
        self.fields["contact"].queryset = Contact.objects.active().reached_at(number)
        self.fields["disposition"].queryset = Disposition.objects.filter(offered)
        # By the bound field, which keeps what it has read for the page.
        dispositions = [choice.data["value"].instance for choice in self["disposition"]]
        self.fields["comments"].help_text = _comments_help(dispositions)

    def clean_comments(self) -> str:
        return normalize_newlines(self.cleaned_data["comments"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if "disposition" in cleaned and "comments" in cleaned:
            try:
                recording.check(cleaned["disposition"], cleaned["comments"])
            except (recording.CommentsMissing, recording.CommentsTooLong) as error:
                self.add_error("comments", str(error))
            if self.corrected and self._says_what_it_corrects(cleaned):
                self.add_error("comments", "Nothing was changed: correct the words or the outcome, or leave this page.")
        return cleaned

    def record(self) -> CallNote:
        content = self.cleaned_data | {"contact": self._whom()}
        return recording.record(
            self.number,
            source=CallNote.Source.DESK,
            agent=self.agent,
            corrects=self.corrected,
            reported_call=self.call,
            **content,
        )

    def _whom(self) -> Contact | recording.Whom | None:
        """Who was chosen; else whom the corrected note names; else whom the number reaches."""
        if self.add_prefix("contact") in self.data:
            return self.cleaned_data.get("contact")
        return self.corrected.contact if self.corrected else recording.Whom.THE_NUMBER_REACHES

    def _says_what_it_corrects(self, cleaned: dict) -> bool:
        sent = {"contact": self._whom(), "disposition": cleaned["disposition"], "comments": cleaned["comments"]}
        return all(getattr(self.corrected, name) == value for name, value in sent.items())


def _content(note: CallNote) -> dict:
    return {"contact": note.contact_id, "disposition": note.disposition_id, "comments": note.comments}


def _comments_help(dispositions: Iterable[Disposition]) -> str:
    free = [disposition.label for disposition in dispositions if not disposition.requires_comments]
    needed = f"Needed, except for {', '.join(free)}." if free else "Needed."
    return f"{needed} Up to {COMMENTS_MAX_LENGTH:,} characters."
