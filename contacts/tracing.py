"""Leaves a trace of each change of the rows that people edit: who, when, what was there before and what after.

A model has `traces = Records(...)`, and a queryset from `TracedQuerySet`, so that bulk paths leave theirs too.
A row of a history holds the state after the change, and in `difference` each changed field before and after.
"""

import copy
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import NotSupportedError, connections, models, transaction
from django.db.models import Value
from django.db.models.signals import m2m_changed, pre_save
from django.utils import timezone
from simple_history.models import HistoricalRecords

from contacts.acting import BY_MAX_LENGTH, actor

BATCH = 500
ADDED, CHANGED, REMOVED = "+", "~", "-"

Difference = dict[str, Any]
# The traces of what a queryset deletes, while it does.
_gathered: ContextVar[list[models.Model] | None] = ContextVar("gathered", default=None)


class Trace(models.Model):
    """What each row of a history has beside the state of the row that it is of."""

    by = models.CharField(max_length=BY_MAX_LENGTH, blank=True, help_text="Who or what did it, as called then.")
    difference = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="Field: [before, after]; null for a secret one, of which only the fact is kept.",
    )

    class Meta:
        abstract = True


class Records(HistoricalRecords):
    """The history of a model: simple_history's tables, and one writer of ours for single rows and bulk paths.

    `excluded` are columns that machines fill or that are derived; of `secret` ones only the fact of a change is kept.
    `sets` are many-to-many fields, kept by name. `part_of` names the row to which people think that it belongs.
    """

    def __init__(
        self,
        *,
        excluded: Sequence[str] = (),
        secret: Sequence[str] = (),
        sets: Sequence[str] = (),
        part_of: str = "",
    ) -> None:
        super().__init__(bases=[Trace], excluded_fields=[*excluded, *secret], history_id_field=models.BigAutoField())
        self.secret = secret
        self.sets = sets
        self.part_of = part_of

    def finalize(self, sender: type[models.Model], **kwargs) -> None:
        super().finalize(sender, **kwargs)
        if sender is not self.cls:
            return
        sender._meta.traces = self
        # simple_history's manager is made anew each time that it is asked for.
        self.history = getattr(sender, self.manager_name).model
        # Where it can be imported from: simple_history names the package where models are one.
        self.history.__module__ = self.module
        pre_save.connect(self.pre_save, sender=sender, weak=False)
        for name in self.sets:
            through = getattr(sender, name).through
            m2m_changed.connect(partial(self.set_changed, name=name), sender=through, weak=False)

    # The tables

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field]:
        fields = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False
        return fields

    def get_extra_fields(self, model: type[models.Model], fields: dict) -> dict:
        """A person who is deleted stays named: nothing of a history is ever changed."""
        person = models.ForeignKey(
            settings.AUTH_USER_MODEL,
            null=True,
            related_name="+",
            on_delete=models.DO_NOTHING,
            db_constraint=False,
            db_index=False,
        )
        moment = models.DateTimeField()
        return super().get_extra_fields(model, fields) | {"history_user": person, "history_date": moment}

    def get_meta_options(self, model: type[models.Model]) -> dict:
        """Read newest first: all, those of a row, by a person, and about a number or a contact."""
        sought = [model._meta.pk.attname, "history_user", *self.sought(model)]
        newest = ["-history_date", "-history_id"]
        indexes = [models.Index(fields=newest), *(models.Index(fields=[name, *newest]) for name in sought)]
        gone = models.Index(
            fields=newest, condition=models.Q(history_type=REMOVED), name=f"{model._meta.model_name}_removed"
        )
        names = {"verbose_name": model._meta.verbose_name, "verbose_name_plural": model._meta.verbose_name_plural}
        return super().get_meta_options(model) | names | {"default_permissions": (), "indexes": [*indexes, gone]}

    def sought(self, model: type[models.Model]) -> list[str]:
        """The fields by which a history is searched, where the model has them."""
        return [field.name for field in model._meta.fields if field.name in {"number", "contact", self.part_of}]

    # Single rows, which Django tells of

    def pre_save(self, sender, instance, raw=False, using=None, update_fields=None, **kwargs) -> None:
        """Reads the row as it stands, if any of what is kept will be written: one query."""
        instance.__dict__.pop("_as_it_stood", None)
        if raw or instance.pk is None or not self.written(sender, update_fields):
            return
        instance._as_it_stood = _rows(sender, using, [instance.pk]).get(instance.pk)

    def post_save(self, instance, created, using=None, raw=False, update_fields=None, **kwargs) -> None:
        before = instance.__dict__.pop("_as_it_stood", None)
        if raw or hasattr(instance, "skip_history_when_saving"):
            return
        if created:
            write([(instance, ADDED, {})], using)
        elif before:
            after = copy.copy(before)
            for field in self.written(type(before), update_fields):
                setattr(after, field.attname, field.to_python(getattr(instance, field.attname)))
            fact = not _only_hashed_anew(instance, update_fields)
            write_changes([(before, after)], using, with_secrets=fact)

    def post_delete(self, instance, using=None, **kwargs) -> None:
        removed = _gathered.get()
        if removed is None:
            write([(instance, REMOVED, {})], using)
        else:
            # Now, for Django takes its key away before the queryset has done.
            removed += _traces([(instance, REMOVED, {})])

    def written(self, model: type[models.Model], names: Iterable[str] | None) -> list[models.Field]:
        """The fields that are kept, or the fact of whose change is, among those that are written (None: all)."""
        known = set(self.excluded_fields) - set(self.secret)
        kept = [field for field in model._meta.concrete_fields if field.name not in known]
        return kept if names is None else [field for field in kept if {field.name, field.attname} & set(names)]

    def difference(self, before: models.Model, after: models.Model, *, with_secrets: bool = True) -> Difference:
        """What two states of a row differ in; of a secret field, that they do."""
        found: Difference = {}
        for field in self.written(type(before), None):
            was, is_now = getattr(before, field.attname), getattr(after, field.attname)
            if was != is_now and field.name not in self.secret:
                found[field.name] = [was, is_now]
            elif was != is_now and with_secrets:
                found[field.name] = None
        return found

    # Sets: of which groups somebody is, what a group may

    def set_changed(self, sender, instance, action, reverse, pk_set, using=None, *, name: str, **kwargs) -> None:
        """Compares the names in a set from before the change with those after it."""
        when, _, _ = action.partition("_")
        if when == "pre":
            keys = self._owners(instance, reverse, pk_set, name) if reverse else [instance.pk]
            instance._sets_as_they_stood = {key: self._names(key, name) for key in keys}
            return
        stood = instance.__dict__.pop("_sets_as_they_stood", {})
        owners = _rows(self.cls, using, stood)
        changes = [(owner, {name: [stood[key], self._names(key, name)]}) for key, owner in owners.items()]
        write([(owner, CHANGED, sets) for owner, sets in changes if sets[name][0] != sets[name][1]], using)

    def _owners(self, related: models.Model, reverse: bool, pk_set: set | None, name: str) -> list[int]:
        """The rows whose set is changed from its other side."""
        if pk_set is not None:
            return sorted(pk_set)
        return list(self.cls._base_manager.filter(**{name: related}).values_list("pk", flat=True))

    def _names(self, key: int, name: str) -> list[str]:
        members = getattr(self.cls(pk=key), name).all()
        return sorted(_natural_name(member) for member in members)


