from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts import dates

register = template.Library()


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime) -> SafeString:
    """A moment in the zone of who reads it; under the heading of its day, the time alone."""
    local = timezone.localtime(at)
    day = context.get("day")
    shown = dates.CLOCK if day and day.on == local.date() else dates.MOMENT
    return format_html(
        '<time class="soft small" datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        dates.written(local, shown),
    )


@register.filter
def day_name(day: date) -> str:
    """Today, Yesterday, or `Tue 3 Mar 2026`, where the reader is."""
    today = timezone.localdate()
    named = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return named.get(day) or dates.written(day, dates.DAY)


@register.filter
def is_past(at: datetime) -> bool:
    return at <= timezone.now()
