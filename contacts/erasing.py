"""How a person is taken out of contacts, their histories, merges and imports, for good. In a transaction of the caller.

What tells who changed what and when stays in the histories, without what was there.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Model, Q, QuerySet

from contacts import phone
from contacts.importing import files, reading
from contacts.importing.mapping import heading_key
from contacts.importing.reading import Dialect
from contacts.models import Contact, ContactNumber, ImportMapping, ImportRow, ImportRun, Merge, searchable
from contacts.models.imports import DRAFTS, UNDER_WAY, State
from contacts.subjects import Subject

BATCH = 500
# In the place of a name or a text that was erased.
NOTHING = "—"
# The word before the name of a file where an import is why something was changed.
IMPORT = "Import"
EMPTY_STATE = {"name": NOTHING, "company": "", "email": "", "remarks": "", "archived_at": None, "numbers": []}
PRIVATE = {Contact: ["name", "company", "email", "remarks", "merged_into"], ContactNumber: ["number", "label"]}


class ImportUnderWay(Exception):
    """A file is being checked, imported or undone, and may hold the person."""


def erase_contacts(subject: Subject) -> int:
    """Deletes the contacts with their numbers, merges and duplicates; answers how many, with those merged into one."""
    contacts = Contact.with_merged.filter(pk__in=subject.contacts)
    count = contacts.count()
    # Those that lead to another go with it.
    for contact in contacts.filter(merged_into=None):
        contact.delete()
    _scrub_histories(subject)
    _scrub_merges_of_others(subject)
    return count


def _scrub_histories(subject: Subject) -> None:
    scrub_history(Contact, Contact.history.filter(id__in=subject.contacts))
    held = ContactNumber.history.filter(Q(number__in=subject.numbers) | Q(contact__in=subject.contacts))
    rows = ContactNumber.history.filter(id__in=list(held.values_list("id", flat=True)))
    standing = ContactNumber.objects.filter(number__in=subject.numbers).values("pk")
    scrub_history(ContactNumber, rows.exclude(id__in=standing))
    for model in (Contact, ContactNumber):
        _scrub_reasons(model.history, subject)


def _scrub_reasons(rows: QuerySet, subject: Subject) -> None:
    """Why others were changed may be an import whose file was named for the person; that it was one stays."""
    reasons = rows.exclude(history_change_reason=None).order_by().values_list("history_change_reason", flat=True)
    for reason in reasons.distinct():
        if subject.is_named_in(reason):
            kept = IMPORT if reason.startswith(f"{IMPORT} ") else None
            rows.filter(history_change_reason=reason).update(history_change_reason=kept)


def scrub_history(model: type[Model], rows: QuerySet, private: Iterable[str] = ()) -> None:
    """Takes what is private out of rows of a model's history: out of the state, and out of before and after."""
    private = [*(private or PRIVATE[model]), *({"contact"} & {field.name for field in rows.model.tracked_fields})]
    found = list(rows)
    for row in found:
        for name in private:
            setattr(row, _column(row, name), _blank(row, name))
        row.difference = {name: None if name in private else value for name, value in row.difference.items()}
        row.history_change_reason = None
    rows.model._base_manager.bulk_update(found, [*private, "difference", "history_change_reason"], batch_size=BATCH)


def _column(row: Model, name: str) -> str:
    return row._meta.get_field(name).attname


def _blank(row: Model, name: str) -> Any:
    if name == "number":
        return phone.erased_number()
    if row._meta.get_field(name).null:
        return None
    return NOTHING if name == "name" else ""


def _scrub_merges_of_others(subject: Subject) -> None:
    """Merges that were undone stay with the contact that was kept; what they remember of this one goes."""
    for merge in Merge.objects.exclude(undone_at=None).iterator():
        states = [_state_without(state, subject) for state in merge.before]
        after = _without(merge.after, subject)
        since = [change for change in merge.changed_since if not subject.is_named_in_any(change)]
        if (states, after, since) != (merge.before, merge.after, merge.changed_since):
            merge.before, merge.after, merge.changed_since = states, after, since
            merge.save(update_fields=["before", "after", "changed_since"])


