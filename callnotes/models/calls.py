"""What the phone system reported: calls and chats."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Left, Length
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from callnotes.models.notes import CALL_ID_MAX_LENGTH, CallNote, CallNoteQuerySet
from callnotes.models.timeline import TimelineQuerySet, TimelineRow
from contacts import dates, phone
from contacts.masking import MaskedBeginningField, MaskedCharField, MaskedTextField, MaskedURLField, NumberField
from contacts.models import Contact, canonical_number
from contacts.tracing import Records, TracedQuerySet

EXTENSION_MAX_LENGTH = 20


class Extension(models.Model):
    """Whose phone an extension of the phone system is."""

    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("agent"), on_delete=models.CASCADE, related_name="extension"
    )
    number = models.CharField(
        _("extension"),
        max_length=EXTENSION_MAX_LENGTH,
        unique=True,
        validators=[RegexValidator(r"^[0-9*#]+\Z", _("Write the extension's digits, as 3CX has them."))],
        help_text=_("As 3CX has it. It tells whose call a reported one is."),
    )

    objects = TracedQuerySet.as_manager()
    history = Records(part_of="agent")

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")

    def __str__(self) -> str:
        return self.number


class ReportQuerySet(TimelineQuerySet):
    def by_agent(self, agent: AbstractBaseUser) -> Self:
        return self.filter(agent=agent)


class Report(TimelineRow):
    """What calls and chats have in common. Written once, by `journaling`; a repetition is told by `content_key`."""

    moment_field = "started_at"

    number = NumberField(
        _("number"), max_length=phone.LONGEST_NUMBER, blank=True, help_text=_("Empty: the caller hid it.")
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="%(class)ss",
        db_index=False,
    )
    contact_name = MaskedCharField(
        _("contact name"), max_length=200, blank=True, help_text=_("The contact's name as it was.")
    )
    extension = models.CharField(_("extension"), max_length=EXTENSION_MAX_LENGTH, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("agent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        db_index=False,
        help_text=_("Whose extension, or else e-mail address, was reported."),
    )
    queue = models.CharField(_("queue"), max_length=EXTENSION_MAX_LENGTH, blank=True)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"))
    source = models.CharField(_("source"), max_length=10, choices=CallNote.Source, default=CallNote.Source.PHONE_SYSTEM)
    token = models.CharField(
        _("API token"), max_length=120, blank=True, help_text=_("The token's name and prefix as they were.")
    )
    content_key = models.CharField(max_length=64, unique=True, editable=False)
    reported_at = models.DateTimeField(_("reported at"), default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        number = phone.display(self.number) or capfirst(_("number withheld"))
        return f"{number}, {dates.local(self.started_at, dates.DATE_TIME_OF_ROW)}"


def content_key(*content: str) -> str:
    """The key of a report by what it says: 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class CallQuerySet(ReportQuerySet):
    def of_nobody(self) -> Self:
        """Calls of which nobody knows whose they are: no note of theirs tells it either."""
        return super().of_nobody().exclude(models.Exists(_notes_of_a_contact()))

    def noted_in(self, notes: CallNoteQuerySet) -> Self:
        return self.filter(pk__in=notes.exclude(reported_call=None).values("reported_call"))

    def hidden(self) -> Self:
        """Calls whose caller hid the number."""
        return self.filter(number="")

    def overlapping(self, start: datetime, end: datetime) -> Self:
        return self.filter(started_at__range=(start - Call.LONGEST, end), ended_at__gte=start)

    def counted(self) -> Self:
        """Calls, each by one of its legs."""
        return self.filter(is_counted=True)

    def missed(self) -> Self:
        return self.filter(result=Call.Result.MISSED)

    def answered(self) -> Self:
        return self.filter(result=Call.Result.ANSWERED)

    def unanswered_yet(self) -> Self:
        """Missed calls that still want somebody: a hidden or erased number cannot be called back."""
        return self.missed().filter(handled_at=None).exclude(number="").not_erased()

    def for_display(self) -> Self:
        """With all that a history shows, in three queries: calls, their notes, and what corrects those.

        A transcript, which may be long, is left where it is: `has_transcript` tells whether there is one.
        """
        notes = CallNote.objects.for_display().order_by("created_at", "pk")
        rows = self.select_related("agent").prefetch_related(models.Prefetch("notes", notes))
        return rows.defer("transcript").annotate(has_transcript=GreaterThan(Length("transcript"), 0))


def _notes_of_a_contact() -> models.QuerySet:
    notes = CallNote.objects.filter(reported_call=models.OuterRef("pk"))
    return notes.exclude(contact=None, contact_name="")


