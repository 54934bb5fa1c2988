"""What agents have typed and not saved yet."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callnotes.models.calls import Call
from callnotes.models.notes import CallNote
from contacts import phone
from contacts.models import canonical_number


class DraftQuerySet(models.QuerySet["Draft"]):
    def of_agent(self, agent: AbstractBaseUser) -> Self:
        return self.filter(agent=agent)

    def about(self, number: str) -> Self:
        return self.filter(number=number)

    def newest_first(self) -> Self:
        return self.order_by("-updated_at", "-pk")


class Draft(models.Model):
    """A wrap-up that is not finished: the form of a note as it stands. Gone when the note is saved.

    `fields` are the form's, as typed. `window` and `sequence` tell which window of a browser kept them, and which of
    its keepings that was: two windows do not overwrite each other, and a late request does not overwrite a newer one.
    """

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts", db_index=False)
    submission = models.UUIDField(unique=True)
    number = models.CharField(max_length=phone.LONGEST_NUMBER)
    fields = models.JSONField(default=dict)
    corrects = models.ForeignKey(CallNote, null=True, on_delete=models.SET_NULL, related_name="+")
    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="+")
    window = models.UUIDField()
    sequence = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-updated_at", "-pk"]
        indexes = [models.Index(fields=["agent", "-updated_at"], name="draft_by_agent_newest")]
        constraints = [canonical_number("draft_number_canonical")]

    def __str__(self) -> str:
        return f"{phone.display(self.number)}, {self.fields.get('comments', '')[:40]}"

    @property
    def comments(self) -> str:
        return self.fields.get("comments", "")