def _natural_name(member: models.Model) -> str:
    """A group's name; a permission's as code has it, with its app."""
    return ".".join(reversed(member.natural_key()[:2]))


def _only_hashed_anew(instance: models.Model, update_fields: Iterable[str] | None) -> bool:
    """Whether a sign-in stores the same password under a newer hash, of which Django keeps no words meanwhile."""
    return update_fields is not None and set(update_fields) == {"password"} and not instance._password


class TracedQuerySet(models.QuerySet):
    """Bulk paths that leave a trace of each row. What touches no kept column costs nothing more."""

    def update(self, **values: Any) -> int:
        return update(self, **values)

    update.alters_data = True

    def delete(self) -> tuple[int, dict[str, int]]:
        """With the traces of all that is deleted, what goes with these rows too: a query for each model."""
        removed: list[models.Model] = []
        token = _gathered.set(removed)
        try:
            with transaction.atomic(using=self.db, savepoint=False):
                deleted = super().delete()
                for model in dict.fromkeys(map(type, removed)):
                    traces = [trace for trace in removed if type(trace) is model]
                    model.objects.using(self.db).bulk_create(traces, batch_size=BATCH)
        finally:
            _gathered.reset(token)
        return deleted

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs: Iterable[models.Model], *args, **kwargs) -> list[models.Model]:
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise NotSupportedError("Nobody could tell which rows were written, so as to keep that in the history.")
        with transaction.atomic(using=self.db, savepoint=False):
            created = super().bulk_create(objs, *args, **kwargs)
            write([(row, ADDED, {}) for row in created], self.db)
        return created


