"""What people type about contacts."""

import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts import phone
from contacts.adding import add, namesake
from contacts.models import SEARCH_MAX_LENGTH, Contact, ContactNumber, canonical

ANY_SPELLING = _("In any spelling, for example +65 9123 4567 or 9123 4567.")


class PhoneNumberField(forms.CharField):
    """A number in any spelling, read into canonical form. A leading blank stands for a lost plus and is kept."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def __init__(self, **kwargs) -> None:
        super().__init__(max_length=phone.LONGEST_SPELLING, strip=False, **kwargs)

    def clean(self, value: str) -> str:
        spelling = super().clean(value)
        return canonical(spelling) if spelling else ""


class ContactChoiceField(forms.ModelChoiceField):
    """One of the contacts offered; one that was merged since the page was shown means the one that it is in."""

    def to_python(self, value) -> Contact | None:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            found = self.queryset.known_as(value).first() if str(value).isdecimal() else None
            if found is None:
                raise
            return found


class ContactForm(forms.ModelForm):
    """Adds a contact with its first number; sent twice, it adds one."""

    number = PhoneNumberField(label=_("Number"), help_text=ANY_SPELLING)
    label = forms.CharField(
        label=_("Label"), max_length=40, required=False, help_text=_("For example mobile, office, home.")
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = Contact
        fields = ["name", "number", "label", "company", "email", "remarks"]
        widgets = {
            "name": forms.TextInput(attrs={"autofocus": True, "dir": "auto"}),
            "company": forms.TextInput(attrs={"dir": "auto"}),
            "remarks": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        }
        help_texts = {"name": ""}

    def clean(self) -> dict:
        cleaned = super().clean()
        if "name" in cleaned and "number" in cleaned:
            known = namesake(cleaned["name"], cleaned["number"])
            if known and known.submission != cleaned.get("submission"):
                self.add_error("name", _("{name} has this number already.").format(name=cleaned["name"]))
        return cleaned

    def save(self, commit: bool = True) -> Contact:
        cleaned = self.cleaned_data
        return add(self.instance, cleaned["number"], label=cleaned["label"], submission=cleaned["submission"])


class ContactNumberForm(forms.ModelForm):
    """A number of the contact that its instance names."""

    number = PhoneNumberField(label=_("Number"), help_text=ANY_SPELLING)

    class Meta:
        model = ContactNumber
        fields = ["number", "label", "is_primary"]

    def clean_number(self) -> str:
        """Refuses what another row of the contact holds, also one that is to be changed in the same step."""
        number = self.cleaned_data["number"]
        others = ContactNumber.objects.filter(contact=self.instance.contact_id, number=number).exclude(
            pk=self.instance.pk
        )
        if "number" in self.changed_data and others.exists():
            raise forms.ValidationError(
                _("{number} is this contact's already. If its row is to change, save that first.").format(
                    number=phone.display(number)
                )
            )
        return number


class ContactForBackOfficeForm(forms.ModelForm):
    archived = forms.BooleanField(
        label=_("Archived"),
        required=False,
        help_text=_("An archived contact keeps its history; its numbers no longer count as known to the phone system."),
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Contact
        fields = ["name", "company", "email", "remarks"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["archived"].initial = self.instance.archived_at is not None
        self.fields["seen"].initial = self._now()

    def clean_seen(self) -> None:
        """Refuses once what was typed over a contact that somebody else has saved, or merged, since the page opened."""
        if self.cleaned_data["seen"] not in ("", self._now()):
            self.data = self.data.dict() | {"seen": self._now()}
            said = _(
                "This contact was changed while you typed, and nothing of yours is saved yet. Compare with it in"
                " another window; save again to let your words replace what is there."
            )
            self.add_error(None, said)

    def _now(self) -> str:
        return self.instance.updated_at.isoformat() if self.instance.pk else ""

    def save(self, commit: bool = True) -> Contact:
        if self.cleaned_data["archived"] != (self.instance.archived_at is not None):
            self.instance.archived_at = timezone.now() if self.cleaned_data["archived"] else None
        return super().save(commit)


class ContactNumberFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if sum(bool(form.cleaned_data.get("is_primary")) for form in kept) > 1:
            raise forms.ValidationError(_("Only one number can be the primary one."))


class SearchForm(forms.Form):
    """Free text, or a number in any spelling."""

    q = forms.CharField(
        label=_("Find a contact"),
        max_length=SEARCH_MAX_LENGTH,
        required=False,
        error_messages={"max_length": _("Search for at most %(limit_value)d characters.")},
    )
