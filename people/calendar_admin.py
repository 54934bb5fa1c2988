"""The back office's hand on the address at which an agent's calendar reads callbacks."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from callnotes import calendar_feeds
from callnotes.models import CalendarFeed
from contacts import dates


class CalendarMixin:
    """For the admin of people: what is known of a person's calendar address, and a page that revokes it."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.revoke_calendar)
        return [path("<id>/revoke-calendar/", view, name="revoke_calendar_of"), *super().get_urls()]

    def calendar_in_words(self, person: AbstractBaseUser) -> str:
        feed = CalendarFeed.objects.filter(agent=person).first()
        if feed is None:
            return _("None. Agents make one themselves at the desk: Callbacks, In your calendar.")
        read = dates.local(feed.last_read_at) or _("never")
        said = _("Made {made}; last read {read}.").format(made=dates.local(feed.created_at), read=read)
        return format_html(
            '{} <a href="{}">{}</a>', said, reverse("admin:revoke_calendar_of", args=[person.pk]), _("Revoke it")
        )

    calendar_in_words.short_description = _("calendar address")

    def revoke_calendar(self, request: HttpRequest, id: str) -> HttpResponse:
        """Asks; sent, the address opens nothing any more."""
        person = self.get_object(request, unquote(id))
        if person is None:
            raise Http404("There is no such person.")
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            return self._revoked(request, person)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke the calendar address?"),
            "opts": self.opts,
            "original": person,
            "feed": CalendarFeed.objects.filter(agent=person).first(),
        }
        return TemplateResponse(request, "admin/auth/user/revoke_calendar.html", context)

    def _revoked(self, request: HttpRequest, person: AbstractBaseUser) -> HttpResponse:
        if calendar_feeds.revoke(person):
            said = _("Revoked: the calendar address of {who} opens nothing any more.")
            self.message_user(request, said.format(who=person), messages.SUCCESS)
        else:
            self.message_user(request, _("{who} had no calendar address.").format(who=person), messages.WARNING)
        return redirect("admin:auth_user_change", person.pk)
