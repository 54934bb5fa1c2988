from django import template
from django.urls import reverse

from callnotes.models import CallNote
from contacts import masking
from contacts.templatetags.masking import page_without_number

register = template.Library()


@register.simple_tag(takes_context=True)
def note_page(context: template.Context, note: CallNote) -> str:
    """Where a note is read: in the history of its number; for who sees numbers masked, in the back office."""
    if masking.is_on():
        return page_without_number(context, note)
    return f"{reverse('desk:number', args=[note.number])}#note-{note.pk}"
