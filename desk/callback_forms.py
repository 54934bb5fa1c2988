"""What agents tell on the list of callbacks, and what is said to them then."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callnotes import callbacks
from callnotes.fields import FutureField, aware, check_future
from callnotes.models import Callback
from contacts import dates, phone
from desk.templatetags.people import person_name

REASON_MAX_LENGTH = Callback._meta.get_field("closing_reason").max_length
NOT_THERE = _("That callback is not there any more; reload the page.")


class CallbackListForm(forms.Form):
    """Whose callbacks a list is of, and which of them."""

    whose = forms.ChoiceField(choices=[("team", "Team")], required=False)
    when = forms.ChoiceField(choices=[("overdue", "Overdue"), ("upcoming", "Upcoming")], required=False)


def chosen(data: Mapping[str, str]) -> dict[str, str]:
    """Whose and which callbacks to list; the agent's own, and all of them, where that is not told."""
    form = CallbackListForm(data)
    form.is_valid()
    return {name: form.cleaned_data.get(name, "") for name in form.fields}


class CallbackForm(forms.Form):
    """An open callback that an agent does something to."""

    callback = forms.ModelChoiceField(Callback.objects.select_related("contact"))

    def act(self, by: AbstractBaseUser) -> str:
        """Does it, and answers what to say. Raises NotOpen where somebody has done the callback before."""
        raise NotImplementedError

    def first_error(self) -> str:
        return NOT_THERE if "callback" in self.errors else next(iter(self.errors.values()))[0]


class TakeOverForm(CallbackForm):
    """A callback, and whose it was on the page: the key of an agent, 0 for anyone's."""

    agent = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)

    def act(self, by: AbstractBaseUser) -> str:
        """Likewise; TakenOver where a colleague has it by now."""
        callback, seen = self.cleaned_data["callback"], self.cleaned_data["agent"]
        if seen not in (None, callback.agent_id or 0) and callback.agent != by:
            raise callbacks.TakenOver
        callbacks.take_over(callback, by)
        return _("Taken over: {whom} is yours to call.").format(whom=whom(callback))


class SnoozeForm(CallbackForm):
    """In how many minutes to call, at which moment that the page offered, or at what time on the reader's clock."""

    minutes = forms.TypedChoiceField(choices=[(10, _("10 minutes")), (60, _("1 hour"))], coerce=int, required=False)
    at = forms.CharField(required=False)
    until = FutureField(required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("minutes"):
            cleaned["until"] = timezone.now() + timedelta(minutes=cleaned["minutes"])
        elif at := aware(cleaned.get("at", "")):
            check_future(at)
            cleaned["until"] = at
        elif not self.errors and not cleaned["until"]:
            raise forms.ValidationError(_("Choose when to call."))
        return cleaned

    def act(self, by: AbstractBaseUser) -> str:
        callback, until = self.cleaned_data["callback"], self.cleaned_data["until"]
        callbacks.snooze(callback, until)
        return _("Snoozed: {whom} is due {moment}.").format(whom=whom(callback), moment=clock(until))


class DoneForm(CallbackForm):
    """Why a callback is off the list, where no note tells."""

    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        error_messages={
            "required": _("Write why it is done."),
            "max_length": _("Write the reason in up to %(limit_value)d characters; it was %(show_value)d."),
        },
    )

    def act(self, by: AbstractBaseUser) -> str:
        callback = self.cleaned_data["callback"]
        callbacks.close_by_hand(callback, by, self.cleaned_data["reason"])
        return _("Done: {whom}.").format(whom=whom(callback))


def who_was_first(callback: Callback | None) -> str:
    """Who has done a callback, and when; or that it is not to be had, where it was taken back."""
    if callback is None or callback.closed_at is None:
        return NOT_THERE
    by = callback.closed_by and person_name(callback.closed_by)
    said = (
        _("{whom} was done by {who}, {moment}. Nothing was changed.")
        if by
        else _("{whom} was done, {moment}. Nothing was changed.")
    )
    return said.format(whom=whom(callback), who=by, moment=clock(callback.closed_at))


def who_has_it(callback: Callback | None) -> str:
    """Who has taken a callback over meanwhile."""
    if callback is None or callback.closed_at:
        return who_was_first(callback)
    if callback.agent is None:
        return _("{whom} is anyone's to call by now.").format(whom=whom(callback))
    return _("{who} has taken {whom} over.").format(who=person_name(callback.agent), whom=whom(callback))


def whom(callback: Callback) -> str:
    name = callback.contact.name if callback.contact else callback.contact_name
    number = phone.display(callback.number)
    return _("{name}, {number}").format(name=name, number=number) if name else number


def clock(moment: datetime) -> str:
    return dates.local(moment, dates.MOMENT_SHORT)
