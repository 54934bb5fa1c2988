"""What is kept of an import: the run, its file in pieces, what became of its rows, and mappings to use again."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.importing.mapping import Column, Target
from contacts.importing.reading import Dialect

DIGEST_LENGTH = 32


class KeepRule(models.TextChoices):
    """What a contact that is there already keeps."""

    FILL = "fill", _("It keeps what it has; the file fills what is empty")
    FILE_WINS = "file_wins", _("The file wins; an empty cell changes nothing")


class SharedRule(models.TextChoices):
    """What happens to a row whose number somebody of another name has."""

    REJECT = "reject", _("Reject the row")
    UPDATE = "update", _("Update the contact who has it")
    ADD = "add", _("Add another contact who shares the number")


class State(models.TextChoices):
    READING = "reading", pgettext_lazy("of an import", "is being read")
    REFUSED = "refused", pgettext_lazy("of an import", "cannot be read")
    DRAFT = "draft", pgettext_lazy("of an import", "not checked yet")
    CHECKING = "checking", pgettext_lazy("of an import", "is being checked")
    CHECKED = "checked", pgettext_lazy("of an import", "checked")
    IMPORTING = "importing", pgettext_lazy("of an import", "is being imported")
    STOPPED = "stopped", pgettext_lazy("of an import", "stopped")
    DONE = "done", pgettext_lazy("of an import", "imported")
    UNDOING = "undoing", pgettext_lazy("of an import", "is being undone")
    UNDONE = "undone", pgettext_lazy("of an import", "undone")


DRAFTS = [State.DRAFT, State.CHECKED]
UNDER_WAY = [State.READING, State.CHECKING, State.IMPORTING, State.UNDOING]


class Outcome(models.TextChoices):
    NEW = "new", pgettext_lazy("of a row", "new")
    CHANGED = "changed", pgettext_lazy("of a row", "changed")
    UNCHANGED = "unchanged", pgettext_lazy("of a row", "unchanged")
    REJECTED = "rejected", pgettext_lazy("of a row", "rejected")


class Undo(models.TextChoices):
    NOT_UNDONE = "", pgettext_lazy("of a row", "not undone")
    UNDONE = "undone", pgettext_lazy("of a row", "undone")
    KEPT = "kept", pgettext_lazy("of a row", "kept, for somebody changed it since")


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def due(self, at: datetime) -> "ImportRunQuerySet":
        """Runs that have something to do and that no worker holds, the one that waits longest first."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=at)
        return self.filter(free, state__in=UNDER_WAY).order_by("asked_at", "pk")


class ImportRun(models.Model):
    """A file that is imported: how it is read, by which rules, and how far it has come.

    Until it is read, `dialect` and `mapping` are what was told of it; `readings` is how often a worker has begun to
    read it. `rows_done` is the last row of the file that the state's work has dealt with; it is stored together with
    what the row brought about, so that nothing is done twice.
    """

    file_name = models.CharField(_("file"), max_length=200)
    sheet = models.CharField(_("sheet"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    dialect = models.JSONField()
    headings = models.JSONField()
    columns = models.JSONField()
    mapping = models.ForeignKey("ImportMapping", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    keep_rule = models.CharField(
        _("A contact who is there already"), max_length=10, choices=KeepRule.choices, default=KeepRule.FILL
    )
    shared_rule = models.CharField(
        _("A number that somebody of another name has"),
        max_length=10,
        choices=SharedRule.choices,
        default=SharedRule.REJECT,
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    is_stopping = models.BooleanField(default=False)
    failure = models.TextField(blank=True)
    rows = models.PositiveBigIntegerField(_("rows"))
    rows_done = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(_("new"), default=0)
    changed = models.PositiveBigIntegerField(_("changed"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    repaired = models.PositiveBigIntegerField(_("repaired"), default=0)
    undone = models.PositiveBigIntegerField(_("undone"), default=0)
    kept = models.PositiveBigIntegerField(_("kept"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    finished_at = models.DateTimeField(_("finished at"), null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    readings = models.PositiveSmallIntegerField(default=0)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["asked_at"], name="import_under_way", condition=models.Q(state__in=UNDER_WAY)),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def read_as(self) -> Dialect:
        return Dialect(**self.dialect)

    @property
    def taken_as(self) -> list[Column]:
        return [Column(Target(target), label) for target, label in self.columns]

    @property
    def rows_dealt_with(self) -> int:
        """Rows of data with which the state's work has dealt: no headings, no blank ones."""
        return self.new + self.changed + self.unchanged + self.rejected

    @property
    def percent(self) -> int:
        """How far the work of the state has come. An undoing goes from the last row to the first."""
        done = self.rows - self.rows_done if self.state == State.UNDOING else self.rows_done
        return min(100, done * 100 // max(self.rows, 1))

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def may_be_discarded(self) -> bool:
        """What is still being read has brought nothing about."""
        return self.state == State.READING or not self.is_under_way

    def count(self, outcomes: Counter, repaired: int) -> None:
        for outcome, count in outcomes.items():
            setattr(self, outcome, getattr(self, outcome) + count)
        self.repaired += repaired

    def begin_counting(self) -> None:
        self.rows_done = self.new = self.changed = self.unchanged = self.rejected = self.repaired = 0
        self.undone = self.kept = 0
        self.finished_at = None


class ImportPiece(models.Model):
    """A piece of an import's file. It is dropped when the import is done."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="import_piece_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.position}"


class ImportRow(models.Model):
    """What became of a row, or would: of those that were rejected, repaired, or brought something about.

    `before` and `after` are the contact's values that the row changed, and `digest` tells all that the contact was
    then, until it is undone; see `saving`.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="kept_rows")
    number = models.PositiveBigIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    contact = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="+")
    cells = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    repairs = models.JSONField(default=list)
    is_repaired = models.BooleanField(default=False)
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField(null=True)
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    undo = models.CharField(max_length=10, choices=Undo.choices, default=Undo.NOT_UNDONE, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="import_row_by_outcome"),
            models.Index(fields=["run", "number"], name="import_row_repaired", condition=models.Q(is_repaired=True)),
            models.Index(fields=["run", "undo", "number"], name="import_row_by_undo"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"


class ImportMapping(models.Model):
    """A mapping of headings to use again. `columns` is by heading: what the column is taken for, and its label."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    columns = models.JSONField()
    keep_rule = models.CharField(_("A contact who is there already"), max_length=10, choices=KeepRule.choices)
    shared_rule = models.CharField(
        _("A number that somebody of another name has"), max_length=10, choices=SharedRule.choices
    )

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
