from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallNotesConfig(AppConfig):
    name = "callnotes"
    verbose_name = _("Call notes")

    def ready(self) -> None:
        from callnotes import checks  # noqa: F401, PLC0415 (needs the models)
