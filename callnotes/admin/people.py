"""People who sign in, with their extensions."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from callnotes.models import Extension


class ExtensionInline(admin.StackedInline):
    model = Extension
    verbose_name_plural = _("phone")


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class AgentAdmin(UserAdmin):
    """People who sign in, with their extensions."""

    list_display = [*UserAdmin.list_display, "phone_extension"]
    list_select_related = ["extension"]
    inlines = [ExtensionInline]

    def get_inlines(self, request, person):
        return self.inlines if person else []

    @admin.display(description=_("extension"), ordering="extension__number")
    def phone_extension(self, person) -> str:
        return str(getattr(person, "extension", ""))
