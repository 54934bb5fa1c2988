"""Who may set up a second factor that is required: who has the code that an administrator made for them.

The password alone does not do: others may know it, and could set up an app in the place of its owner. Only where no
other administrator has an app, and so nobody could make a code, none is asked for.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from people import second_factor

GOOD_FOR = timedelta(days=7)
NAME = "enrolment"
PROVED = "enrolment_code_given"


def new_code(user: AbstractUser) -> str:
    """A code for a person, in the place of any before, given or not. Of it only a digest is stored.

    An unconfirmed device opens nothing. It stays when its code is used up, and goes when the app is set up.
    """
    code = second_factor.new_code()
    with transaction.atomic():
        StaticDevice.objects.filter(user=user, confirmed=False).delete()
        device = StaticDevice.objects.create(user=user, name=NAME, confirmed=False)
        StaticToken.objects.create(device=device, token=second_factor.digest(code))
    return code


def good_until(user: AbstractUser) -> datetime | None:
    """When the code of a person ends; None where there is none that is good, and not used up."""
    device = _codes(user).filter(token_set__isnull=False).order_by("-pk").first()
    return device.created_at + GOOD_FOR if device else None


def is_needed(user: AbstractUser) -> bool:
    """Whether a person who has no app as yet has to give a code before one is set up."""
    if not (settings.REQUIRE_SECOND_FACTOR and user.is_staff):
        return False
    others = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return TOTPDevice.objects.filter(user__in=others, confirmed=True).exists()


def is_awaited(request: HttpRequest) -> bool:
    """Whether who is signed in has to give a code now."""
    is_missing = second_factor.is_missing(request.user) and not second_factor.app_of(request.user)
    return is_missing and not _has_given_code(request) and is_needed(request.user)


def begin(request: HttpRequest, code: str) -> bool:
    """Uses up the code, for this session alone; False where it is not right, or somebody else was first.

    What was begun without it may be known to others: it goes.
    """
    device = _codes(request.user).filter(token_set__token=second_factor.digest(code)).first()
    if device is None:
        return False
    with transaction.atomic():
        is_first = bool(StaticToken.objects.filter(device_id=device.pk).delete()[0])
        if is_first:
            TOTPDevice.objects.filter(user=request.user, confirmed=False).delete()
            request.session[PROVED] = device.pk
    return is_first


def end(request: HttpRequest) -> None:
    """The app is set up: another one needs another code."""
    request.session.pop(PROVED, None)


def _has_given_code(request: HttpRequest) -> bool:
    """Whether this session gave the code that is still the last one that was made."""
    last = _codes(request.user).order_by("-pk").values_list("pk", flat=True).first()
    return last is not None and request.session.get(PROVED) == last


def _codes(user: AbstractUser) -> QuerySet[StaticDevice]:
    return StaticDevice.objects.filter(user=user, confirmed=False, created_at__gt=timezone.now() - GOOD_FOR)
