"""What was done for people's privacy, and how long what is kept."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from contacts.acting import BY_MAX_LENGTH
from contacts.tracing import Records, TracedQuerySet

LONGEST_DAYS = 36_500


class Deed(models.Model):
    """That somebody was told what is held about a person, or erased one. It names nobody who was erased."""

    class Kind(models.TextChoices):
        FILE = "file", _("File of what is held")
        ERASURE = "erasure", _("Erasure")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    about = models.CharField(
        _("about"), max_length=40, blank=True, help_text=_("A contact's key or a masked number; empty of an erasure.")
    )
    done_by = models.CharField(_("by"), max_length=BY_MAX_LENGTH, blank=True)
    at = models.DateTimeField(_("moment"), default=timezone.now)

    objects = TracedQuerySet.as_manager()
    history = Records()

    class Meta:
        verbose_name = _("file or erasure")
        verbose_name_plural = _("files and erasures")
        ordering = ["-pk"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["-at", "-id"], name="deed_newest")]
        permissions = [
            ("read_held", gettext_noop("Can write the file of what is held about a person")),
            ("erase_person", gettext_noop("Can erase a person")),
        ]

    def __str__(self) -> str:
        return ", ".join(filter(None, [self.get_kind_display(), self.about]))


class RetentionPeriod(models.Model):
    """For how many days a kind of record is kept; without a row, or days, for good. Kinds stand in `retention`."""

    kind = models.CharField(_("kind"), max_length=30, unique=True)
    days = models.PositiveIntegerField(_("days"), null=True, blank=True)
    last_run_at = models.DateTimeField(_("last run"), null=True, editable=False)
    last_count = models.PositiveBigIntegerField(_("rows then"), default=0, editable=False)

    objects = TracedQuerySet.as_manager()
    history = Records(excluded=["last_run_at", "last_count"])

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        ordering = ["kind"]
        default_permissions = ["view", "change"]

    def __str__(self) -> str:
        return self.kind
