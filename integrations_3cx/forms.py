"""What the back office types about API tokens."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from contacts import phone
from integrations_3cx import keys
from integrations_3cx.models import ApiToken, Scope, default_scopes

BROWSERS_MOMENT = "%Y-%m-%dT%H:%M"


class NetworksField(forms.CharField):
    """Networks, one a line, as a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:
        return super().to_python(value).split()


class ApiTokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=Scope, widget=forms.CheckboxSelectMultiple)
    allowed_networks = NetworksField(
        label=_("Allowed networks"),
        required=False,
        help_text=_("One a line, for example 192.0.2.0/24 or 2001:db8::/32. Empty: every address."),
    )
    expires_at = forms.DateTimeField(
        label=_("Expires at"),
        required=False,
        input_formats=[BROWSERS_MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=BROWSERS_MOMENT),
    )

    class Meta:
        model = ApiToken
        fields = ["name", "scopes", "allowed_networks", "expires_at"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        said = _("In the time of {zone}. Empty: never.")
        self.fields["expires_at"].help_text = said.format(zone=timezone.get_current_timezone_name())


class NewApiTokenForm(ApiTokenForm):
    """Makes a token once, however often the form is sent: its key is shown by the first answer alone."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    existing_key = forms.CharField(
        label=_("Existing key"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=format_lazy(
            _(
                "Only to take over a key that a phone system already uses ({shortest} to {longest} characters)."
                " Leave it empty, and a new key is made and shown once."
            ),
            shortest=keys.SHORTEST,
            longest=keys.LONGEST,
        ),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].initial = default_scopes()

    def clean(self) -> dict:
        cleaned = super().clean()
        if ApiToken.objects.filter(submission=cleaned.get("submission"), submission__isnull=False).exists():
            raise ValidationError(
                _("This form has made its API token and shown the key. If the key is lost, revoke it and add another.")
            )
        return cleaned

    def clean_existing_key(self) -> str:
        key = self.cleaned_data["existing_key"]
        if key:
            ApiToken.objects.check_key(key)
        return key

    def save(self, commit: bool = True) -> ApiToken:
        """The token, holding its key, which `instance.key` shows until it is forgotten with the instance."""
        self.instance.key = self.cleaned_data["existing_key"] or keys.new_key()
        self.instance.hold(self.instance.key)
        return super().save(commit)


class DoctorForm(forms.Form):
    """A caller's number in any spelling, and the API token by which 3CX would ask."""

    caller = forms.CharField(
        label=_("Caller's number"),
        max_length=phone.LONGEST_SPELLING,
        strip=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": _("+65 9123 4567, 006591234567, anonymous …")}
        ),
    )
    token = forms.ModelChoiceField(
        ApiToken.objects.filter(revoked_at=None), label=_("As the API token"), required=False, empty_label=_("none")
    )
