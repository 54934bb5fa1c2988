"""What the back office asks about changes."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models import Change
from changes.sources import SOURCES, HistorySource, Subject, Wanted
from contacts import masking, phone
from contacts.models import SEARCH_MAX_LENGTH, Contact, ContactNumber
from contacts.person_filter import PersonField
from contacts.tracing import REMOVED

CONTACTS_AT_MOST = 200
LONGEST_KEY = 18
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 12, 31)


class RowField(forms.CharField):
    """The row whose history is wanted, as `app.model-key`; None where there is no such."""

    widget = forms.HiddenInput

    def to_python(self, value: str) -> Model | None:
        label, _dash, key = super().to_python(value).rpartition("-")
        source = SOURCES.by_name.get(label)
        is_key = key.isascii() and key.isdecimal() and len(key) <= LONGEST_KEY
        return source.model(pk=int(key)) if is_key and isinstance(source, HistorySource) else None


class ChangesForm(forms.Form):
    q = forms.CharField(
        label=_("Number or contact"),
        max_length=SEARCH_MAX_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    by = PersonField(Change._meta.get_field("user"), label=_("Who"))
    kind = forms.ChoiceField(label=_("What"), required=False)
    on = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    of = RowField(required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Anything")),
            *((name, str(source)) for name, source in SOURCES.by_name.items()),
        ]

    def clean_q(self) -> str:
        """A row's history tells who sees numbers masked not whether it has one."""
        sought = self.cleaned_data["q"]
        if not masking.may_seek(sought):
            raise forms.ValidationError(_("You see numbers masked: search for words of a name, without digits."))
        return sought

    def wanted(self) -> Wanted:
        """What is asked for. The form is valid."""
        asked = self.cleaned_data
        start, end = _day(asked["on"]) if asked["on"] else (None, None)
        return Wanted(
            person=asked["by"] and asked["by"].pk,
            source=asked["kind"],
            start=start,
            end=end,
            subject=_subject(asked["q"]) if asked["q"] else None,
            of=asked["of"],
        )


def _day(on: date) -> tuple[datetime, datetime]:
    """A day on the reader's clock."""
    return tuple(timezone.make_aware(datetime.combine(day, time.min)) for day in (on, on + timedelta(days=1)))


def _subject(text: str) -> Subject:
    """Whom a text means: a number in any spelling with all contacts that have or had it; else contacts by words."""
    spelled = phone.read(text, settings.DEFAULT_PHONE_REGION).number
    if not spelled:
        contacts = [*_keys(Contact.objects.matching(text)), *_removed(text)]
        return Subject(frozenset(), frozenset(contacts))
    numbers = {spelled, *ContactNumber.objects.matching(text).values_list("number", flat=True)[:CONTACTS_AT_MOST]}
    now = ContactNumber.objects.filter(number__in=numbers)
    ever = ContactNumber.history.filter(number__in=numbers)
    contacts = [row.contact_id for rows in (now, ever) for row in rows[:CONTACTS_AT_MOST]]
    return Subject(frozenset(numbers), frozenset(contacts))


def _keys(contacts: QuerySet[Contact]) -> list[int]:
    return list(contacts.order_by("pk").values_list("pk", flat=True)[:CONTACTS_AT_MOST])


def _removed(text: str) -> list[int]:
    removed = Contact.history.filter(history_type=REMOVED, name__icontains=text)
    return list(removed.values_list("id", flat=True)[:CONTACTS_AT_MOST])
