"""What the back office's lists and pages say of themselves: what they are, how rows come about, what to do instead."""

from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

LOOKED_AT_ALONE = _("You may look at this, but not change it: that needs a right that an administrator gives.")


class GuidingAdmin(admin.ModelAdmin):
    """Each has an `about`, which its list and the first page show; the other texts, where there is something to say."""

    about = ""
    when_empty = ""
    read_only = LOOKED_AT_ALONE
    instead_of_deleting = ""

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if ERROR_FLAG in request.GET and request.method == "GET":
            said = _("The address asked for a filter, an order or a page that is not there. Here is the whole list.")
            self.message_user(request, said, messages.WARNING)
        words = {"title": self._list_name(), "about": self.about, "when_empty": self.when_empty}
        return super().changelist_view(request, words | (extra_context or {}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        words = {"read_only": self.read_only, "about": self.about, "instead_of_deleting": self.instead_of_deleting}
        return super().changeform_view(request, object_id, form_url, words | (extra_context or {}))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        words = {"instead_of_deleting": self.instead_of_deleting}
        return super().delete_view(request, object_id, words | (extra_context or {}))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts, object_id: str) -> HttpResponse:
        """To the list, where it can be looked for. Django's own leads to the first page."""
        said = _("There is no {name} with the number “{key}”: it was deleted, or the address is mistyped.")
        words = said.format(name=opts.verbose_name, key=object_id[:40])
        self.message_user(request, words, messages.WARNING)
        return redirect(f"admin:{opts.app_label}_{opts.model_name}_changelist")

    def _list_name(self) -> str:
        return capfirst(str(self.opts.verbose_name_plural))
