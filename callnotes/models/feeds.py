"""Agents' callbacks in their own calendars."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.tracing import Records, TracedQuerySet


class CalendarFeed(models.Model):
    """An agent's address for a calendar to subscribe to. Of the key in it, only the digest is stored."""

    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("agent"), on_delete=models.CASCADE, related_name="calendar_feed"
    )
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    objects = TracedQuerySet.as_manager()
    history = Records(part_of="agent", excluded=["last_read_at"], secret=["key_digest"])

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
