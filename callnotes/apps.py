from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from callnotes import checks  # noqa: F401  (registers itself)


class CallNotesConfig(AppConfig):
    name = "callnotes"
    verbose_name = _("Call notes")
