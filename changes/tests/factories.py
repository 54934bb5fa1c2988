"""What tests of changes ask about: the last trace of a row, rows without one, and the page."""

from django.db.models import Model
from django.urls import reverse

from callnotes.models import Callback
from changes.sources import traced_models
from contacts.tests.pages import pieces, words

LIST = reverse("admin:changes_change_changelist")


def traces(row: Model) -> list[tuple[str, str, dict]]:
    """Who did what to a row, oldest first."""
    kept = type(row).history.filter(**{row._meta.pk.attname: row.pk}).order_by("history_id")
    return [(trace.by, trace.history_type, trace.difference) for trace in kept]


def untraced() -> list[str]:
    """The rows that are not what their last trace says.

    Of callbacks, notes tell what notes did; the contract's dispositions and the standard groups are there before any
    history is.
    """
    return [
        f"{model.__name__}: {row}" for model in traced_models() for row in model._base_manager.all() if _differs(row)
    ]


def _differs(row: Model) -> bool:
    last = type(row).history.filter(**{row._meta.pk.attname: row.pk}).order_by("history_id").last()
    if last is None:
        return not (isinstance(row, Callback) or getattr(row, "is_protected", False) or hasattr(row, "standard"))
    return any(getattr(last, field.attname) != getattr(row, field.attname) for field in last.tracked_fields)


def listed(response) -> list[str]:
    """The changes on a page, in words; the moment, and the names of columns, left out."""
    found = pieces(response.content.decode().partition('class="changes__list"')[2], "li")
    return [" ".join(words(markup.rpartition("</time>")[2].replace("</td>", " | </td>")).split()) for markup in found]
