"""The histories of Django's own models, and the name under which the back office finds all histories."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext_lazy as _
from simple_history import register

from contacts.tracing import Records

register(
    User,
    app="changes",
    records_class=Records,
    excluded=["last_login"],
    secret=["password"],
    sets=["groups", "user_permissions"],
)
register(Group, app="changes", records_class=Records, sets=["permissions"])


class Change(LogEntry):
    """What somebody did: a row of any history, or an entry of Django's log, which knows of exports and imports."""

    class Meta:
        proxy = True
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        default_permissions = ["view"]
