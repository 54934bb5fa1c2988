from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class DbncrmConfig(AppConfig):
    name = "dbncrm"


@checks.register
def static_files_are_collected(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """Without them no page can be shown: the web process does not start."""
    uses_manifest = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if not uses_manifest or (settings.STATIC_ROOT / "staticfiles.json").exists():
        return []
    return [
        checks.Warning("Static files are not collected.", hint="Run: python manage.py collectstatic", id="dbncrm.W001")
    ]
