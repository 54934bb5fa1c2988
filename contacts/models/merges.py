"""Which contacts became one, and which may be one."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext

from contacts.models.contacts import Contact


class Merge(models.Model):
    """That contacts became one, with all that is needed to take it back. Written by `merging` and `unmerging` alone.

    `before` has the state of each contact (`merging.state`), the kept one first; `after` that of the kept one; `moved`
    the keys of the rows that followed each (`following.move`), and `newest` the last key of each table at that time.
    """

    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    before = models.JSONField()
    after = models.JSONField()
    moved = models.JSONField()
    newest = models.JSONField()
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("merged by"), on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_since = models.JSONField(default=list, help_text="What the undoing found changed, and left so.")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [("merge_contact", gettext_noop("Can merge contacts and undo it"))]
        indexes = [
            models.Index(fields=["-merged_at", "-id"], name="merge_by_moment"),
            models.Index(
                fields=["-undone_at", "-id"], condition=models.Q(undone_at__isnull=False), name="merge_undone_by_moment"
            ),
        ]

    def __str__(self) -> str:
        others = pgettext("between the items of a list", ", ").join(self.names[1:])
        return _("{others} into {kept}").format(others=others, kept=self.names[0])

    @property
    def names(self) -> list[str]:
        """The contacts' names as they were, the kept one's first."""
        return [state["name"] for state in self.before]


class DuplicateQuerySet(models.QuerySet["Duplicate"]):
    def undecided(self) -> "DuplicateQuerySet":
        return self.filter(dismissed_at=None)

    def dismissed(self) -> "DuplicateQuerySet":
        return self.exclude(dismissed_at=None)

    def of_active_contacts(self) -> "DuplicateQuerySet":
        both = [models.Q((f"{one}__{column}", None)) for one in ("first", "second") for column in _OUT_OF_USE]
        return self.filter(*both)


_OUT_OF_USE = ["archived_at", "merged_into"]


class Duplicate(models.Model):
    """Two contacts that may be one, found by `duplicates`; that they are not is said once, and remembered."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("duplicate")
        verbose_name_plural = _("duplicates")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(name="duplicate_in_order", condition=models.Q(first__lt=models.F("second"))),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(dismissed_at=None), name="duplicate_undecided"),
            models.Index(fields=["-id"], condition=models.Q(dismissed_at__isnull=False), name="duplicate_dismissed"),
        ]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}?"


class DuplicateSearch(models.Model):
    """How far the one search for duplicates has come: up to the contact with the key `position`."""

    position = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, help_text="When it last came to the end.")

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.position)
