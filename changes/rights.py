"""What rights are called: Django stores their names in English."""

from django.contrib.auth.models import Permission
from django.forms import ModelMultipleChoiceField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STANDARD = {
    "add": gettext_lazy("Can add {row}"),
    "change": gettext_lazy("Can change {row}"),
    "delete": gettext_lazy("Can delete {row}"),
    "view": gettext_lazy("Can view {row}"),
}


def called(right: Permission) -> str:
    """What a right is called in the reader's language, where it is of a model that is still there."""
    verb, _underscore, name = right.codename.partition("_")
    model = right.content_type.model_class()
    if model and verb in STANDARD and name == model._meta.model_name:
        return STANDARD[verb].format(row=model._meta.verbose_name)
    return _(right.name)


class RightsField(ModelMultipleChoiceField):
    def label_from_instance(self, right: Permission) -> str:
        return f"{right.content_type} | {called(right)}"
