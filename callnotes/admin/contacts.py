"""A contact's page with the last notes."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from callnotes.history import newest, notes_of_contact
from contacts.admin import ContactAdmin
from contacts.models import Contact

NOTES_IN_SIGHT = 10


@admin.register(Contact)
class ContactWithHistoryAdmin(ContactAdmin):
    fields = [*ContactAdmin.fields, "history"]
    readonly_fields = [*ContactAdmin.readonly_fields, "history"]

    @admin.display(description=_("Last notes"))
    def history(self, contact: Contact) -> str:
        if not contact.pk:
            return _("None yet.")
        notes = newest(notes_of_contact(contact), NOTES_IN_SIGHT)
        return render_to_string("admin/contacts/contact/history.html", {"contact": contact, "notes": notes})
