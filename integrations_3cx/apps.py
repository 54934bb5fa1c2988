from django.apps import AppConfig


class Integrations3cxConfig(AppConfig):
    name = "integrations_3cx"
    verbose_name = "3CX"
