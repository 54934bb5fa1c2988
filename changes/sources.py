"""Where changes stand: the history of each model that keeps one, merges, Django's log. Each is asked by an index."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts import phone
from contacts.models import Contact, Merge

LOG = "log"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a change stands: later is newer. Source and key tell changes of one moment apart."""

    moment: datetime
    source: str
    pk: int


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom changes are about: canonical numbers, and contacts by key."""

    numbers: frozenset[str]
    contacts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes: by a person, of a sort, within `[start, end)`, about somebody, of a row. None: whichever."""

    person: int | None = None
    source: str = ""
    start: datetime | None = None
    end: datetime | None = None
    subject: Subject | None = None
    of: Model | None = None


class Source:
    """A table of changes, with its columns of moments, keys and people."""

    name: str
    moment_field: str
    key_field: str
    person_field: str

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def about(self, subject: Subject) -> Q | None:
        """The condition for changes about somebody; None where the table tells of nobody."""
        raise NotImplementedError

    def of(self, row: Model) -> Q | None:
        """The condition for changes of a row and its parts; likewise."""
        raise NotImplementedError

    def newest(self, wanted: Wanted, before: Place | None, limit: int) -> Iterator[tuple[Place, Model]]:
        """The changes of this source that are wanted, after a place in the list, newest first. One query, or none."""
        conditions = [Q()]
        if wanted.subject:
            conditions.append(self.about(wanted.subject))
        if wanted.of:
            conditions.append(self.of(wanted.of))
        if None in conditions or wanted.source not in ("", self.name):
            return
        rows = self._between(wanted).filter(*conditions)
        rows = self._older(rows, before) if before else rows
        for row in rows.order_by(f"-{self.moment_field}", f"-{self.key_field}")[:limit]:
            yield Place(getattr(row, self.moment_field), self.name, row.pk), row

    def _between(self, wanted: Wanted) -> QuerySet:
        asked = {
            self.person_field: wanted.person,
            f"{self.moment_field}__gte": wanted.start,
            f"{self.moment_field}__lt": wanted.end,
        }
        return self.rows().filter(**{name: value for name, value in asked.items() if value is not None})

    def _older(self, rows: QuerySet, place: Place) -> QuerySet:
        if self.name > place.source:
            return rows.filter(**{f"{self.moment_field}__lt": place.moment})
        older = rows.filter(**{f"{self.moment_field}__lte": place.moment})
        is_same = {self.moment_field: place.moment, f"{self.key_field}__gte": place.pk}
        return older.exclude(**is_same) if self.name == place.source else older


class HistorySource(Source):
    """The history of a model."""

    moment_field, key_field, person_field = "history_date", "history_id", "history_user"

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.traces = model._meta.traces
        self.name = model._meta.label_lower

    def __str__(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    def rows(self) -> QuerySet:
        return self.model.history.all()

    def about(self, subject: Subject) -> Q | None:
        found = None
        for name in self.traces.sought(self.model):
            chosen = {"number": subject.numbers, "contact": subject.contacts}.get(name)
            if chosen is not None:
                condition = Q(**{f"{name}__in": chosen})
                found = condition if found is None else found | condition
        return Q(id__in=subject.contacts) if self.model is Contact else found

    def of(self, row: Model) -> Q | None:
        if isinstance(row, self.model):
            return Q(**{self.model._meta.pk.attname: row.pk})
        part_of = self.traces.part_of
        if part_of and isinstance(row, self.model._meta.get_field(part_of).related_model):
            return Q(**{part_of: row.pk})
        return None


class LogSource(Source):
    """Django's log of what was done in the back office, but for what a history tells with before and after."""

    name = LOG
    moment_field, key_field, person_field = "action_time", "id", "user"

    def __str__(self) -> str:
        return _("Exports, imports and other actions")

    def rows(self) -> QuerySet:
        told = ContentType.objects.get_for_models(*traced_models()).values()
        return LogEntry.objects.select_related("user", "content_type").exclude(
            content_type__in=[kind.pk for kind in told], object_id__gt=""
        )

    def about(self, subject: Subject) -> Q | None:
        """An undone note is named by its number; an export or import tells of nobody."""
        found = None
        for number in subject.numbers:
            condition = Q(object_repr__startswith=f"{phone.display(number)}:")
            found = condition if found is None else found | condition
        return found

    def of(self, row: Model) -> Q | None:
        return None


class MergeSource(Source):
    """That contacts became one."""

    name = "merges"
    moment_field, key_field, person_field = "merged_at", "id", "merged_by"

    def __str__(self) -> str:
        return _("Merges")

    def rows(self) -> QuerySet:
        people = Merge.objects.select_related("merged_by", "undone_by")
        return people.defer("after", "moved", "newest", "changed_since")

    def about(self, subject: Subject) -> Q | None:
        return Q(kept__in=subject.contacts)

    def of(self, row: Model) -> Q | None:
        return Q(kept=row.pk) if isinstance(row, Contact) else None


class UndoneMergeSource(MergeSource):
    """That they were parted again."""

    name = "merges.undone"
    moment_field, person_field = "undone_at", "undone_by"

    def __str__(self) -> str:
        return _("Merges that were undone")

    def rows(self) -> QuerySet:
        return super().rows().filter(undone_at__isnull=False)


def traced_models() -> list[type[Model]]:
    """The models that keep a history."""
    return [model for model in apps.get_models() if hasattr(model._meta, "traces")]


class Sources:
    """All of them, by name."""

    @cached_property
    def by_name(self) -> dict[str, Source]:
        others = [MergeSource(), UndoneMergeSource(), LogSource()]
        return {source.name: source for source in [*map(HistorySource, traced_models()), *others]}

    def newest(self, wanted: Wanted, before: Place | None, limit: int) -> Iterable[tuple[Place, Model]]:
        """The newest changes of all. A query for each source, however long the histories are."""
        found = [entry for source in self.by_name.values() for entry in source.newest(wanted, before, limit)]
        return sorted(found, key=lambda entry: entry[0], reverse=True)[:limit]


SOURCES = Sources()