def _state_without(state: dict, subject: Subject) -> dict:
    return {**state, **EMPTY_STATE} if state["pk"] in subject.contacts else state


def _without(value: Any, subject: Subject) -> Any:
    """A value of JSON, without the texts that name the person."""
    if isinstance(value, dict):
        return {name: _without(each, subject) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, subject) for each in value]
    return "" if isinstance(value, str) and subject.is_named_in(value) else value


def forget_merges(merges: QuerySet[Merge]) -> None:
    """Deletes what merges remember, and what the merged contacts say; they go on to lead to the one that stands.

    Contacts of a merge that was undone keep what they say: they stand again, or a later merge holds them.
    """
    keys = [state["pk"] for merge in merges.filter(undone_at=None) for state in merge.before[1:]]
    merged = Contact.with_merged.filter(pk__in=keys).exclude(merged_into=None)
    # Without a trace, which would keep the words.
    QuerySet.update(merged, name=NOTHING, company="", email="", remarks="", search_text="")
    merges.delete()


# Imports

# As most rows that were undone.
_SAYS_NOTHING = Q(cells=[], faults=[], repairs=[], before__isnull=True, after__isnull=True)


def import_rows(subject: Subject) -> list[ImportRow]:
    """What imports keep of the person: rows about the contacts; and of those about none, such as rejected ones, each
    that names the person. Reads all that are about none and say anything.
    """
    own = list(_own_rows(subject).select_related("run"))
    return [*own, *_naming(ImportRow.objects.select_related("run"), subject)]


def _own_rows(subject: Subject) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(contact__in=subject.contacts)


def _naming(rows: QuerySet[ImportRow], subject: Subject) -> Iterator[ImportRow]:
    of_none = rows.filter(contact=None).exclude(_SAYS_NOTHING)
    return (row for row in of_none.iterator(chunk_size=BATCH) if subject.is_named_in_any(_said(row)))


def _said(row: ImportRow) -> list:
    return [row.cells, row.faults, row.repairs, row.before, row.after]


@dataclass(frozen=True, slots=True)
class Search:
    """What of imports names the person: the keys of rows, all up to `last_row` being read; and whether each file does,
    by its import and how it is read.
    """

    last_row: int = 0
    rows: frozenset[int] = frozenset()
    files: dict[tuple[int, Dialect], bool] = field(default_factory=dict)

    @property
    def uploads(self) -> list[int]:
        """The keys of the imports whose file names the person."""
        return [key for (key, _dialect), is_named in self.files.items() if is_named]


def search(subject: Subject, before: Search | None = None) -> Search:
    """Reads what imports keep, which takes long; of what a search `before` has read, only what it found.

    To be done before a transaction, in which nobody else writes on SQLite, and with its answer within. Raises
    ImportUnderWay: what is being written has earlier keys than what is seen by then.
    """
    before = before or Search()
    last_row = ImportRow.objects.aggregate(last=Max("pk"))["last"] or 0
    check_no_import_is_under_way()
    rows = {row.pk for row in _naming(ImportRow.objects.filter(pk__gt=before.last_row, pk__lte=last_row), subject)}
    found = sorted(before.rows)
    for start in range(0, len(found), BATCH):
        again = ImportRow.objects.filter(pk__in=found[start : start + BATCH])
        rows.update(row.pk for row in _naming(again, subject))
    own = _own_rows(subject).values_list("pk", flat=True)
    return Search(last_row, frozenset(rows.union(own)), _files_searched(subject, before.files))


def _files_searched(subject: Subject, before: dict[tuple[int, Dialect], bool]) -> dict[tuple[int, Dialect], bool]:
    searched = {}
    for run in _uploaded():
        key = (run.pk, run.read_as)
        searched[key] = before[key] if key in before else any(_rows_naming(run, subject))
    return searched


