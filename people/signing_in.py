"""How a person signs in: by the password, and the code of whoever has set up a second factor."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.models import Device

from people import remembered_browsers, second_factor

WAITING = "waits_for_code"
CODE_IS_AWAITED = timedelta(minutes=10)


def begin(request: HttpRequest, user: AbstractUser) -> bool:
    """Takes the right password: signs in, or keeps in the session whose code is asked for. Answers which."""
    app = second_factor.app_of(user)
    if app is None:
        login(request, user)
        return True
    if remembered_browsers.is_remembered(request, user):
        complete(request, user, app)
        return True
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "backend": user.backend,
        "since": timezone.now().timestamp(),
    }
    return False


def waiting(request: HttpRequest) -> AbstractUser | None:
    """Whose code is asked for: of who gave the password just now, or is signed in and has yet to give one.

    The latter may be an agent, too, who set up an app in another browser meanwhile.
    """
    person = request.user
    is_signed_in_without = person.is_authenticated and person.otp_device is None
    owner = person if is_signed_in_without and second_factor.app_of(person) else None
    return owner if second_factor.is_missing(person) else _who_gave_password(request) or owner


def complete(request: HttpRequest, user: AbstractUser, device: Device) -> None:
    """Signs in with what was proved to be there, under a new session key."""
    request.session.pop(WAITING, None)
    user.otp_device = device
    login(request, user, backend=getattr(user, "backend", settings.AUTHENTICATION_BACKENDS[-1]))
    request.session.cycle_key()


def _who_gave_password(request: HttpRequest) -> AbstractUser | None:
    kept = request.session.get(WAITING)
    if not kept or timezone.now().timestamp() - kept["since"] > CODE_IS_AWAITED.total_seconds():
        return None
    user = get_user_model().objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["password"], user.get_session_auth_hash()):
        return None
    user.backend = kept["backend"]
    return user
