"""People with a second factor, and the codes that their apps show."""

from django.contrib.auth.models import User
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from callnotes.tests.factories import make_agent

PASSWORD = "a password of the tests"


def make_staff(username: str = "avery", **fields) -> User:
    return make_agent(username, is_staff=True, **fields)


def make_app(user: User) -> TOTPDevice:
    """The app of a person who has set it up."""
    return TOTPDevice.objects.create(user=user, name="app", confirmed=True)


def code_of(device: TOTPDevice, *, steps_ahead: int = 0) -> str:
    """What the app shows now, or some half-minutes later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = timezone.now().timestamp() + steps_ahead * device.step
    return f"{totp.token():06}"


def wrong_code(device: TOTPDevice) -> str:
    """Six digits that the app shows neither now nor a moment before or after."""
    near = {code_of(device, steps_ahead=steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)