class Call(Report):
    """A call, or one leg of it: each agent's phone that rang is reported on its own."""

    kind = "call"
    LONGEST = timedelta(hours=24)

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("Inbound")
        OUTBOUND = "outbound", _("Outbound")

    class Result(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        MISSED = "missed", _("Missed")
        NOT_ANSWERED = "not_answered", _("Not answered")

    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    result = models.CharField(_("result"), max_length=15, choices=Result)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(_("duration seconds"))
    is_counted = models.BooleanField(
        default=True, editable=False, help_text="Of the legs of one call, the one by which it is counted."
    )
    call_id = MaskedCharField(_("call id"), max_length=CALL_ID_MAX_LENGTH, blank=True)
    recording_url = MaskedURLField(_("recording"), max_length=2000, blank=True)
    summary = MaskedTextField(_("summary"), blank=True)
    transcript = MaskedTextField(_("transcript"), blank=True)
    note_waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("note waived by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who said that it needs no note."),
    )
    handled_at = models.DateTimeField(
        _("handled at"),
        null=True,
        blank=True,
        help_text=_("Of a missed call: since when nobody has to call back."),
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who took it off the list; empty where the number was reached."),
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-pk"]
        permissions = [
            ("export_call", gettext_noop("Can export calls")),
            ("view_reports", gettext_noop("Can view reports")),
        ]
        indexes = [
            models.Index(fields=["number", "-started_at", "-id"], name="call_by_number_newest"),
            models.Index(fields=["contact", "-started_at", "-id"], name="call_by_contact_newest"),
            models.Index(fields=["-started_at", "-id"], name="call_newest"),
            # What the back office filters by: of a rare value, the newest would be looked for through the whole table.
            models.Index(fields=["agent", "-started_at", "-id"], name="call_by_agent_newest"),
            models.Index(fields=["result", "-started_at", "-id"], name="call_by_result_newest"),
            models.Index(fields=["direction", "-started_at", "-id"], name="call_by_direction_newest"),
            models.Index(
                fields=["-started_at"],
                condition=models.Q(result="missed", handled_at=None),
                name="call_missed_unanswered",
            ),
            # All that reports read of a call stands in these: the table itself is left alone.
            models.Index(
                fields=["-started_at", "-id", "direction", "result", "agent", "queue"],
                condition=models.Q(is_counted=True),
                name="call_for_reports",
            ),
            models.Index(
                fields=["-started_at", "-id", "handled_at", "handled_by", "number", "agent", "queue"],
                condition=models.Q(is_counted=True, result="missed"),
                name="call_missed_for_reports",
            ),
            # What they need of the call of a note: its queue.
            models.Index(fields=["queue", "id"], name="call_by_queue"),
        ]
        constraints = [
            canonical_number("call_number_canonical", may_be_withheld=True),
            models.CheckConstraint(
                name="call_ends_after_it_starts", condition=models.Q(ended_at__gte=models.F("started_at"))
            ),
            models.CheckConstraint(
                name="call_missed_is_inbound",
                condition=~models.Q(result="missed") | models.Q(direction="inbound"),
            ),
        ]

    @property
    def duration(self) -> timedelta:
        return timedelta(seconds=self.duration_seconds)

    @property
    def is_missed(self) -> bool:
        return self.result == self.Result.MISSED

    @property
    def is_answered(self) -> bool:
        return self.result == self.Result.ANSWERED


class ChatQuerySet(ReportQuerySet):
    def for_display(self) -> Self:
        """With all that a history shows: of the messages the `beginning`, one character longer than is shown."""
        rows, length = self.select_related("agent").defer("messages"), Chat.SHOWN_LENGTH + 1
        return rows.annotate(beginning=Left("messages", length, output_field=MaskedBeginningField(length)))


class Chat(Report):
    """A chat that has ended, with its messages as plain text."""

    kind = "chat"
    SHOWN_LENGTH = 600

    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    visitor_name = MaskedCharField(
        _("visitor name"), max_length=200, blank=True, help_text=_("As the visitor gave it.")
    )
    messages = MaskedTextField(_("messages"))

    objects = ChatQuerySet.as_manager()

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        ordering = ["-started_at", "-pk"]
        permissions = [("export_chat", gettext_noop("Can export chats"))]
        indexes = [
            models.Index(fields=["number", "-started_at", "-id"], name="chat_by_number_newest"),
            models.Index(fields=["contact", "-started_at", "-id"], name="chat_by_contact_newest"),
            models.Index(fields=["-started_at", "-id"], name="chat_newest"),
            models.Index(fields=["agent", "-started_at", "-id"], name="chat_by_agent_newest"),
        ]
        constraints = [
            canonical_number("chat_number_canonical", may_be_withheld=True),
            models.CheckConstraint(
                name="chat_ends_after_it_starts", condition=models.Q(ended_at__gte=models.F("started_at"))
            ),
        ]
