"""What came of calls: dispositions, and the notes that carry them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from callnotes.naming import called, plain
from contacts import phone
from contacts.models import Contact, ContactNumber, canonical_number

ACTIVE_HELP = "Offered to agents and taken from the phone system, which may always report the contract's four."
COMMENTS_MAX_LENGTH = 10_000
CALL_ID_MAX_LENGTH = 200


class DispositionQuerySet(models.QuerySet["Disposition"]):
    def active(self) -> "DispositionQuerySet":
        return self.filter(is_active=True)

    def answerable(self) -> "DispositionQuerySet":
        """Those that the phone system may report: the active ones, and always the four of the contract."""
        return self.filter(models.Q(is_active=True) | models.Q(is_protected=True))

    def delete(self) -> tuple[int, dict[str, int]]:
        _keep_protected(self)
        return super().delete()


class Disposition(models.Model):
    """The outcome of a call. Its effects drive behaviour, never its name."""

    class Color(models.TextChoices):
        GREY = "grey"
        GREEN = "green"
        AMBER = "amber"
        RED = "red"
        BLUE = "blue"
        VIOLET = "violet"

    key = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", "Use small letters, digits and underscores.")],
        help_text="What other systems call it; it cannot be changed later.",
    )
    label = models.CharField(max_length=60, unique=True, help_text="What people read.")
    color = models.CharField("colour", max_length=10, choices=Color, default=Color.GREY)
    position = models.PositiveSmallIntegerField(default=100, help_text="Smaller comes first.")
    is_active = models.BooleanField("active", default=True, help_text=ACTIVE_HELP)
    is_protected = models.BooleanField("protected", default=False, editable=False)
    requires_comments = models.BooleanField("comments required", default=True)
    asks_for_time = models.BooleanField("asks for a time", default=False)
    opens_callback = models.BooleanField(default=False)
    closes_callbacks = models.BooleanField(default=False)
    sets_do_not_disturb = models.BooleanField("sets do not disturb", default=False)
    counts_as_reached = models.BooleanField(default=False)

    objects = DispositionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        others = Disposition.objects.exclude(pk=self.pk)
        if not plain(self.label):
            raise ValidationError({"label": "Write at least one letter or digit."})
        for field in ("key", "label"):
            if taken := called(getattr(self, field), others):
                raise ValidationError({field: f"“{taken.label}” ({taken.key}) is called the same already."})
        if not self.is_active and not others.active().exists():
            raise ValidationError({"is_active": "Agents need at least one; make another active first."})

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        _keep_protected([self])
        return super().delete(*args, **kwargs)


def _keep_protected(dispositions: Iterable["Disposition"]) -> None:
    if protected := {disposition for disposition in dispositions if disposition.is_protected}:
        raise models.ProtectedError("The dispositions of the 3CX contract stay.", protected)


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
