"""What `check --database default`, and so every migration, says of the wishes of erased people."""

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DatabaseError

WITHOUT_KEY = (
    "Erased people do not want to be called, and DO_NOT_DISTURB_KEY is not set: until the old one is put back, nobody"
    " recognises them."
)


def key_is_missing() -> bool:
    """Whether there are wishes of erased people and no key by which to recognise them. At most one query."""
    entries = apps.get_model("callnotes.DoNotDisturb")._base_manager
    erased = entries.filter(number_digest__isnull=False)
    return not settings.DO_NOT_DISTURB_KEY and erased.exists()


@checks.register(checks.Tags.database)
def wishes_are_recognised(app_configs, databases=None, **kwargs) -> list[checks.CheckMessage]:
    try:
        is_missing = bool(databases) and key_is_missing()
    except DatabaseError:  # not migrated as yet
        return []
    return [checks.Warning(WITHOUT_KEY, hint="See docs/privacy.md.", id="callnotes.W001")] if is_missing else []
