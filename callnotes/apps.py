from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallNotesConfig(AppConfig):
    name = "callnotes"
    verbose_name = _("Call notes")
