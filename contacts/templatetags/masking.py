from django import template
from django.db.models import Model
from django.urls import reverse

from contacts import masking

register = template.Library()

register.simple_tag(masking.is_on, name="numbers_are_masked")


@register.simple_tag(takes_context=True)
def page_without_number(context: template.Context, row: Model | None) -> str:
    """Where the back office shows a row, for who sees numbers masked and may open it; else empty."""
    request = context.get("request")
    if not (masking.is_on() and row and request and request.user.is_staff):
        return ""
    opts = row._meta
    may_see = request.user.has_perm(f"{opts.app_label}.view_{opts.model_name}")
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]) if may_see else ""
