"""What the rows are called to which changes point: as they are called now, or were when they were removed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import ForeignKey, Model
from django.utils.translation import gettext as _

from changes import rights
from contacts.tracing import REMOVED

Key = tuple[type[Model], Any]
SETS_OF_PERMISSIONS = ("permissions", "user_permissions")


class Names:
    """Found for many changes at once: a query for each model, two where such rows were removed."""

    def __init__(self, changes: Iterable[Model]) -> None:
        keys: dict[type[Model], set] = defaultdict(set)
        permissions: set[str] = set()
        for change in changes:
            for model, key in _pointed_to(change):
                keys[model].add(key)
            permissions.update(_permissions(change))
        self._there = {key: name for model in keys for key, name in _there(model, keys[model]).items()}
        removed = (key for model in keys for key in _removed(model, keys[model], self._there).items())
        self._names = self._there | dict(removed)
        self._permissions = _permission_names(permissions)

    def of(self, model: type[Model], key: Any) -> str:
        return self._names.get((model, key)) or _("removed since")

    def is_there(self, model: type[Model], key: Any) -> bool:
        return (model, key) in self._there

    def of_permission(self, name: str) -> str:
        return self._permissions.get(name, name)


def as_it_was(change: Model) -> Model:
    """The row of a change as that left it; what no history keeps has its default."""
    return change.instance_type(**{each.attname: getattr(change, each.attname) for each in change.tracked_fields})


def called(row: Model) -> str:
    """What a row of which the key is known is called, also after it was removed."""
    model, keys = type(row), {row.pk}
    there = _there(model, keys)
    return (there | _removed(model, keys, there)).get((model, row.pk)) or _("removed since")


def _pointed_to(change: Model) -> Iterator[Key]:
    """The row of a change, if it has a page to lead to, and the rows that it names."""
    if not change.instance_type._meta.traces.part_of:
        yield change.instance_type, getattr(change, change.instance_type._meta.pk.attname)
    for foreign in change.tracked_fields:
        if isinstance(foreign, ForeignKey):
            before_and_after = change.difference.get(foreign.name) or []
            for key in {getattr(change, foreign.attname), *before_and_after} - {None}:
                yield foreign.related_model, key


def _there(model: type[Model], keys: set) -> dict[Key, str]:
    return {(model, key): str(row) for key, row in model._base_manager.in_bulk(keys).items()}


def _removed(model: type[Model], keys: set, there: dict[Key, str]) -> dict[Key, str]:
    gone = [key for key in keys if (model, key) not in there]
    if not gone or not hasattr(model._meta, "traces"):
        return {}
    own_key = model._meta.pk.attname
    last = model.history.filter(**{f"{own_key}__in": gone}, history_type=REMOVED)
    return {(model, getattr(change, own_key)): str(as_it_was(change)) for change in last}


def _permissions(change: Model) -> Iterator[str]:
    for name in SETS_OF_PERMISSIONS:
        for members in change.difference.get(name, []):
            yield from members


def _permission_names(names: set[str]) -> dict[str, str]:
    codes = [name.partition(".")[2] for name in names]
    found = Permission.objects.filter(codename__in=codes).select_related("content_type") if codes else []
    return {f"{each.content_type.app_label}.{each.codename}": rights.called(each) for each in found}
