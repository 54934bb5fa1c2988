from django.apps import AppConfig
from django.apps import apps as registry
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from people import rights


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People and rights")

    def ready(self) -> None:
        post_migrate.connect(give_rights, sender=self)


def give_rights(apps=registry, **kwargs) -> None:
    """After every migration, when Django has made the permissions of the models that came: before, there are none."""
    if "standardgroup" in apps.all_models["people"]:
        rights.give(apps)
