from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_otp.models import Device

from callnotes.models import Extension
from contacts.acting import person_name
from people import enrolment, locking, second_factor

CODE_WIDGET = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class SignInForm(AuthenticationForm):
    def get_invalid_login_error(self) -> ValidationError:
        return locking.refusal() if locking.was_locked_out(self.request) else super().get_invalid_login_error()

    @property
    def is_locked_out(self) -> bool:
        return self.has_error(NON_FIELD_ERRORS, locking.LOCKED_OUT)


class NewPasswordForm(PasswordChangeForm):
    """Wrong old passwords count towards the lock-out: who found somebody's browser open could guess them here."""

    def __init__(self, request: HttpRequest, *args, **kwargs) -> None:
        self.request = request
        super().__init__(request.user, *args, **kwargs)

    def clean_old_password(self) -> str:
        username = self.user.get_username()
        if locking.is_locked_out(self.request, username):
            raise locking.refusal()
        try:
            return super().clean_old_password()
        except ValidationError as wrong:
            raise (locking.refusal() if locking.count_failure(self.request, username) else wrong) from wrong

    @property
    def is_locked_out(self) -> bool:
        return self.has_error("old_password", locking.LOCKED_OUT)


class EnrolmentForm(forms.Form):
    """The code that an administrator made; wrong ones count towards the lock-out."""

    code = forms.CharField(
        label=gettext_lazy("Enrolment code"),
        max_length=64,
        widget=forms.TextInput(attrs=CODE_WIDGET | {"autocomplete": "off"}),
        help_text=gettext_lazy("Four groups of four letters and digits, which an administrator made for you."),
    )

    def __init__(self, request: HttpRequest, *args, **kwargs) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code, username = self.cleaned_data["code"], self.request.user.get_username()
        if locking.is_locked_out(self.request, username):
            raise locking.refusal()
        if not enrolment.begin(self.request, code):
            raise locking.refusal() if locking.count_failure(self.request, username) else _not_enrolled()
        return code

    @property
    def is_locked_out(self) -> bool:
        return self.has_error("code", locking.LOCKED_OUT)


class CodeForm(forms.Form):
    """The second step of a sign-in. Wrong codes count towards the lock-out; valid, `device` is what was proved."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=64,
        widget=forms.TextInput(attrs=CODE_WIDGET),
        help_text=gettext_lazy("Six digits from your app, or one of your recovery codes."),
    )
    remember = forms.BooleanField(label=gettext_lazy("Do not ask in this browser for seven days"), required=False)
    device: Device

    def __init__(self, request: HttpRequest, user: AbstractUser, *args, **kwargs) -> None:
        self.request, self.user = request, user
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code, username = self.cleaned_data["code"], self.user.get_username()
        if locking.is_locked_out(self.request, username):
            raise locking.refusal()
        _refuse_too_soon(second_factor.device_for(self.user, code))
        device = second_factor.verify(self.user, code)
        if device is None:
            raise locking.refusal() if locking.count_failure(self.request, username) else _wrong()
        self.device = device
        return code

    @property
    def is_locked_out(self) -> bool:
        return self.has_error("code", locking.LOCKED_OUT)


class FirstCodeForm(forms.Form):
    """The code that shows that an app was set up rightly; valid, it is set up, as `device`."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=64,
        widget=forms.TextInput(attrs=CODE_WIDGET),
        help_text=gettext_lazy("The six digits that the app shows now."),
    )
    device: Device

    def __init__(self, request: HttpRequest, *args, **kwargs) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        begun = second_factor.prepare(self.request)
        _refuse_too_soon(begun)
        device = second_factor.confirm(begun, self.cleaned_data["code"])
        if device is None:
            said = _("This is not what the app should show. Is the clock of your phone right? Try the next code.")
            raise ValidationError(said)
        self.device = device
        return self.cleaned_data["code"]


def _refuse_too_soon(device: Device | None) -> None:
    seconds = second_factor.seconds_to_wait(device)
    if seconds:
        said = ngettext(
            "The last code was wrong. The next one is looked at in {seconds} second.",
            "The last code was wrong. The next one is looked at in {seconds} seconds.",
            seconds,
        )
        raise ValidationError(said.format(seconds=seconds))


def _wrong() -> ValidationError:
    return ValidationError(_("This code is not right, or was used before. Wait for the next one in your app."))


def _not_enrolled() -> ValidationError:
    return ValidationError(_("This code is not right, or is too old. Ask an administrator for a new one."))


class ExtensionForm(forms.ModelForm):
    """A taken extension's error says whose it is, and leads there."""

    class Meta:
        model = Extension
        fields = ["number"]

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        taken = Extension.objects.filter(number=number).exclude(pk=self.instance.pk).select_related("agent").first()
        if taken:
            raise ValidationError(_taken(taken))
        return number


def _taken(extension: Extension) -> str:
    said = _("It is the extension of {who}. Take it away there first, or write another.")
    page = reverse("admin:auth_user_change", args=[extension.agent_id])
    named = format_html('<a href="{}">{}</a>', page, person_name(extension.agent))
    return format_html(said, who=named)
