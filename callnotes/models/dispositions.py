"""The outcomes that a call can have, from a list that the back office edits."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callnotes.naming import aliases, called, plain
from contacts.tracing import Records, TracedQuerySet

ACTIVE_HELP = _(
    "Offered to agents and taken from the phone system, which may always report the contract's four. One that notes"
    " have is not deleted but made inactive."
)


class DispositionQuerySet(TracedQuerySet):
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
        GREY = "grey", _("Grey")
        GREEN = "green", _("Green")
        AMBER = "amber", _("Amber")
        RED = "red", _("Red")
        BLUE = "blue", _("Blue")
        VIOLET = "violet", _("Violet")

    key = models.CharField(
        pgettext_lazy("of a disposition", "key"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Use small letters, digits and underscores."))],
        help_text=_("What other systems call it; it cannot be changed later."),
    )
    label = models.CharField(_("label"), max_length=60, unique=True, help_text=_("What people read."))
    aliases = models.CharField(
        _("aliases"),
        max_length=400,
        blank=True,
        help_text=_("Further names under which the phone system may report it, with commas between them."),
    )
    color = models.CharField(_("colour"), max_length=10, choices=Color, default=Color.GREY)
    position = models.PositiveSmallIntegerField(_("position"), default=100, help_text=_("Smaller comes first."))
    is_active = models.BooleanField(_("active"), default=True, help_text=ACTIVE_HELP)
    is_protected = models.BooleanField(_("protected"), default=False, editable=False)
    requires_comments = models.BooleanField(_("comments required"), default=True)
    asks_for_time = models.BooleanField(
        _("asks for a time"), default=False, help_text=_("When to call back; the phone system cannot give one.")
    )
    opens_callback = models.BooleanField(
        _("opens callback"), default=False, help_text=_("It is a promise to call again.")
    )
    closes_callbacks = models.BooleanField(
        _("closes callbacks"), default=False, help_text=_("What was promised to this number before is done.")
    )
    sets_do_not_disturb = models.BooleanField(
        _("sets do not disturb"),
        default=False,
        help_text=_("The number is not offered for calls until somebody lifts that."),
    )
    counts_as_reached = models.BooleanField(
        _("counts as reached"),
        default=False,
        help_text=_("Missed calls of the number need no call back any more."),
    )

    objects = DispositionQuerySet.as_manager()
    history = Records()

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        others = Disposition.objects.exclude(pk=self.pk)
        if not plain(self.label):
            raise ValidationError({"label": _("Write at least one letter or digit.")})
        names = [("key", self.key), ("label", self.label), *(("aliases", alias) for alias in aliases(self))]
        for field, name in names:
            if taken := called(name, others):
                said = _("“{name}”: “{label}” ({key}) is called so already.")
                raise ValidationError({field: said.format(name=name, label=taken.label, key=taken.key)})
        if self.asks_for_time and not self.opens_callback:
            raise ValidationError({"asks_for_time": _("The time is that of a callback: let it open one too.")})
        if self.sets_do_not_disturb and self.opens_callback:
            raise ValidationError({"opens_callback": _("Who is not to be disturbed is not promised a call.")})
        if not self.is_active and not others.active().exists():
            raise ValidationError({"is_active": _("Agents need at least one; make another active first.")})

    def add_alias(self, name: str) -> bool:
        """Adds a name to the aliases; answers whether there was room for it."""
        more = ", ".join(filter(None, [self.aliases, name]))
        has_room = len(more) <= self._meta.get_field("aliases").max_length
        self.aliases = more if has_room else self.aliases
        return has_room

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        _keep_protected([self])
        return super().delete(*args, **kwargs)


def _keep_protected(dispositions: Iterable["Disposition"]) -> None:
    if protected := {disposition for disposition in dispositions if disposition.is_protected}:
        raise models.ProtectedError("The dispositions of the 3CX contract stay.", protected)
