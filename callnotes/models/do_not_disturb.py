"""The ledger of numbers that are not to be called, and why one was called all the same."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from callnotes.models.notes import CallNote
from callnotes.models.timeline import TimelineQuerySet, TimelineRow
from callnotes.suppression import numbers_by_digest
from contacts import dates, phone
from contacts.masking import MaskedCharField, NumberField
from contacts.models import canonical_number
from contacts.tracing import Records, TracedQuerySet

REASON_MAX_LENGTH = 200


class DoNotDisturbQuerySet(TracedQuerySet, TimelineQuerySet):
    def in_force(self, now: datetime) -> Self:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), lifted_at=None)

    def lifted(self) -> Self:
        return self.exclude(lifted_at=None)

    def ended(self, now: datetime) -> Self:
        """Those that nobody lifted: their time was over."""
        return self.filter(lifted_at=None, ends_at__lte=now)

    def on(self, numbers: Iterable[str]) -> Self:
        """Entries of these numbers, also of those that were erased."""
        numbers = set(numbers)
        digests = numbers_by_digest(numbers, settings.DO_NOT_DISTURB_KEY)
        return self.filter(Q(number__in=numbers) | Q(number_digest__in=list(digests)))

    def for_display(self) -> Self:
        return self.select_related("set_by", "lifted_by", "note")


class DoNotDisturb(TimelineRow):
    """That a number is not to be called: since when, why and by whom. Entries are added and lifted, never deleted.

    Of an erased number the wish stays, without reasons; `number_digest` recognises the number (see `suppression`).
    """

    kind = "peace"
    moment_field = "set_at"

    number = NumberField(_("number"), max_length=phone.LONGEST_NUMBER)
    # Null where there is none: an index of the others alone needs that on SQLite.
    number_digest = models.CharField(  # noqa: DJ001
        max_length=64, null=True, editable=False, help_text="Of a number that was erased."
    )
    reason = MaskedCharField(
        _("reason"), max_length=REASON_MAX_LENGTH, blank=True, help_text=_("Empty: its note tells it.")
    )
    note = models.OneToOneField(
        CallNote,
        verbose_name=_("note"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="do_not_disturb",
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Empty: the phone system."),
    )
    set_at = models.DateTimeField(_("since"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: until somebody lifts it."))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lifted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lifting_reason = MaskedCharField(_("lifting reason"), max_length=REASON_MAX_LENGTH, blank=True)

    objects = DoNotDisturbQuerySet.as_manager()
    history = Records(excluded=["number_digest"])

    class Meta:
        verbose_name = _("do-not-disturb entry")
        verbose_name_plural = _("do-not-disturb entries")
        ordering = ["-set_at", "-pk"]
        permissions = [
            ("lift_donotdisturb", gettext_noop("Can lift do-not-disturb")),
            ("export_donotdisturb", gettext_noop("Can export the do-not-disturb ledger")),
        ]
        indexes = [
            models.Index(fields=["number", "-set_at", "-id"], name="peace_by_number_newest"),
            models.Index(fields=["-set_at", "-id"], name="peace_newest"),
            models.Index(fields=["set_by", "-set_at", "-id"], name="peace_by_setter_newest"),
            models.Index(fields=["ends_at"], condition=Q(ends_at__isnull=False), name="peace_by_end"),
            models.Index(
                fields=["number_digest"], condition=Q(number_digest__isnull=False), name="peace_by_number_digest"
            ),
        ]
        constraints = [
            canonical_number("peace_number_canonical"),
            models.CheckConstraint(
                name="peace_ends_after_it_begins",
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("set_at")),
                violation_error_message=_("It has to end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        since = dates.local(self.set_at, dates.DATE_TIME_OF_ROW)
        return _("{number}, since {moment}").format(number=phone.display(self.number), moment=since)

    @property
    def why(self) -> str:
        """The reason that was given; else what its note says, or else the note's outcome."""
        return self.reason or (self.note.comments or self.note.disposition_label if self.note else "")


class CallReason(models.Model):
    """Why an agent called a number that asked not to be disturbed."""

    number = NumberField(_("number"), max_length=phone.LONGEST_NUMBER)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("agent"),
        on_delete=models.PROTECT,
        related_name="call_reasons",
        db_index=False,
    )
    reason = MaskedCharField(_("reason"), max_length=REASON_MAX_LENGTH)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("call reason")
        verbose_name_plural = _("call reasons")
        ordering = ["-created_at", "-pk"]
        permissions = [("export_callreason", gettext_noop("Can export call reasons"))]
        indexes = [
            models.Index(fields=["number", "-created_at"], name="call_reason_by_number"),
            models.Index(fields=["-created_at", "-id"], name="call_reason_newest"),
            models.Index(fields=["agent", "-created_at", "-id"], name="call_reason_by_agent_newest"),
        ]
        constraints = [canonical_number("call_reason_number_canonical")]

    def __str__(self) -> str:
        return f"{phone.display(self.number)}: {self.reason}"
