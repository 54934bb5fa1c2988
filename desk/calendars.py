"""Callbacks in agents' own calendars: the page that makes an address, and what the address answers."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from callnotes import calendar_feeds
from callnotes.models import CalendarFeed
from desk.requests import READ_OR_SEND
from people.sight import sees_whole_numbers


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_http_methods(READ_OR_SEND)
def make(request: HttpRequest) -> HttpResponse:
    """Makes an address, and shows it this once: a redirect would put it into a session or a cookie."""
    if request.method != "POST":
        return redirect("desk:calendar")
    path = reverse("desk:feed", args=[calendar_feeds.issue(request.user)])
    response = _page(request, (settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")) + path)
    add_never_cache_headers(response)
    return response


@require_http_methods(READ_OR_SEND)
def revoke(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        is_revoked = calendar_feeds.revoke(request.user)
        said = _("Revoked: your address opens nothing now.") if is_revoked else _("You had no address.")
        messages.success(request, said)
    return redirect("desk:calendar")


@login_not_required
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """For calendars, which cannot sign in: the key in the address opens one agent's callbacks, to be read."""
    agent = calendar_feeds.agent_of(key)
    if agent is None or not sees_whole_numbers(agent):
        raise Http404("There is no such calendar.")
    headers = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
    return HttpResponse(calendar_feeds.feed(agent), content_type="text/calendar; charset=utf-8", headers=headers)


def _page(request: HttpRequest, address: str = "") -> HttpResponse:
    made = CalendarFeed.objects.filter(agent=request.user).first()
    return render(request, "desk/calendar.html", {"made": made, "address": address})
