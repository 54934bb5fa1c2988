from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.core import checks


class DbncrmConfig(AppConfig):
    name = "dbncrm"


class BackOfficeConfig(admin_apps.AdminConfig):
    """Django's admin with the back office's own menu."""

    default = False
    default_site = "dbncrm.back_office.BackOffice"


@checks.register
def static_files_are_collected(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """Without them no page can be shown: the web process does not start."""
    uses_manifest = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if not uses_manifest or (settings.STATIC_ROOT / "staticfiles.json").exists():
        return []
    return [
        checks.Warning("Static files are not collected.", hint="Run: python manage.py collectstatic", id="dbncrm.W001")
    ]
