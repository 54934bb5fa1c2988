"""Decides how people read a change: names for keys, words for choices, what was there before and what after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db.models import BooleanField, DateTimeField, Field, ForeignKey, Model
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from changes.names import SETS_OF_PERMISSIONS, Names, as_it_was
from changes.sources import Place, UndoneMergeSource
from contacts import dates, masking, phone
from contacts.acting import person_name
from contacts.models import Merge
from contacts.tracing import ADDED, CHANGED, REMOVED

MERGED, UNDONE = "merged", "undone"
DEEDS = {
    ADDED: pgettext_lazy("what became of a row", "added"),
    CHANGED: pgettext_lazy("what became of a row", "changed"),
    REMOVED: pgettext_lazy("what became of a row", "removed"),
    MERGED: pgettext_lazy("what became of a row", "merged"),
    UNDONE: pgettext_lazy("what became of a row", "undone"),
}
DEEDS_OF_LOG = {ADDITION: ADDED, CHANGE: CHANGED, DELETION: REMOVED}


@dataclass(frozen=True, slots=True)
class Line:
    """A field, in words: what was there, and what is there since."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A change, in words. `by` is empty where nobody knows, `mark` where it is of no row, `address` without a page.

    `right` is the permission that the page asks for beside those of this list.
    """

    moment: datetime
    by: str
    mark: str
    kind: str
    what: str
    address: str = ""
    right: str = ""
    said: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def deed(self) -> str:
        return str(DEEDS.get(self.mark, ""))


def entries(found: Iterable[tuple[Place, Model]]) -> list[Entry]:
    """Changes as people read them; what that costs does not depend on how many they are."""
    found = list(found)
    names = Names(change for _place, change in found if not isinstance(change, LogEntry | Merge))
    return [_entry(place, change, names) for place, change in found]


def _entry(place: Place, change: Model, names: Names) -> Entry:
    if isinstance(change, LogEntry):
        return _of_log(change)
    return _of_merge(change, place) if isinstance(change, Merge) else _of_history(change, names)


def _of_log(entry: LogEntry) -> Entry:
    """The log's words are marked for translation where they are written, and translated here."""
    said = entry.get_change_message()
    return Entry(
        moment=entry.action_time,
        by=person_name(entry.user),
        mark=DEEDS_OF_LOG[entry.action_flag] if entry.object_id else "",
        kind=capfirst(entry.content_type.name) if entry.content_type else "",
        what=masking.words(entry.object_repr),
        said=masking.words(_(said)) if said else "",
    )


def _of_merge(merge: Merge, place: Place) -> Entry:
    is_undone = place.source == UndoneMergeSource.name
    return Entry(
        moment=place.moment,
        by=person_name(merge.undone_by if is_undone else merge.merged_by),
        mark=UNDONE if is_undone else MERGED,
        kind=capfirst(str(merge._meta.verbose_name)),
        what=masking.words(str(merge)),
        address=reverse("admin:contacts_merge_change", args=[merge.pk]),
        right="contacts.merge_contact",
    )


def _of_history(change: Model, names: Names) -> Entry:
    reason = change.history_change_reason
    return Entry(
        moment=change.history_date,
        by=change.by,
        mark=change.history_type,
        kind=capfirst(str(change.instance_type._meta.verbose_name)),
        what=_title(change, names),
        address=_address(change, names),
        said=masking.words(_(reason)) if reason else "",
        lines=list(_lines(change, names)),
    )


def _title(change: Model, names: Names) -> str:
    """What the row is called, with whose it is: the contact of a number, the person of an extension."""
    called = str(as_it_was(change))
    for foreign in change.tracked_fields:
        if foreign.name in {"contact", change.instance_type._meta.traces.part_of}:
            key = getattr(change, foreign.attname)
            comma = pgettext("between what is said of one thing", ", ")
            called += f"{comma}{names.of(foreign.related_model, key)}" if key else ""
    return called


def _address(change: Model, names: Names) -> str:
    """The page of the row, or of what it is a part of; empty where it is gone or has none."""
    model, key = change.instance_type, getattr(change, change.instance_type._meta.pk.attname)
    if part_of := model._meta.traces.part_of:
        owner = model._meta.get_field(part_of)
        model, key = owner.related_model, getattr(change, owner.attname)
    opts = model._meta
    is_shown = names.is_there(model, key) and admin.site.is_registered(model)
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[key]) if is_shown else ""


def _lines(change: Model, names: Names) -> Iterator[Line]:
    """Each field that changed; of a row that was added or removed, each that says something."""
    if change.history_type == CHANGED:
        for name, values in change.difference.items():
            yield _line(change.instance_type._meta.get_field(name), values, names)
        return
    for each in change.tracked_fields:
        value = getattr(change, each.attname)
        if value and not each.primary_key and each.name != change.instance_type._meta.traces.part_of:
            text = words(each, value, names)
            is_new = change.history_type == ADDED
            yield Line(_label(each), *(("", text) if is_new else (text, "")))


def _line(changed: Field, values: list | None, names: Names) -> Line:
    if values is None:
        return Line(_label(changed), "", _("Changed. It is kept nowhere in clear."))
    before, after = values
    if changed.many_to_many:
        taken, given = (sorted(set(left) - set(right)) for left, right in ((before, after), (after, before)))
        return Line(
            _label(changed),
            _members(changed, taken, names, _("taken away")),
            _members(changed, given, names, _("given")),
        )
    return Line(_label(changed), words(changed, before, names), words(changed, after, names))


def _members(changed: Field, members: list[str], names: Names, became: str) -> str:
    """What was taken out of a set, or put into it; the rest of it may be long, and stayed."""
    called = map(names.of_permission, members) if changed.name in SETS_OF_PERMISSIONS else members
    listed = pgettext("between the items of a list", ", ").join(called)
    return _("{became}: {members}").format(became=became, members=listed) if members else ""


def words(kept: Field, value: Any, names: Names) -> str:
    """A value as people read it; empty for none."""
    if value is None or value in ("", []):
        return ""
    if isinstance(kept, ForeignKey):
        return names.of(kept.related_model, value)
    if isinstance(kept, BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(kept, DateTimeField):
        return dates.local(kept.to_python(value))
    if isinstance(value, list):
        return pgettext("between the items of a list", ", ").join(map(str, value))
    if kept.name == "number":
        return phone.display(masking.number(value))
    return masking.words(str(dict(kept.flatchoices).get(value, value)))


def _label(kept: Field) -> str:
    return capfirst(str(kept.verbose_name))
