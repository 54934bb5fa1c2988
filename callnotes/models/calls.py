"""What the phone system reported: calls and chats."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from callnotes.models.notes import CALL_ID_MAX_LENGTH, CallNote, CallNoteQuerySet
from callnotes.models.timeline import TimelineQuerySet, TimelineRow
from contacts import phone
from contacts.models import Contact, canonical_number

EXTENSION_MAX_LENGTH = 20


class Extension(models.Model):
    """Whose phone an extension of the phone system is."""

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extension")
    number = models.CharField(
        "extension",
        max_length=EXTENSION_MAX_LENGTH,
        unique=True,
        validators=[RegexValidator(r"^[0-9*#]+\Z", "Write the extension's digits, as 3CX has them.")],
        help_text="As 3CX has it. It tells whose call a reported one is.",
    )

    def __str__(self) -> str:
        return self.number


class ReportQuerySet(TimelineQuerySet):
    def by_agent(self, agent: AbstractBaseUser) -> Self:
        return self.filter(agent=agent)


class Report(TimelineRow):
    """What calls and chats have in common. Written once, by `journaling`; a repetition is told by `content_key`."""

    moment_field = "started_at"

    number = models.CharField(max_length=phone.LONGEST_NUMBER, blank=True, help_text="Empty: the caller hid it.")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="%(class)ss", db_index=False
    )
    contact_name = models.CharField(max_length=200, blank=True, help_text="The contact's name as it was.")
    extension = models.CharField(max_length=EXTENSION_MAX_LENGTH, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        help_text="Whose extension, or else e-mail address, was reported.",
    )
    queue = models.CharField(max_length=EXTENSION_MAX_LENGTH, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=CallNote.Source, default=CallNote.Source.PHONE_SYSTEM)
    token = models.CharField(
        "API token", max_length=120, blank=True, help_text="The token's name and prefix as they were."
    )
    content_key = models.CharField(max_length=64, unique=True, editable=False)
    reported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        number = phone.display(self.number) or "Withheld number"
        return f"{number}, {timezone.localtime(self.started_at):%d %b %Y %H:%M}"


def content_key(*content: str) -> str:
    """The key of a report by what it says: 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class CallQuerySet(ReportQuerySet):
    def of_nobody_at(self, numbers: models.QuerySet) -> Self:
        """Calls on numbers, where nobody knows whose they are: no note of theirs tells it either."""
        return super().of_nobody_at(numbers).exclude(models.Exists(_notes_of_a_contact()))

    def noted_with(self, contact: Contact) -> Self:
        """Calls that are not the contact's as reported, but by a note about them."""
        noted = CallNote.objects.filter(contact=contact).exclude(reported_call=None)
        return self.filter(models.Q(contact=None) | ~models.Q(contact=contact), pk__in=noted.values("reported_call"))

    def hidden_but_told(self, notes: CallNoteQuerySet) -> Self:
        """Calls whose caller hid the number, and of which one of the notes tells it."""
        return self.filter(number="", pk__in=notes.exclude(reported_call=None).values("reported_call"))

    def overlapping(self, start: datetime, end: datetime) -> Self:
        return self.filter(started_at__range=(start - Call.LONGEST, end), ended_at__gte=start)

    def missed(self) -> Self:
        return self.filter(result=Call.Result.MISSED)

    def answered(self) -> Self:
        return self.filter(result=Call.Result.ANSWERED)

    def unanswered_yet(self) -> Self:
        """Missed calls that still want somebody: a caller who hides the number cannot be called back."""
        return self.missed().filter(handled_at=None).exclude(number="")

    def for_display(self) -> Self:
        """With all that a history shows, in three queries: calls, their notes, and what corrects those."""
        notes = CallNote.objects.for_display().order_by("created_at", "pk")
        return self.select_related("agent").prefetch_related(models.Prefetch("notes", notes))


def _notes_of_a_contact() -> models.QuerySet:
    notes = CallNote.objects.filter(reported_call=models.OuterRef("pk"))
    return notes.exclude(contact=None, contact_name="")


class Call(Report):
    """A call, or one leg of it: each agent's phone that rang is reported on its own."""

    kind = "call"
    LONGEST = timedelta(hours=24)

    class Direction(models.TextChoices):
        INBOUND = "inbound"
        OUTBOUND = "outbound"

    class Result(models.TextChoices):
        ANSWERED = "answered"
        MISSED = "missed"
        NOT_ANSWERED = "not_answered", "Not answered"

    direction = models.CharField(max_length=10, choices=Direction)
    result = models.CharField(max_length=15, choices=Result)
    answered_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.PositiveIntegerField()
    call_id = models.CharField("call id", max_length=CALL_ID_MAX_LENGTH, blank=True)
    recording_url = models.URLField("recording", max_length=2000, blank=True)
    summary = models.TextField(blank=True)
    transcript = models.TextField(blank=True)
    note_waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who said that it needs no note.",
    )
    handled_at = models.DateTimeField(
        null=True, blank=True, help_text="Of a missed call: since when nobody has to call back."
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who took it off the list; empty where the number was reached.",
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["number", "-started_at", "-id"], name="call_by_number_newest"),
            models.Index(fields=["contact", "-started_at", "-id"], name="call_by_contact_newest"),
            models.Index(fields=["-started_at", "-id"], name="call_newest"),
            models.Index(
                fields=["-started_at"],
                condition=models.Q(result="missed", handled_at=None),
                name="call_missed_unanswered",
            ),
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
        return self.select_related("agent")


class Chat(Report):
    """A chat that has ended, with its messages as plain text."""

    kind = "chat"

    email = models.CharField("e-mail", max_length=254, blank=True)
    visitor_name = models.CharField(max_length=200, blank=True, help_text="As the visitor gave it.")
    messages = models.TextField()

    objects = ChatQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["number", "-started_at", "-id"], name="chat_by_number_newest"),
            models.Index(fields=["contact", "-started_at", "-id"], name="chat_by_contact_newest"),
            models.Index(fields=["-started_at", "-id"], name="chat_newest"),
        ]
        constraints = [
            canonical_number("chat_number_canonical", may_be_withheld=True),
            models.CheckConstraint(
                name="chat_ends_after_it_starts", condition=models.Q(ended_at__gte=models.F("started_at"))
            ),
        ]


class CallReason(models.Model):
    """Why an agent called a number that asked not to be disturbed."""

    number = models.CharField(max_length=phone.LONGEST_NUMBER)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="call_reasons")
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["number", "-created_at"], name="call_reason_by_number")]
        constraints = [canonical_number("call_reason_number_canonical")]

    def __str__(self) -> str:
        return f"{phone.display(self.number)}: {self.reason}"
