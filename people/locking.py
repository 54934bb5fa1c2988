"""Who fails too often to sign in is locked out: the pair of a name and an address, counted by django-axes.

A wrong code counts as a wrong password does. What is counted and said is the same
whether or not anybody has the name.
"""

from collections.abc import Iterable
from datetime import datetime

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from people.models import FailedSignIn

LOCKED_OUT = "locked_out"


class LockOutBackend(AxesStandaloneBackend):
    """Refuses who is locked out before a password is looked at. Without a request it is no person's attempt."""

    def authenticate(self, request: HttpRequest | None, **credentials) -> None:
        if request is not None:
            super().authenticate(request, **credentials)


def is_locked_out(request: HttpRequest, username: str) -> bool:
    return not AxesProxyHandler.is_allowed(request, {"username": username})


def count_failure(request: HttpRequest, username: str) -> bool:
    """Counts a wrong code; answers whether its sender is locked out now."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
    return was_locked_out(request)


def was_locked_out(request: HttpRequest) -> bool:
    """Whether the attempt that the request made was refused unread, or was the last."""
    return getattr(request, "axes_locked_out", False)


def refusal() -> ValidationError:
    """What happened, and what to do."""
    minutes = settings.AXES_COOLOFF_TIME.seconds // 60
    said = ngettext(
        "Too many attempts to sign in with this name have failed here. Try again in {minutes} minute, or ask an "
        "administrator to let you in before.",
        "Too many attempts to sign in with this name have failed here. Try again in {minutes} minutes, or ask an "
        "administrator to let you in before.",
        minutes,
    )
    return ValidationError(said.format(minutes=minutes), code=LOCKED_OUT)


def still_counted_since(now: datetime | None = None) -> datetime:
    return (now or timezone.now()) - settings.AXES_COOLOFF_TIME


def let_in(failures: Iterable[FailedSignIn]) -> int:
    """Forgets all failures of the pairs of a name and an address; answers how many pairs there were."""
    pairs = {(failure.username, failure.ip_address) for failure in failures}
    for username, address in pairs:
        FailedSignIn.objects.filter(username=username, ip_address=address).delete()
    return len(pairs)
