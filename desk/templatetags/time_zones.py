from django import template
from django.utils import timezone

register = template.Library()


@register.simple_tag
def readers_zone() -> str:
    """The zone of the times on a page, with its offset as it is now: `Asia/Singapore (UTC+08:00)`."""
    offset = timezone.localtime().isoformat(timespec="seconds")[-len("+08:00") :]
    return f"{timezone.get_current_timezone_name()} (UTC{offset})"
