"""The outcomes that the back office edits."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from callnotes.disposition_forms import EFFECTS, DispositionForm
from callnotes.models import Disposition
from callnotes.naming import called
from contacts.admin import BackOfficeAdmin


@admin.register(Disposition)
class DispositionAdmin(BackOfficeAdmin):
    about = _("The outcomes of a call that agents and the phone system can choose, and what each brings about.")
    read_only = _("You may look at dispositions, but not change them: the back office does.")
    instead_of_deleting = _(
        "One that notes or the contract have is not deleted: make it inactive, and nobody is offered it."
    )
    list_display = ["label", "key", "color", "position", "is_active", "effects", "is_protected"]
    list_display_links = ["label"]
    fieldsets = [
        (None, {"fields": ["label", "key", "aliases", "color", "position", "is_active"]}),
        (_("What an agent has to give"), {"fields": ["requires_comments", "asks_for_time"]}),
        (_("What it brings about"), {"fields": EFFECTS}),
    ]

    form = DispositionForm

    def get_fieldsets(self, request: HttpRequest, disposition=None) -> list[tuple]:
        *others, (name, effects) = self.fieldsets
        asks = disposition and disposition.is_protected and self.has_change_permission(request, disposition)
        return [*others, (name, {"fields": [*effects["fields"], "confirmed"]})] if asks else self.fieldsets

    @admin.display(description=_("effects"))
    def effects(self, disposition: Disposition) -> str:
        names = ["requires_comments", "asks_for_time", *EFFECTS]
        return pgettext("between the items of a list", ", ").join(
            str(self.opts.get_field(name).verbose_name) for name in names if getattr(disposition, name)
        )

    def get_readonly_fields(self, request, disposition=None):
        """The key names it to other systems; of the contract's four, so does whether comments may be empty."""
        if disposition is None:
            return []
        return ["key", "requires_comments"] if disposition.is_protected else ["key"]

    def has_delete_permission(self, request, disposition=None) -> bool:
        """One that notes have, or that the contract has, is retired: it is not active any more."""
        if disposition is None or disposition.is_protected or disposition.call_notes.exists():
            return False
        return super().has_delete_permission(request, disposition)

    def save_model(self, request: HttpRequest, disposition: Disposition, form, change: bool) -> None:
        before = form.initial.get("label", "")
        if change and not called(before, [disposition]):
            self._keep_name(request, disposition, before)
        super().save_model(request, disposition, form, change)

    def _keep_name(self, request: HttpRequest, disposition: Disposition, name: str) -> None:
        if disposition.add_alias(name):
            said = _("“{name}” is an alias now, for the phone system may go on saying it.")
            self.message_user(request, said.format(name=name))
        else:
            said = _("There is no room for “{name}” among the aliases: shorten them if the phone system says it still.")
            self.message_user(request, said.format(name=name), messages.WARNING)
