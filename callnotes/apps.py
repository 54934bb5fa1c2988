from django.apps import AppConfig


class CallNotesConfig(AppConfig):
    name = "callnotes"
    verbose_name = "Call notes"
