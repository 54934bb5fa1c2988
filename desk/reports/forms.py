"""What a report is asked about: its period, whose it is, and of a list which rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callnotes.models import EXTENSION_MAX_LENGTH, Disposition
from callnotes.periods import NAMED, Days
from callnotes.reports import KINDS, NO_QUEUE, NOBODY, OUTCOMES, WAITS, Scope, agents
from desk.forms import EARLIEST, LATEST
from desk.templatetags.people import person_name

DAYS_AT_MOST = 1096
PERIODS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "this-week": _("This week"),
    "last-week": _("Last week"),
    "this-month": _("This month"),
    "last-month": _("Last month"),
}
_IN_REACH = [MinValueValidator(EARLIEST.date()), MaxValueValidator(LATEST.date())]


def named_queue(queue: str) -> str:
    return str(_("No queue")) if queue in ("", NO_QUEUE) else queue


@dataclass(frozen=True, slots=True)
class Question:
    """A period as days, and whose: what every link of a report goes on with."""

    days: Days
    now: datetime
    agent: int | None = None
    queue: str | None = None
    up_to: datetime | None = None

    @classmethod
    def of_today(cls, now: datetime) -> Self:
        return cls(NAMED["today"](timezone.localdate(now)), now)

    @property
    def scope(self) -> Scope:
        zone = timezone.get_current_timezone()
        end = self.days.end(zone)
        return Scope(self.days.start(zone), min(self.up_to or end, end), self.agent, self.queue)

    def before(self) -> "Question":
        """The same about the days before; while the period lasts, up to the same time of theirs."""
        zone, earlier = timezone.get_current_timezone(), self.days.before()
        up_to = self.days.up_to(self.now.replace(second=0, microsecond=0), zone, earlier)
        is_cut = up_to < earlier.end(zone)
        return Question(earlier, self.now, self.agent, self.queue, up_to if is_cut else None)

    @property
    def queue_name(self) -> str:
        return "" if self.queue is None else named_queue(self.queue)

    def address(self, page: str, **which: object) -> str:
        """Where a page of reports tells of the same; `which` names other days, or which rows."""
        asked = {"since": self.days.first, "until": self.days.last, "agent": self.agent, "queue": self.queue}
        asked |= {"up_to": self.up_to and self.up_to.isoformat()} | which
        return f"{reverse(f'desk:{page}')}?{urlencode({name: at for name, at in asked.items() if at is not None})}"


class ReportForm(forms.Form):
    """Nothing asks about today. Days that are named come before a period's name; one alone is one day."""

    period = forms.ChoiceField(choices=PERIODS.items(), required=False, widget=forms.HiddenInput)
    since = forms.DateField(
        required=False, label=_("From"), validators=_IN_REACH, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=_("To"), validators=_IN_REACH, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    agent = forms.TypedChoiceField(required=False, label=_("Agent"), coerce=int, empty_value=None)
    queue = forms.CharField(required=False, max_length=EXTENSION_MAX_LENGTH, empty_value=None, widget=forms.HiddenInput)
    up_to = forms.DateTimeField(
        required=False, validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)], widget=forms.HiddenInput
    )
    csv = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        people = [(agent.pk, person_name(agent)) for agent in agents()]
        self.fields["agent"].choices = [("", _("Everybody")), (NOBODY, _("Nobody")), *people]

    def clean(self) -> dict:
        cleaned = super().clean()
        first, last = self._ends(cleaned)
        if last < first:
            self.add_error("until", _("The last day is before the first; exchange them."))
        elif last - first >= timedelta(days=DAYS_AT_MOST):
            said = _("A report is of at most {count} days; choose a shorter period.")
            self.add_error("until", said.format(count=DAYS_AT_MOST))
        return cleaned

    def _ends(self, cleaned: dict) -> tuple[date, date]:
        since, until = cleaned.get("since"), cleaned.get("until")
        if since or until:
            return since or until, until or since
        days = NAMED[cleaned.get("period") or "today"](timezone.localdate())
        return days.first, days.last

    @property
    def whose(self) -> str:
        """The name of who was asked about; empty for everybody."""
        agent = self.cleaned_data["agent"]
        return "" if agent is None else str(dict(self.fields["agent"].choices)[agent])

    def of(self, question: Question) -> Self:
        """The form with the days that are shown, to choose others from."""
        days = {"since": question.days.first, "until": question.days.last}
        return type(self)(initial=days | {"agent": question.agent})

    def question(self, now: datetime) -> Question:
        cleaned = self.cleaned_data
        return Question(Days(*self._ends(cleaned)), now, cleaned["agent"], cleaned["queue"], cleaned["up_to"])

    @property
    def named_period(self) -> str:
        """The name of the period; empty where its days were named."""
        asked = self.cleaned_data
        return "" if asked.get("since") or asked.get("until") else asked.get("period") or "today"


class RowsForm(ReportForm):
    """Which rows, and where the page of them begins. `BY` names what a figure was counted by."""

    before = forms.CharField(required=False)
    BY: tuple[str, ...] = ()

    def which(self) -> dict[str, object]:
        """Those that were asked for, as they stand in an address."""
        asked = {name: self.cleaned_data[name] for name in self.BY}
        return {name: getattr(value, "pk", value) for name, value in asked.items() if value not in (None, "")}


class NotesForm(RowsForm):
    disposition = forms.ModelChoiceField(Disposition.objects.all(), required=False)
    BY = ("disposition",)


class CallsForm(RowsForm):
    sort = forms.ChoiceField(choices=KINDS.items(), required=False)
    weekday = forms.IntegerField(required=False, min_value=1, max_value=7)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23)
    wait = forms.ChoiceField(choices=[(name, label) for name, (_limit, label) in WAITS.items()], required=False)
    BY = ("sort", "weekday", "hour", "wait")


class CallbacksForm(RowsForm):
    outcome = forms.ChoiceField(choices=OUTCOMES.items(), required=False)
    BY = ("outcome",)
