"""What people type about contacts."""

import uuid

from django import forms

from contacts import phone
from contacts.adding import add
from contacts.models import Contact, ContactNumber, canonical


class PhoneNumberField(forms.CharField):
    """A number in any spelling, read into canonical form. A leading blank stands for a lost plus and is kept."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def __init__(self, **kwargs) -> None:
        super().__init__(max_length=phone.LONGEST_SPELLING, strip=False, **kwargs)

    def clean(self, value: str) -> str:
        spelling = super().clean(value)
        return canonical(spelling) if spelling else ""


class ContactForm(forms.ModelForm):
    """Adds a contact with its first number; sent twice, it adds one."""

    number = PhoneNumberField(help_text="In any spelling, for example +65 9123 4567 or 9123 4567.")
    label = forms.CharField(max_length=40, required=False, help_text="For example mobile, office, home.")
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = Contact
        fields = ["name", "number", "label", "company", "email", "remarks"]
        widgets = {"remarks": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"name": ""}

    def save(self, commit: bool = True) -> Contact:
        cleaned = self.cleaned_data
        return add(self.instance, cleaned["number"], label=cleaned["label"], submission=cleaned["submission"])


class ContactNumberForm(forms.ModelForm):
    number = PhoneNumberField()

    class Meta:
        model = ContactNumber
        fields = ["number", "label", "is_primary"]


class ContactNumberFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if sum(bool(form.cleaned_data.get("is_primary")) for form in kept) > 1:
            raise forms.ValidationError("Only one number can be the primary one.")
        for form in kept:
            self._check_taken(form)

    def _check_taken(self, form: ContactNumberForm) -> None:
        """A number that another row holds until it is saved cannot be stored in the same step."""
        number = form.cleaned_data.get("number")
        if number in {other.initial.get("number") for other in self.initial_forms if other is not form}:
            message = f"{phone.display(number)} is on another row still: change or delete that row first, and save."
            raise forms.ValidationError(message)


class SearchForm(forms.Form):
    """Free text, or a number in any spelling."""

    q = forms.CharField(
        label="Find a contact",
        max_length=200,
        required=False,
        widget=forms.SearchInput(
            attrs={"placeholder": "Name, company, number or its last 4 digits", "autocomplete": "off"}
        ),
    )
