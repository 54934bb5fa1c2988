from django import template
from django.utils import timezone

from desk.reports.forms import Question
from desk.reports.totals import tiles, totals

register = template.Library()


@register.filter
def thousands(count: int) -> str:
    return f"{count:,}"


@register.inclusion_tag("desk/_todays_figures.html")
def todays_figures() -> dict:
    """The figures of today beside those of yesterday, for who may see reports."""
    question = Question.of_today(timezone.now())
    before = question.before()
    return {"tiles": tiles(question, totals(question), totals(before)), "before": before}
