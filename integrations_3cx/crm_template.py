"""The CRM template that an administrator uploads to 3CX: names on the phones, contacts, and a journal of every call."""

from django.template.loader import render_to_string

# Higher with every change of the file, so that 3CX takes it for an update and an outdated one is noticed.
VERSION = 1
VERSION_HEADER = "X-DBN-CRM-Template"
FILE_NAME = "dbn-crm-3cx.xml"


def xml(base_url: str) -> str:
    """The template for an installation, by its public address (`web_origin`); it holds no key."""
    context = {"base_url": base_url, "version": VERSION, "version_header": VERSION_HEADER}
    return render_to_string("integrations_3cx/crm_template.xml", context)
