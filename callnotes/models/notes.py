"""What agents, and the phone system for them, recorded of calls."""

from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from callnotes.models.dispositions import Disposition
from contacts import phone
from contacts.models import Contact, ContactNumber, canonical_number

COMMENTS_MAX_LENGTH = 10_000
CALL_ID_MAX_LENGTH = 200


class CallNoteQuerySet(models.QuerySet["CallNote"]):
    def about(self, number: str) -> "CallNoteQuerySet":
        return self.filter(number=number)

    def of_contact(self, contact: Contact) -> "CallNoteQuerySet":
        return self.filter(contact=contact)

    def of_nobody_at(self, numbers: models.QuerySet) -> "CallNoteQuerySet":
        """Notes on numbers, where nobody knows whose they are."""
        return self.filter(contact=None, contact_name="", number__in=numbers)

    def of_others_than(self, contact: Contact) -> "CallNoteQuerySet":
        """Notes of other contacts, also of those that are deleted."""
        return self.exclude(contact=contact).exclude(contact=None, contact_name="")

    def matching(self, text: str) -> "CallNoteQuerySet":
        """Notes by a number in any spelling, or by a contact's name, company or last digits."""
        spelled = phone.read(text, settings.DEFAULT_PHONE_REGION).number
        if not spelled:
            return self.filter(contact__in=Contact.objects.matching(text))
        numbers = {spelled, *ContactNumber.objects.matching(text).values_list("number", flat=True)}
        return self.filter(number__in=numbers)

    def by_agent(self, agent: AbstractBaseUser) -> "CallNoteQuerySet":
        return self.filter(agent=agent)

    def correctable_by(self, agent: AbstractBaseUser) -> "CallNoteQuerySet":
        return self.by_agent(agent).filter(redacted_at=None)

    def newest_first(self) -> "CallNoteQuerySet":
        return self.order_by("-created_at", "-pk")

    def older_than(self, created_at: datetime, pk: int) -> "CallNoteQuerySet":
        """What follows the note with that moment and key, newest first: a page's end is the next one's start."""
        return self.filter(created_at__lte=created_at).exclude(created_at=created_at, pk__gte=pk)

    def for_display(self) -> "CallNoteQuerySet":
        """With all that a list of notes shows, in two queries: the notes, and what corrects them."""
        return self.select_related("disposition", "agent", "corrects", "redacted_by").prefetch_related("corrections")


class CallNote(models.Model):
    """What was recorded of one call. Written once: a correction is a new note that names the old one."""

    class Source(models.TextChoices):
        DESK = "desk", "Agent's desk"
        PHONE_SYSTEM = "3cx", "3CX"

    number = models.CharField(max_length=phone.LONGEST_NUMBER)
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="call_notes", db_index=False
    )
    contact_name = models.CharField(max_length=200, blank=True, help_text="The contact's name as it was.")
    disposition = models.ForeignKey(Disposition, on_delete=models.PROTECT, related_name="call_notes")
    comments = models.TextField(blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="call_notes"
    )
    source = models.CharField(max_length=10, choices=Source)
    token = models.CharField(
        "API token", max_length=120, blank=True, help_text="The token's name and prefix as they were."
    )
    call_id = models.CharField("call id", max_length=CALL_ID_MAX_LENGTH, blank=True)
    submission = models.UUIDField(
        null=True, unique=True, editable=False, help_text="The form that it was written in, stored once."
    )
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    redacted_at = models.DateTimeField(null=True, blank=True)
    redacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = CallNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("redact_callnote", "Can redact call notes")]
        indexes = [
            models.Index(fields=["number", "-created_at", "-id"], name="call_note_by_number_newest"),
            models.Index(fields=["contact", "-created_at", "-id"], name="call_note_by_contact_newest"),
            models.Index(fields=["agent", "-created_at", "-id"], name="call_note_by_agent_newest"),
            models.Index(fields=["-created_at", "-id"], name="call_note_newest"),
        ]
        constraints = [
            canonical_number("call_note_number_canonical"),
            models.CheckConstraint(
                name="call_note_comments_length",
                condition=LessThanOrEqual(Length("comments"), COMMENTS_MAX_LENGTH),
            ),
        ]

    def __str__(self) -> str:
        return f"{phone.display(self.number)}: {self.disposition.label}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            _refuse_change()
        super().save(*args, **kwargs)


def _refuse_change() -> NoReturn:
    raise TypeError("A call note is never changed: record a correction, or redact it.")