def erase_import_rows(subject: Subject, keys: Iterable[int]) -> None:
    """Deletes those rows from the lists of their imports, whose counts stay; an undoing leaves them alone then."""
    keys = sorted(keys)
    for start in range(0, len(keys), BATCH):
        ImportRow.objects.filter(pk__in=keys[start : start + BATCH]).delete()
    for run in ImportRun.objects.iterator():
        _scrub_run(run, subject)


def _scrub_run(run: ImportRun, subject: Subject) -> None:
    """A file may be named for the person, or have had the person's row taken for its headings."""
    names = ["file_name", "sheet", "failure", "headings"]
    said = {name: _without(getattr(run, name), subject) for name in names}
    changed = {name: value for name, value in said.items() if value != getattr(run, name)}
    if changed:
        ImportRun.objects.filter(pk=run.pk).update(**changed)


def headings_kept(subject: Subject) -> Iterator[tuple[ImportMapping, list[str]]]:
    """The saved mappings that name the person, in their name or in headings that were a row of data, with these."""
    for mapping in ImportMapping.objects.all():
        headings = [heading for heading in mapping.columns if _is_named_in_heading(heading, subject)]
        if headings or subject.is_named_in(mapping.name):
            yield mapping, headings


def _is_named_in_heading(heading: str, subject: Subject) -> bool:
    """Headings are kept without signs, so that an e-mail address is words."""
    said = f" {heading_key(searchable(heading))} "
    words = {heading_key(searchable(text)) for text in subject.names | subject.emails}
    is_named = any(text and (said == f" {text} " or (" " in text and f" {text} " in said)) for text in words)
    return is_named or subject.is_named_in(heading)


def erase_headings(subject: Subject) -> int:
    """Takes these headings out of saved mappings; a mapping with the person's name loses it. Answers how many."""
    found = list(headings_kept(subject))
    for mapping, headings in found:
        mapping.columns = {heading: column for heading, column in mapping.columns.items() if heading not in headings}
        if subject.is_named_in(mapping.name):
            mapping.name = f"{NOTHING} {mapping.pk}"
        mapping.save(update_fields=["columns", "name"])
    return len(found)


def uploads(subject: Subject) -> Iterator[tuple[ImportRun, list[tuple[int, list[str]]]]]:
    """The imports whose file is still here and names the person, with the rows that do. Reads the files.

    A file that is being read has no rows yet; while it is, nobody is erased.
    """
    for run in _uploaded():
        if naming := list(_rows_naming(run, subject)):
            yield run, naming


def _uploaded() -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(pieces__position=0).exclude(state=State.READING)


def _rows_naming(run: ImportRun, subject: Subject) -> Iterator[tuple[int, list[str]]]:
    rows = reading.entries(files.opened(run), run.read_as)
    return ((number, cells) for number, cells in rows if subject.is_named_in_any(cells))


def check_no_import_is_under_way() -> None:
    """Raises ImportUnderWay."""
    if ImportRun.objects.filter(state__in=UNDER_WAY).exists():
        raise ImportUnderWay


def erase_uploads(keys: Iterable[int]) -> None:
    """Drops files that name the person: an upload that was never imported goes whole, for it would bring the person
    back; an import that was stopped is done where it stopped. Raises ImportUnderWay.
    """
    for run in ImportRun.objects.filter(pk__in=keys):
        drop_upload(run)


def drop_uploads(runs: QuerySet[ImportRun]) -> None:
    """But for those of which somebody has begun something meanwhile."""
    for run in runs:
        with suppress(ImportUnderWay):
            drop_upload(run)


def drop_upload(run: ImportRun) -> None:
    """Decides by what the run is now, and nobody begins anything with it meanwhile. Raises ImportUnderWay."""
    stored = ImportRun.objects.select_for_update().filter(pk=run.pk).first()
    if stored is None:
        return
    if stored.is_under_way:
        raise ImportUnderWay
    if stored.state in DRAFTS:
        stored.delete()
        return
    files.drop(stored)
    ImportRun.objects.filter(pk=stored.pk, state=State.STOPPED).update(state=State.DONE)
