"""The standard groups, and who failed to sign in."""

from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class StandardGroup(models.Model):
    """A group that came with the product, and which rights it was given: none is given twice.

    So whatever an administrator takes from a group, or adds to it, stays so; as does that it was deleted.
    """

    name = models.CharField(max_length=150, unique=True)
    group = models.OneToOneField(Group, null=True, on_delete=models.SET_NULL, related_name="standard")
    given = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class FailedSignIn(AccessAttempt):
    """Failures to sign in by one name from one address with one browser; gone half an hour after the last."""

    class Meta:
        proxy = True
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")

    def __str__(self) -> str:
        return f"{self.username} ({self.ip_address})"
