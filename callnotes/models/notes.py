"""What agents, and the phone system for them, recorded of calls."""

from collections.abc import Iterator
from typing import NoReturn, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from callnotes.models.dispositions import Disposition
from callnotes.models.timeline import TimelineQuerySet, TimelineRow
from contacts import phone
from contacts.masking import MaskedCharField, MaskedTextField, NumberField
from contacts.models import Contact, canonical_number

COMMENTS_MAX_LENGTH = 10_000
CALL_ID_MAX_LENGTH = 200


class CallNoteQuerySet(TimelineQuerySet):
    def without_call(self) -> Self:
        """Notes that stand alone in a history: no call is known that they were written about."""
        return self.filter(reported_call=None)

    def last_versions(self) -> Self:
        """Notes that nothing corrects, read by the index of corrections alone."""
        corrections = CallNote.objects.filter(corrects=models.OuterRef("pk"), corrects__isnull=False)
        return self.filter(~models.Exists(corrections))

    def guessable(self) -> Self:
        """Notes whose call may be found by number, agent and time: no person and no call id has told it."""
        return self.filter(corrects=None, matched_by__in=["", CallNote.Match.TIME])

    def by_agent(self, agent: AbstractBaseUser) -> Self:
        return self.filter(agent=agent)

    def correctable_by(self, agent: AbstractBaseUser) -> Self:
        return self.by_agent(agent).filter(redacted_at=None)

    def for_display(self) -> Self:
        """With all that a list of notes shows, in two queries: the notes, and what corrects them."""
        return self.select_related("disposition", "agent", "corrects", "redacted_by").prefetch_related("corrections")


class CallNote(TimelineRow):
    """What was recorded of one call. Written once: a correction is a new note that names the old one."""

    kind = "note"
    moment_field = "created_at"

    class Source(models.TextChoices):
        DESK = "desk", _("Agent's desk")
        PHONE_SYSTEM = "3cx", "3CX"

    class Match(models.TextChoices):
        """What told of which call a note is. By a person, also that it is of none."""

        CALL_ID = "call id", _("Call id")
        TIME = "time", _("number, agent and time")
        HAND = "hand", _("Hand")

    number = NumberField(_("number"), max_length=phone.LONGEST_NUMBER)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="call_notes",
        db_index=False,
    )
    contact_name = MaskedCharField(
        _("contact name"), max_length=200, blank=True, help_text=_("The contact's name as it was.")
    )
    disposition = models.ForeignKey(
        Disposition,
        verbose_name=_("disposition"),
        on_delete=models.PROTECT,
        related_name="call_notes",
        db_index=False,
    )
    disposition_label = models.CharField(
        _("disposition then"),
        max_length=60,
        default="",
        editable=False,
        help_text=_("The disposition's label as it was."),
    )
    comments = MaskedTextField(_("comments"), blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("agent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="call_notes",
        db_index=False,
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    token = models.CharField(
        _("API token"), max_length=120, blank=True, help_text=_("The token's name and prefix as they were.")
    )
    reported_call = models.ForeignKey(
        "callnotes.Call",
        verbose_name=_("reported call"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="notes",
        db_index=False,
    )
    matched_by = models.CharField(_("matched by"), max_length=10, choices=Match, blank=True, editable=False)
    call_id = MaskedCharField(_("call id"), max_length=CALL_ID_MAX_LENGTH, blank=True)
    submission = models.UUIDField(
        null=True, unique=True, editable=False, help_text="The form that it was written in, stored once."
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("corrects"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        db_index=False,
    )
    redacted_at = models.DateTimeField(_("redacted at"), null=True, blank=True)
    redacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("redacted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the page was opened on which it was written."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    first_written_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When the first version was written: a correction has it too."
    )

    objects = CallNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("call note")
        verbose_name_plural = _("call notes")
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("redact_callnote", gettext_noop("Can redact call notes")),
            ("export_callnote", gettext_noop("Can export call notes")),
        ]
        indexes = [
            models.Index(fields=["number", "-created_at", "-id"], name="call_note_by_number_newest"),
            models.Index(fields=["contact", "-created_at", "-id"], name="call_note_by_contact_newest"),
            models.Index(fields=["agent", "-created_at", "-id"], name="call_note_by_agent_newest"),
            models.Index(fields=["-created_at", "-id"], name="call_note_newest"),
            # What the back office filters by: of a rare value, the newest would be looked for through the whole table.
            models.Index(fields=["disposition", "-created_at", "-id"], name="call_note_by_outcome_newest"),
            models.Index(fields=["source", "-created_at", "-id"], name="call_note_by_source_newest"),
            # Without the notes that have none: among many of those, SQLite takes the index for useless and reads all.
            models.Index(
                fields=["reported_call"],
                condition=models.Q(reported_call__isnull=False),
                name="call_note_by_reported_call",
            ),
            models.Index(
                fields=["corrects"], condition=models.Q(corrects__isnull=False), name="call_note_by_corrected"
            ),
            # All that reports read of a note stands in it: the table itself is left alone.
            models.Index(
                fields=["-first_written_at", "-id", "disposition", "agent", "reported_call"],
                name="call_note_for_reports",
            ),
            # What they need of the note of a callback: its call.
            models.Index(fields=["id", "reported_call"], name="call_note_with_call"),
        ]
        constraints = [
            canonical_number("call_note_number_canonical"),
            models.CheckConstraint(
                name="call_note_comments_length",
                condition=LessThanOrEqual(Length("comments"), COMMENTS_MAX_LENGTH),
            ),
        ]

    def __str__(self) -> str:
        return f"{phone.display(self.number)}: {self.disposition_label}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            _refuse_change()
        self.disposition_label = self.disposition.label
        self.first_written_at = self.corrects.first_written_at if self.corrects else self.created_at
        super().save(*args, **kwargs)

    def first_version(self) -> "CallNote":
        """The note that this one corrects, or that that one does, and so on; itself, where it corrects none."""
        return self.corrects.first_version() if self.corrects_id else self

    def earlier_versions(self) -> Iterator["CallNote"]:
        """What this note corrects, and what that corrects, and so on."""
        if self.corrects:
            yield self.corrects
            yield from self.corrects.earlier_versions()

    def last_version(self) -> "CallNote":
        """What corrects this note last; itself, where nothing does."""
        newer = self.corrections.order_by("pk").last()
        return newer.last_version() if newer else self


def _refuse_change() -> NoReturn:
    raise TypeError("A call note is never changed: record a correction, or redact it.")