def update(rows: models.QuerySet, **values: Any) -> int:
    """As QuerySet.update, with a trace of each row that changes. Costs three queries more for each 500 rows.

    Rows that another transaction has changed meanwhile, so that they are no longer among these, stay as they are.
    """
    if not rows.model._meta.traces.written(rows.model, values):
        return models.QuerySet.update(rows, **values)
    with transaction.atomic(using=rows.db, savepoint=False):
        keys = list(rows.order_by().values_list("pk", flat=True))
        return sum(_update(rows, keys[start : start + BATCH], values) for start in range(0, len(keys), BATCH))


def _update(rows: models.QuerySet, keys: list[int], values: dict[str, Any]) -> int:
    chosen = rows.order_by("pk").select_related(None).filter(pk__in=keys)
    before = {row.pk: row for row in chosen.select_for_update(of=("self",), no_key=True)}
    count = models.QuerySet.update(chosen.order_by().filter(pk__in=list(before)), **values)
    after = _rows(rows.model, rows.db, before)
    write_changes([(row, after[key]) for key, row in before.items()], rows.db)
    return count


def write_changes(
    states: Iterable[tuple[models.Model, models.Model]], using: str | None, *, with_secrets: bool = True
) -> None:
    """Keeps what rows were before and after; nothing of those that stayed as they were."""
    changes = [
        (after, CHANGED, after._meta.traces.difference(before, after, with_secrets=with_secrets))
        for before, after in states
    ]
    write([change for change in changes if change[2]], using)


def write(changes: Sequence[tuple[models.Model, str, Difference]], using: str | None) -> None:
    """Keeps changes of rows of one model: the state after each (or the last one), by who acts, now. One query."""
    if traces := _traces(changes):
        type(traces[0]).objects.using(using).bulk_create(traces, batch_size=BATCH)


def _traces(changes: Sequence[tuple[models.Model, str, Difference]]) -> list[models.Model]:
    """The rows of a history for changes of rows of one model. Stores nothing."""
    if not changes:
        return []
    by, moment = actor(), timezone.now()
    history = changes[0][0]._meta.traces.history
    fields = [field.attname for field in history.tracked_fields]
    return [
        history(
            history_date=moment,
            history_type=kind,
            history_user_id=by.person,
            history_change_reason=by.reason or None,
            by=by.name,
            difference=difference,
            **{name: getattr(row, name) for name in fields},
        )
        for row, kind, difference in changes
    ]


def write_added(rows: models.QuerySet) -> None:
    """Keeps that rows were added that stand in the database, by whatever way they came. One query."""
    by, history, connection = actor(), rows.model._meta.traces.history, connections[rows.db]
    told = {
        "history_date": Value(timezone.now(), models.DateTimeField()),
        "history_type": Value(ADDED),
        "history_user_id": Value(by.person, models.BigIntegerField()),
        "history_change_reason": Value(by.reason or None, models.TextField()),
        "by": Value(by.name),
        "difference": Value({}, models.JSONField()),
    }
    fields = [field.attname for field in history.tracked_fields]
    selected, params = rows.order_by().values_list(*fields, *told.values()).query.get_compiler(rows.db).as_sql()
    columns = ", ".join(map(connection.ops.quote_name, [*fields, *told]))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {history._meta.db_table} ({columns}) {selected}", params)


def _rows(model: type[models.Model], using: str | None, keys: Iterable) -> dict[Any, models.Model]:
    """Rows as they stand, by key; kept from others until the end of the transaction, where there is one."""
    rows = model._base_manager.using(using)
    if transaction.get_connection(using).in_atomic_block:
        rows = rows.select_for_update(no_key=True)
    return {row.pk: row for row in rows.filter(pk__in=list(keys))}
