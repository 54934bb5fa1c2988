"""The outcomes that a call can have, from a list that the back office edits."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from callnotes.naming import called, plain

ACTIVE_HELP = "Offered to agents and taken from the phone system, which may always report the contract's four."


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
