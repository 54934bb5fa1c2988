"""What administrators say about privacy: whom, which numbers' histories, and for how long what is kept."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext

from contacts import phone, subjects
from contacts.forms import ANY_SPELLING, PhoneNumberField
from contacts.models import Contact, searchable
from contacts.subjects import KnownNumber, Subject
from privacy import retention
from privacy.kinds import KINDS
from privacy.models import LONGEST_DAYS


class WhomForm(forms.Form):
    """The address of a page about somebody: a contact by its key, or a number in any spelling."""

    contact = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    number = PhoneNumberField(label=_("Number"), required=False, help_text=ANY_SPELLING)

    def clean_contact(self) -> Contact | None:
        key = self.cleaned_data["contact"]
        contact = key and Contact.objects.known_as(key).first()
        if key and not contact:
            raise forms.ValidationError(_("This contact is not there: it was deleted, or erased before."))
        return contact

    def clean(self) -> dict:
        if not self.errors and not (self.cleaned_data["contact"] or self.cleaned_data["number"]):
            self.add_error("number", _("Write a number."))
        return self.cleaned_data

    @property
    def contact_or_number(self) -> Contact | str:
        return self.cleaned_data["contact"] or self.cleaned_data["number"]


class EraseForm(forms.Form):
    """Which numbers lose their whole history, and the words that show that it is meant."""

    numbers = forms.MultipleChoiceField(
        label=_("Erase the whole history of these numbers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where a number is not ticked, only what is known to be the contact's goes."),
    )
    words = forms.CharField(
        label=_("To erase it for good, write"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        max_length=200,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, whom: Contact | str, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.whom = whom
        if isinstance(whom, str):
            del self.fields["numbers"]
            return
        known = subjects.known_numbers(whom)
        self.fields["numbers"].choices = [(each.number, _in_words(each)) for each in known]
        self.initial.setdefault("numbers", [each.number for each in known if not each.others])

    def clean_words(self) -> str:
        words = self.cleaned_data["words"]
        if not self._is_meant(words):
            raise forms.ValidationError(_("This is not what stands above. Nothing was erased."))
        return words

    def _is_meant(self, words: str) -> bool:
        if isinstance(self.whom, Contact):
            return searchable(words) == searchable(self.whom.name)
        return phone.read(words, settings.DEFAULT_PHONE_REGION).number == self.whom

    def subject(self) -> Subject:
        """Whom the form is about, with what is ticked; before it was sent, with what it suggests."""
        if isinstance(self.whom, str):
            return subjects.of_number(self.whom)
        chosen = self.data.getlist("numbers") if self.is_bound else self.initial["numbers"]
        offered = {number for number, _words in self.fields["numbers"].choices}
        return subjects.of_contact(self.whom, offered & set(chosen))


def _in_words(known: KnownNumber) -> str:
    words = [phone.display(known.number)]
    if known.is_former:
        words.append(_("no longer the contact's"))
    if known.others:
        comma = pgettext("between the items of a list", ", ")
        shared = ngettext_lazy(
            "shared with {names}, who keeps the number", "shared with {names}, who keep the number", len(known.others)
        )
        words.append(str(shared).format(names=comma.join(map(str, known.others))))
    return pgettext("between the items of a list", ", ").join(map(str, words))


class RetentionForm(forms.Form):
    """A field of days for each kind; empty is for good."""

    def __init__(self, data=None) -> None:
        super().__init__(data, initial=retention.days_kept())
        for kind in KINDS:
            self.fields[kind.name] = forms.IntegerField(
                label=kind.label,
                help_text=kind.means,
                required=False,
                min_value=kind.least_days,
                max_value=LONGEST_DAYS,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": _("for good")}),
            )

    def save(self) -> int:
        """Stores the days; answers how many kinds have others now."""
        return len(retention.put_days(self.cleaned_data))
