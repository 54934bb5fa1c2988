"""The way back from a page of the back office: its section, its list, its row."""

from django import template
from django.db.models import Model
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.text import Truncator, capfirst

register = template.Library()

ROW_AT_MOST = 80
Crumb = tuple[str, str]


@register.inclusion_tag("admin/_trail.html", takes_context=True)
def trail(context: Context, of: Model | None = None) -> dict[str, list[Crumb]]:
    """Names with addresses, the page itself last and without one. `of` is the row that the page is about."""
    here = context["request"].path
    row = context.get("original") or context.get("object") if of is None else _as_it_is(of)
    crumbs = [*_section_and_list(context, here if of is None else _address(of, "changelist")), *_row(row)]
    title = context.get("title") or ""
    # What the row is called are somebody's own words, and stand as they were written.
    is_row = bool(_row(row)) and title == str(row)
    if crumbs and (is_row or crumbs[-1][1] == here) and not _is_question(context, is_row=is_row):
        *crumbs, (name, _own_address) = crumbs
        return {"crumbs": [*crumbs, (name, "")]}
    return {"crumbs": [*crumbs, (capfirst(title), "")]}


def _is_question(context: Context, *, is_row: bool) -> bool:
    """Whether an action asks something, at the address of its list."""
    return not is_row and context["request"].method == "POST" and not {"cl", "adminform"} & context.flatten().keys()


def _section_and_list(context: Context, path: str) -> list[Crumb]:
    """The section and the entry of the menu to which a page belongs, where the reader has that entry."""
    fitting = [
        (section, entry)
        for section in context.get("available_apps", [])
        for entry in section["models"]
        if entry["admin_url"] and path.startswith(entry["admin_url"])
    ]
    if not fitting:
        return []
    section, entry = max(fitting, key=lambda found: len(found[1]["admin_url"]))
    return [(section["name"], section["app_url"]), (entry["name"], entry["admin_url"])]


def _as_it_is(of: Model) -> Model | None:
    """The row, of which the key alone is known; None where it is gone."""
    return type(of)._base_manager.filter(pk=of.pk).first()


def _row(row: Model | None) -> list[Crumb]:
    if not isinstance(row, Model) or not row.pk:
        return []
    return [(Truncator(str(row)).chars(ROW_AT_MOST), _address(row, "change"))]


def _address(row: Model, page: str) -> str:
    """Where a page of a row stands; empty where there is none."""
    arguments = [] if page == "changelist" else [row.pk]
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=arguments)
    except NoReverseMatch:
        return ""
