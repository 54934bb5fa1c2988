"""Decides in which zone a reader sees times: the browser's, which a script keeps in a cookie, else the setting's."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "time_zone"
ZONES = frozenset(zoneinfo.available_timezones())


class TimeZoneMiddleware:
    """Answers each request in its reader's zone, and leaves none behind."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(named(request.COOKIES.get(COOKIE, ""))):
            return self.get_response(request)


def named(text: str) -> zoneinfo.ZoneInfo | None:
    """The zone of an IANA name; None for any other text, whatever it is."""
    return zoneinfo.ZoneInfo(text) if text in ZONES else None
