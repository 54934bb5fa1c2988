"""What an agent writes about a call."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from callnotes import drafts, recording
from callnotes.callbacks import Promise, promise_of
from callnotes.fields import FutureField, OpenedAtField, aware, check_future, on_the_clock
from callnotes.models import COMMENTS_MAX_LENGTH, Call, CallNote, Disposition, Draft
from callnotes.quick_times import quick_times
from contacts.forms import ContactChoiceField
from contacts.models import Contact
from contacts.turns import turn

HOUR, PICK, NO_TIME = "hour", "pick", "none"
ME, ANYONE = "me", "anyone"


class CallNoteForm(forms.Form):
    """A note about `number`, of `call` where it is known, or a correction of the note `corrected`.

    It begins with the words of `draft`, where there is one. Sent twice, it is stored once.
    """

    TYPED = ("contact", "disposition", "when", "due", "whose", "comments")

    contact = ContactChoiceField(
        Contact.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        label=_("Who is it?"),
        empty_label=_("Not sure"),
    )
    disposition = forms.ModelChoiceField(
        Disposition.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        label=_("What came of the call?"),
        error_messages={
            "required": _("Choose what came of the call."),
            "invalid_choice": _("That is no longer offered. Choose another; your words are kept."),
        },
    )
    when = forms.CharField(required=False, label=_("When to call back?"))
    due = forms.CharField(required=False, label=_("Day and time"))
    whose = forms.ChoiceField(
        choices=[(ME, _("I do")), (ANYONE, _("Anyone of the team"))],
        required=False,
        initial=ME,
        widget=forms.RadioSelect,
        label=_("Who calls back?"),
    )
    comments = forms.CharField(
        label=_("Comments"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autofocus": True}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    opened_at = OpenedAtField(required=False, initial=timezone.now)

    def __init__(
        self,
        *args,
        number: str,
        agent: AbstractBaseUser,
        corrected: CallNote | None = None,
        call: Call | None = None,
        draft: Draft | None = None,
        **kwargs,
    ) -> None:
        initial = _begun(draft) if draft else fields_of(corrected) if corrected else None
        super().__init__(*args, initial=initial, **kwargs)
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
        self.quick_times = quick_times(timezone.now(), timezone.get_current_timezone())

    def clean_comments(self) -> str:
        return normalize_newlines(self.cleaned_data["comments"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if "disposition" in cleaned and "comments" in cleaned:
            try:
                recording.check(cleaned["disposition"], cleaned["comments"])
            except (recording.CommentsMissing, recording.CommentsTooLong) as error:
                self.add_error("comments", str(error))
            cleaned["promise"] = self._promise(cleaned)
            if self.corrected and self._says_what_it_corrects(cleaned):
                said = _("Nothing was changed: correct the words or the outcome, or leave this page.")
                self.add_error("comments", said)
        return cleaned

    def record(self) -> CallNote:
        """Stores the note, and drops the draft that it was. Raises recording.TakenBack."""
        cleaned = self.cleaned_data
        with turn(self.number):
            note = recording.record(
                self.number,
                cleaned["disposition"],
                cleaned["comments"],
                source=CallNote.Source.DESK,
                contact=self._whom(),
                agent=self.agent,
                submission=cleaned["submission"],
                corrects=self.corrected,
                reported_call=self.call,
                promise=cleaned["promise"] or Promise(),
                opened_at=cleaned["opened_at"],
            )
            drafts.finished(cleaned["submission"], note, self._known_versions())
        return note

    def _known_versions(self) -> list[drafts.Version]:
        """What the window has kept last, from which it began, and what the form's note leaves where it is undone."""
        names = [("window", "sequence"), ("continues_window", "continues_sequence")]
        versions = [drafts.Version.read(*(self.data.get(name, "") for name in pair)) for pair in names]
        return [drafts.first_version(self.cleaned_data["submission"]), *filter(None, versions)]

    @property
    def chosen_time(self) -> str:
        """Which time is chosen: that of a quick choice as `isoformat` writes it, PICK, NO_TIME, or none yet."""
        when = self["when"].value() or ""
        offered = {quick.moment.isoformat() for quick in self.quick_times}
        return when if not when or when in (HOUR, PICK, NO_TIME) or when in offered else PICK

    @property
    def picked_time(self) -> str:
        """What stands in the field for a time that is picked: also a quick choice of a page from before."""
        when = self["when"].value() or ""
        at = aware(when) if self.chosen_time == PICK != when else None
        return on_the_clock(at) if at else self["due"].value() or ""

    def _promise(self, cleaned: dict) -> Promise | None:
        """What the disposition lets the form promise; None where it opens no callback, or a field is at fault."""
        if not cleaned["disposition"].opens_callback:
            return None
        try:
            due_at = self._due_at() if cleaned["disposition"].asks_for_time else None
        except forms.ValidationError as error:
            self.add_error("when", error)
            return None
        return Promise(due_at, cleaned.get("whose") == ANYONE, is_in_an_hour=cleaned.get("when") == HOUR)

    def _due_at(self) -> datetime | None:
        """The moment that was chosen; None where no time was given. Raises ValidationError."""
        when, due = self.cleaned_data.get("when", ""), self.cleaned_data.get("due", "")
        before = promise_of(self.corrected) if self.corrected else None
        if before and before.due_at and (when, due) == (PICK, on_the_clock(before.due_at)):
            return before.due_at
        if when == NO_TIME:
            return None
        if when == HOUR:
            return (timezone.now() + timedelta(hours=1)).replace(second=0, microsecond=0)
        if when == PICK:
            return FutureField().clean(due)
        at = aware(when)
        if at is None:
            raise forms.ValidationError(_("Choose when to call back."))
        check_future(at)
        return at

    def _whom(self) -> Contact | recording.Whom | None:
        """Who was chosen; else whom the corrected note names; else whom the number reaches."""
        if self.add_prefix("contact") in self.data:
            return self.cleaned_data.get("contact")
        return self.corrected.contact if self.corrected else recording.Whom.THE_NUMBER_REACHES

    def _says_what_it_corrects(self, cleaned: dict) -> bool:
        sent = {"contact": self._whom(), "disposition": cleaned["disposition"], "comments": cleaned["comments"]}
        is_same = all(getattr(self.corrected, name) == value for name, value in sent.items())
        return is_same and cleaned["promise"] == promise_of(self.corrected)


def fields_of(note: CallNote) -> dict[str, str]:
    """The fields of a form that says what a note says."""
    fields = {"contact": note.contact_id, "disposition": note.disposition_id, "comments": note.comments}
    if promise := promise_of(note):
        fields["when"] = promise.due_at.isoformat() if promise.due_at else NO_TIME
        fields["whose"] = ANYONE if promise.by_anyone else ME
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def _begun(draft: Draft) -> dict:
    return draft.fields | {"submission": draft.submission, "opened_at": draft.opened_at}


def _comments_help(dispositions: Iterable[Disposition]) -> str:
    free = [disposition.label for disposition in dispositions if not disposition.requires_comments]
    limit = f"{COMMENTS_MAX_LENGTH:,}"
    if not free:
        return _("Needed. Up to {limit} characters.").format(limit=limit)
    outcomes = pgettext("between the items of a list", ", ").join(free)
    return _("Needed, except for {outcomes}. Up to {limit} characters.").format(outcomes=outcomes, limit=limit)
