"""The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for when the app is not at hand."""

import base64
import hashlib
import math
import secrets
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
CODE_BYTES = 10
DIGITS = 6
APP, RECOVERY = "app", "recovery codes"


def is_missing(user: AbstractUser) -> bool:
    """Whether a signed-in person has to give a second factor before anything else."""
    return settings.REQUIRE_SECOND_FACTOR and user.is_staff and getattr(user, "otp_device", None) is None


def app_of(user: AbstractUser) -> TOTPDevice | None:
    """The app that a person has set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def prepare(request: HttpRequest) -> TOTPDevice:
    """The app that a person is about to set up in this session; it opens nothing until its first code is given.

    Another session of the same person has another secret: it may be that of somebody who knows the password.
    """
    of_session = {"user": request.user, "confirmed": False, "name": digest(request.session.session_key)}
    begun = TOTPDevice.objects.filter(**of_session).order_by("pk").first()
    return begun or TOTPDevice.objects.create(**of_session)


def secret_in_words(device: TOTPDevice) -> str:
    """The secret as people type it into an app."""
    text = base64.b32encode(device.bin_key).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def confirm(begun: TOTPDevice, code: str) -> TOTPDevice | None:
    """Sets up the app whose code is given, in the place of any before; None where it is not its code."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(pk=begun.pk, confirmed=False).first()
        if device is None or not device.verify_token(_normal(code)):
            return None
        TOTPDevice.objects.filter(user_id=device.user_id).exclude(pk=device.pk).delete()
        device.confirmed, device.name = True, APP
        device.save()
    return device


def new_recovery_codes(user: AbstractUser) -> list[str]:
    """Codes of 80 random bits that each open once, in the place of all before. Of them only digests are stored."""
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name=RECOVERY)
        StaticToken.objects.bulk_create(StaticToken(device=device, token=digest(code)) for code in codes)
    return codes


def new_code() -> str:
    """80 random bits, in four groups of four letters and digits."""
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def recovery_codes_left(user: AbstractUser) -> int:
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


def device_for(user: AbstractUser, code: str) -> Device | None:
    """Six digits are of the app, all else is a recovery code."""
    code = _normal(code)
    if len(code) == DIGITS and code.isdecimal():
        return app_of(user)
    return StaticDevice.objects.filter(user=user, confirmed=True).first()


def seconds_to_wait(device: Device | None) -> int:
    """How long no code of a device is looked at, because of wrong ones before, wherever they came from; 0: at once."""
    is_allowed, why = device.verify_is_allowed() if device else (True, None)
    return 0 if is_allowed else max(1, math.ceil((why["locked_until"] - timezone.now()).total_seconds()))


def verify(user: AbstractUser, code: str) -> Device | None:
    """What a person has proved to have by a code, None for a wrong one. Every code opens once."""
    device = device_for(user, code)
    if device is None:
        return None
    is_recovery = isinstance(device, StaticDevice)
    return verify_token(user, device.persistent_id, digest(code) if is_recovery else _normal(code))


def reset(people: Iterable[AbstractUser]) -> int:
    """Takes the apps and recovery codes of people away; answers of how many. Sign-ins that rest on them end."""
    owners = set()
    for kind in (TOTPDevice, StaticDevice):
        devices = kind.objects.filter(user__in=people)
        owners |= set(devices.values_list("user", flat=True))
        devices.delete()
    return len(owners)


def _normal(code: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).lower() if sign.isalnum())


def digest(code: str) -> str:
    """96 bits, as long as the column of django-otp is; the code is random, so that no slow hash is needed."""
    return base64.urlsafe_b64encode(hashlib.sha256(_normal(code).encode()).digest()[:12]).decode()
