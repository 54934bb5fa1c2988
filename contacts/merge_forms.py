"""What the back office tells about contacts that may be one."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from contacts import dates, merging, phone
from contacts.merging import MERGED_AT_MOST, Outcome
from contacts.models import Contact, ContactNumber, Duplicate

TEXTS = ("name", "company", "email", "remarks")
JOIN = "join"
LONGEST_LABEL = ContactNumber._meta.get_field("label").max_length
LONGEST_REMARKS = Contact._meta.get_field("remarks").max_length


@dataclass(frozen=True, slots=True)
class Said:
    """A value that may be kept, and who has it."""

    text: str
    whose: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class UnitedNumber:
    number: str
    label: str
    whose: str
    field_name: str


class PlaceForm(forms.Form):
    """Which rows of a list: those that follow a key, of a contact, or those that were dismissed."""

    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    contact = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    dismissed = forms.BooleanField(required=False)


class ContactsField(forms.ModelMultipleChoiceField):
    def clean(self, value: list[str]) -> list[Contact]:
        try:
            return super().clean(value)
        except OverflowError:  # of a key that is longer than SQLite's
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None


class CompareForm(forms.Form):
    """The contacts that are looked at side by side; one that was merged means the one that it is in."""

    contact = ContactsField(
        Contact.with_merged.select_related("merged_into"),
        error_messages={"invalid_choice": _("One of these contacts is there no more."), "required": _("Choose two.")},
    )

    def clean_contact(self) -> list[Contact]:
        standing = {chosen.merged_into or chosen for chosen in self.cleaned_data["contact"]}
        if len(standing) > MERGED_AT_MOST:
            raise forms.ValidationError(
                _("At most %(most)d contacts are merged at once. Choose fewer, and the others then."),
                params={"most": MERGED_AT_MOST},
            )
        if len(standing) < 2:
            is_one = len(self.cleaned_data["contact"]) > 1
            raise forms.ValidationError(
                _("These are one contact already.") if is_one else _("Choose at least two contacts.")
            )
        return sorted(standing, key=lambda contact: contact.pk)


class PairForm(forms.Form):
    """Two contacts that are not one."""

    first = forms.ModelChoiceField(Contact.objects.all())
    second = forms.ModelChoiceField(Contact.objects.all())

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("first") and cleaned.get("first") == cleaned.get("second"):
            raise forms.ValidationError(_("That is one contact."))
        return cleaned


class DismissedForm(forms.Form):
    """A pair that was said to be two."""

    duplicate = forms.ModelChoiceField(Duplicate.objects.dismissed())


class MergeForm(forms.Form):
    """What several contacts become: a choice for each field in which they differ, and a label for each number."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, contacts: list[Contact], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.contacts = contacts
        self.initial["seen"] = merging.seen(contacts)
        self.numbers = _united(contacts)
        self._choose("keep", _("The contact that stays"), [(contact.pk, Said(str(contact))) for contact in contacts])
        for name in TEXTS:
            self._choose_text(name)
        if len({contact.archived_at is None for contact in contacts}) == 2:
            since = dates.local(self._archived_at(), dates.DATE)
            archived = _("Archived since {day}").format(day=since)
            self._choose("archived", _("Archive"), [("no", Said(_("Active"))), ("yes", Said(archived))])
        self._ask_for_numbers()

    def asked_again(self) -> "MergeForm":
        """The form with what was chosen, for what the contacts say now."""
        form = MergeForm(self.data.dict() | {"seen": self.initial["seen"]}, contacts=self.contacts)
        said = _("One of these contacts was changed meanwhile. Look at what they say now, and merge again.")
        form.add_error(None, said)
        return form

    @property
    def choices(self) -> list[forms.BoundField]:
        """The fields in which the contacts differ."""
        return [self[name] for name in (*TEXTS, "archived") if name in self.fields]

    @property
    def labels(self) -> list[tuple[UnitedNumber, forms.BoundField]]:
        return [(number, self[number.field_name]) for number in self.numbers]

    def clean_remarks(self) -> str:
        chosen = self.cleaned_data["remarks"]
        length = len(self._joined_remarks()) if chosen == JOIN else 0
        if length > LONGEST_REMARKS:
            raise forms.ValidationError(
                _(
                    "Together the remarks have {length} characters; at most {limit} fit. Keep one, or shorten them."
                ).format(length=f"{length:,}", limit=f"{LONGEST_REMARKS:,}")
            )
        return chosen

    def kept_and_others(self) -> tuple[Contact, list[Contact]]:
        keep = next(contact for contact in self.contacts if str(contact.pk) == self.cleaned_data["keep"])
        return keep, [contact for contact in self.contacts if contact != keep]

    def outcome(self) -> Outcome:
        archived = self.cleaned_data.get("archived")
        stays_archived = archived == "yes" if archived else self.contacts[0].archived_at is not None
        return Outcome(
            **{name: self._text(name) for name in TEXTS},
            archived_at=self._archived_at() if stays_archived else None,
            labels={number.number: self.cleaned_data[number.field_name] for number in self.numbers},
            primary=self.cleaned_data.get("primary", ""),
        )

    def _choose(self, name: str, label: str, choices: list[tuple[int | str, Said]]) -> None:
        choices = [(str(value), said) for value, said in choices]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)
        self.initial[name] = next((value for value, said in choices if said.text), choices[0][0])

    def _choose_text(self, name: str) -> None:
        """A choice between what the contacts say; none where all say the same."""
        who = {getattr(contact, name): contact.pk for contact in reversed(self.contacts)}
        if len(who) < 2:
            return
        choices = [
            (pk, Said(text, _names([contact for contact in self.contacts if getattr(contact, name) == text])))
            for text, pk in sorted(who.items(), key=lambda item: item[1])
        ]
        if name == "remarks" and len([text for text in who if text]) > 1:
            choices.insert(0, (JOIN, Said(self._joined_remarks(), _("all together"))))
        self._choose(name, Contact._meta.get_field(name).verbose_name, choices)

    def _ask_for_numbers(self) -> None:
        for number in self.numbers:
            self.fields[number.field_name] = forms.CharField(max_length=LONGEST_LABEL, required=False)
            self.initial[number.field_name] = number.label
        if self.numbers:
            rows = [row for contact in self.contacts for row in contact.numbers.all() if row.is_primary]
            choices = [(number.number, Said(phone.display(number.number))) for number in self.numbers]
            self._choose("primary", _("Primary number"), choices)
            self.initial["primary"] = rows[0].number if rows else self.numbers[0].number

    def _text(self, name: str) -> str:
        chosen = self.cleaned_data.get(name)
        if chosen == JOIN:
            return self._joined_remarks()
        return next(getattr(contact, name) for contact in self.contacts if chosen in (None, str(contact.pk)))

    def _joined_remarks(self) -> str:
        return "\n\n".join(dict.fromkeys(contact.remarks for contact in self.contacts if contact.remarks))

    def _archived_at(self):
        return min((contact.archived_at for contact in self.contacts if contact.archived_at), default=None)


def _names(contacts: list[Contact]) -> str:
    return pgettext("between the items of a list", ", ").join(f"#{contact.pk}" for contact in contacts)


def _united(contacts: list[Contact]) -> list[UnitedNumber]:
    """Every number of the contacts once, with its labels joined where they differ and fit."""
    rows = [row for contact in contacts for row in contact.numbers.all()]
    united = []
    for place, number in enumerate(dict.fromkeys(row.number for row in rows)):
        same = [row for row in rows if row.number == number]
        labels = list({row.label.casefold(): row.label for row in reversed(same) if row.label}.values())[::-1]
        joined = " / ".join(labels)
        label = joined if len(joined) <= LONGEST_LABEL else labels[0]
        whose = _names([contact for contact in contacts if contact.pk in {row.contact_id for row in same}])
        united.append(UnitedNumber(number, label, whose, f"label_{place}"))
    return united
