"""In which browsers a person's second factor is not asked for: a signed cookie, for a week."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from people import second_factor

COOKIE = "remembered"
LASTS = timedelta(days=7)
_SALT = "people.remembered_browsers"


def remember(response: HttpResponse, user: AbstractUser) -> None:
    """Lasts until the password changes, or the app, if that is sooner."""
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=_SALT).sign(_mark(user)),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_remembered(request: HttpRequest, user: AbstractUser) -> bool:
    try:
        mark = signing.TimestampSigner(salt=_SALT).unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS)
    except signing.BadSignature:
        return False
    return constant_time_compare(mark, _mark(user))


def _mark(user: AbstractUser) -> str:
    app = second_factor.app_of(user)
    value = f"{user.pk} {user.get_session_auth_hash()} {app.key if app else ''}"
    return salted_hmac(_SALT, value, algorithm="sha256").hexdigest()
