"""What people read about merges: what moves, what was changed since, and why one cannot be undone."""

from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contacts import dates, following, phone, unmerging
from contacts.merging import State
from contacts.models import Contact, Merge


def rows_of(contacts: list[Contact]) -> list[list[tuple[str, int]]]:
    """How many rows of each kind each contact has: `[("call notes", 3)]`, without kinds of which it has none."""
    counted = following.counts(contacts)
    return [
        [(kind(name), counts[contact.pk]) for name, counts in counted.items() if counts[contact.pk]]
        for contact in contacts
    ]


def moved(merge: Merge) -> list[tuple[str, int]]:
    """How many rows of each kind a merge moved."""
    return [(kind(name), sum(map(len, keys.values()))) for name, keys in sorted(merge.moved.items())]


def kind(relation: str) -> str:
    """What people call the rows of a relation."""
    known = following.relations().get(relation)
    return str(known.related_model._meta.verbose_name_plural if known else relation)


def states(merge: Merge) -> list[list[tuple[str, list[str]]]]:
    """What each of the merged contacts said before, the kept one first: names of fields, and texts."""
    return [_said(before) for before in merge.before]


def outcome(merge: Merge) -> list[tuple[str, list[str]]]:
    """What the kept contact said afterwards."""
    return _said(merge.after)


def refusal(merge: Merge) -> str:
    """Why a merge cannot be undone; empty where it can."""
    try:
        unmerging.check(merge)
    except unmerging.UndoneBefore:
        return _("It was undone before.")
    except unmerging.TooLate:
        return _("It can be undone no more: that is possible for {days} days.").format(days=unmerging.UNDO_DAYS)
    except unmerging.MergedSince as since:
        return _("Undo the later merge first: {later}.").format(later=since.later)
    return ""


def changes(merge: Merge) -> list[str]:
    """What was changed since a merge; of one that was undone, what was left so."""
    found = merge.changed_since if merge.undone_at else unmerging.changes_since(merge)
    return [_changed(change) for change in found]


def _changed(change: unmerging.Change) -> str:
    match change["kind"]:
        case "field":
            name = _name(change["field"])
            then, now = (_quoted(_value(change["field"], change[when])) for when in ("then", "now"))
            return _("{field}: now {now}, then {then}").format(field=name, now=now, then=then)
        case "number added":
            return _("Number added: {number}").format(number=phone.display(change["number"]))
        case "number removed":
            return _("Number removed: {number}").format(number=phone.display(change["number"]))
        case "number changed":
            then, now = _number(change["then"]), _number(change["now"])
            return _("Number changed: now {now}, then {then}").format(now=now, then=then)
        case "stored":
            return _("Recorded since, and left with the kept contact: {rows}, {count}").format(
                rows=kind(change["rows"]), count=change["count"]
            )
    return _("Deleted, or given to another contact: {rows}, {count}").format(
        rows=kind(change["rows"]), count=change["count"]
    )


def _said(state: State) -> list[tuple[str, list[str]]]:
    fields = [(name, state[name]) for name in ("name", "company", "email", "remarks", "archived_at")]
    said = [(_name(name), [_value(name, value)]) for name, value in fields if value]
    return [*said, (_("numbers"), [_number(row) for row in state["numbers"]])]


def _name(field: str) -> str:
    return _("archived") if field == "archived_at" else str(Contact._meta.get_field(field).verbose_name)


def _value(field: str, value: str | None) -> str:
    return dates.local(_moment(value)) if field == "archived_at" else value or ""


def _quoted(text: str) -> str:
    return _("“{text}”").format(text=text) if text else _("(empty)")


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _number(row: dict) -> str:
    words = [phone.display(row["number"]), row["label"], _("primary") if row["is_primary"] else ""]
    return pgettext("between what is said of one thing", ", ").join(word for word in words if word)
