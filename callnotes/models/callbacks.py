"""Promises to call a number."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from callnotes.models.notes import CallNote
from callnotes.models.timeline import TimelineQuerySet, TimelineRow
from contacts import dates, phone
from contacts.masking import MaskedCharField, NumberField
from contacts.models import Contact, canonical_number
from contacts.tracing import Records


class CallbackQuerySet(TimelineQuerySet):
    def open(self) -> Self:
        """Promises that can still be kept: nobody can call a number that was erased."""
        return self.filter(closed_at=None).not_erased()

    def due(self, now: datetime) -> Self:
        return self.open().filter(due_at__lte=now)

    def upcoming(self, now: datetime) -> Self:
        return self.open().filter(due_at__gt=now)

    def of_agent(self, agent: AbstractBaseUser) -> Self:
        return self.filter(agent=agent)

    def for_agent(self, agent: AbstractBaseUser) -> Self:
        """The agent's own, and those that wait for anyone: promised so, or by somebody who has left."""
        return self.filter(Q(agent=agent) | Q(agent=None) | Q(agent__is_active=False))

    def of_same_person(self, contact: Contact | None) -> Self:
        """Those that may be of this contact: on a shared number, those of others are not."""
        return self.filter(Q(contact=contact) | Q(contact=None)) if contact else self

    def soonest_first(self) -> Self:
        return self.order_by("due_at", "pk")

    def for_display(self) -> Self:
        return self.select_related("agent", "closed_by", "closing_note__disposition", "note__disposition")


class Callback(TimelineRow):
    """A promise to call a number at a time, by an agent or by anyone. Opened and closed by `callbacks` alone."""

    class Closing(models.TextChoices):
        """What became of a promise: a note kept it, or promised anew; it was none after all; or a person said so."""

        KEPT = "kept", _("Kept")
        REPLACED = "replaced", _("Replaced by a later promise")
        TAKEN_BACK = "taken back", _("Taken back by a correction")
        BY_HAND = "by hand", _("Done without a note")

    kind = "callback"
    moment_field = "created_at"

    number = NumberField(_("number"), max_length=phone.LONGEST_NUMBER)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="callbacks",
        db_index=False,
    )
    contact_name = MaskedCharField(
        _("contact name"), max_length=200, blank=True, help_text=_("The contact's name as it was.")
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("agent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="callbacks",
        db_index=False,
        help_text=_("Who calls; empty: anyone of the team."),
    )
    due_at = models.DateTimeField(_("due"))
    is_time_given = models.BooleanField(
        _("time given"),
        default=True,
        help_text=_("Else it is due in the next working hour after it was promised."),
    )
    promised_for = models.DateTimeField(
        _("promised for"),
        null=True,
        editable=False,
        help_text=_("The time that the note gave, whatever it was moved to since."),
    )
    note = models.OneToOneField(
        CallNote,
        verbose_name=_("note"),
        on_delete=models.PROTECT,
        related_name="callback",
        help_text=_("In which it was promised."),
    )
    created_at = models.DateTimeField(_("promised"), default=timezone.now)
    closed_at = models.DateTimeField(_("done"), null=True, blank=True)
    closed_as = models.CharField(_("closed as"), max_length=10, choices=Closing, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closing_note = models.ForeignKey(
        CallNote,
        verbose_name=_("closing note"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="closed_callbacks",
        db_index=False,
    )
    closing_reason = MaskedCharField(
        _("closing reason"), max_length=200, blank=True, help_text=_("Where it was closed by hand.")
    )

    objects = CallbackQuerySet.as_manager()
    # What people do to it by hand: what notes do, those tell themselves.
    history = Records(excluded=["note", "closing_note", "promised_for", "closed_as", "created_at"])

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ["due_at", "pk"]
        permissions = [("export_callback", gettext_noop("Can export callbacks"))]
        indexes = [
            models.Index(fields=["number", "-created_at", "-id"], name="callback_by_number_newest"),
            models.Index(fields=["contact", "-created_at", "-id"], name="callback_by_contact_newest"),
            models.Index(fields=["agent", "-id"], name="callback_by_agent_newest"),
            models.Index(fields=["due_at"], name="callback_by_due"),
            models.Index(fields=["-due_at", "-id", "closed_at", "closed_as", "agent"], name="callback_for_reports"),
            models.Index(fields=["due_at", "id"], condition=Q(closed_at=None), name="callback_open_by_due"),
            models.Index(fields=["agent", "due_at"], condition=Q(closed_at=None), name="callback_open_by_agent"),
            models.Index(fields=["number"], condition=Q(closed_at=None), name="callback_open_by_number"),
            models.Index(
                fields=["closing_note"], condition=Q(closing_note__isnull=False), name="callback_by_closing_note"
            ),
        ]
        constraints = [canonical_number("callback_number_canonical")]

    def __str__(self) -> str:
        return f"{phone.display(self.number)}, {dates.local(self.due_at, dates.DATE_TIME_OF_ROW)}"
