"""How a merge is taken back: all that it did is undone, but for what somebody has changed since."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts import following
from contacts.merging import FIELDS, State, state, whom_it_concerns
from contacts.models import Contact, ContactNumber, Merge
from contacts.turns import turns

UNDO_DAYS = 30

Change = dict[str, Any]


class UndoneBefore(Exception):
    """The merge was undone already."""


class TooLate(Exception):
    """The merge is older than UNDO_DAYS."""


class MergedSince(Exception):
    """The kept contact was merged again: `later` has to be undone first."""

    def __init__(self, later: Merge) -> None:
        super().__init__(later)
        self.later = later


def undoable_until(merge: Merge) -> datetime:
    return merge.merged_at + timedelta(days=UNDO_DAYS)


def check(merge: Merge, now: datetime | None = None) -> None:
    """Raises UndoneBefore, TooLate or MergedSince where a merge cannot be undone."""
    if merge.undone_at:
        raise UndoneBefore
    if (now or timezone.now()) > undoable_until(merge):
        raise TooLate
    standing = Contact.objects.known_as(merge.kept_id).get()
    later = Merge.objects.filter(Q(kept=merge.kept_id) | Q(kept=standing), pk__gt=merge.pk, undone_at=None).first()
    if later:
        raise MergedSince(later)


def changes_since(merge: Merge) -> list[Change]:
    """What is not as the merge left it: fields, numbers, and rows of other tables. Each has its `kind`."""
    then, now = merge.after, state(Contact.with_merged.get(pk=merge.kept_id))
    fields = [name for name in FIELDS if now[name] != then[name]]
    changed = [{"kind": "field", "field": name, "then": then[name], "now": now[name]} for name in fields]
    return changed + _numbers_changed(then, now) + _rows_changed(merge)


def undo(merge: Merge, by: AbstractBaseUser, now: datetime | None = None) -> Merge:
    """Makes the contacts what they were, each with its numbers and rows; what was changed since stays, and is kept with
    the merge. Raises as `check` does.
    """
    now = now or timezone.now()
    keys = [said["pk"] for said in merge.before]
    numbers = {row["number"] for said in merge.before for row in said["numbers"]}
    concerned = whom_it_concerns(Contact.with_merged.filter(pk__in=keys).prefetch_related("numbers"))
    with turns(numbers | concerned):
        contacts = {row.pk: row for row in Contact.with_merged.select_for_update().filter(pk__in=keys).order_by("pk")}
        merge = Merge.objects.select_for_update().get(pk=merge.pk)
        check(merge, now)
        merge.changed_since = changes_since(merge)
        kept = contacts[merge.kept_id]
        _part(kept, [contacts[said["pk"]] for said in merge.before[1:]], merge)
        _restore_numbers(kept, merge)
        _restore_fields(kept, merge)
        following.give_back(kept, merge.moved)
        merge.undone_at, merge.undone_by = now, by
        merge.save(update_fields=["changed_since", "undone_at", "undone_by"])
    return merge


def _numbers_changed(then: State, now: State) -> list[Change]:
    was, is_now = ({row["pk"]: row for row in said["numbers"]} for said in (then, now))
    changes = [{"kind": "number added", "number": is_now[pk]["number"]} for pk in is_now.keys() - was.keys()]
    for pk, row in was.items():
        if pk not in is_now:
            changes.append({"kind": "number removed", "number": row["number"]})
        elif is_now[pk] != row:
            changes.append({"kind": "number changed", "then": row, "now": is_now[pk]})
    return changes


def _rows_changed(merge: Merge) -> list[Change]:
    since = following.stored_since(merge.kept, merge.newest)
    gone = following.not_with(merge.kept, merge.moved)
    changes = [{"kind": "stored", "rows": name, "count": count} for name, count in since.items() if count]
    return changes + [{"kind": "gone", "rows": name, "count": count} for name, count in gone.items() if count]


def _part(kept: Contact, merged: list[Contact], merge: Merge) -> None:
    """Lets the merged contacts stand for themselves again, and for those that were merged into them before."""
    before = {said["pk"]: said for said in merge.before}
    for contact in merged:
        contact.merged_into = None
        contact.save(update_fields=["merged_into"])
        earlier = Contact.with_merged.filter(pk__in=before[contact.pk]["merged"], merged_into=kept)
        earlier.update(merged_into=contact)


def _restore_fields(kept: Contact, merge: Merge) -> None:
    then, before, now = merge.after, merge.before[0], state(kept)
    for name in FIELDS:
        if now[name] == then[name]:
            value = before[name]
            setattr(kept, name, parse_datetime(value) if name == "archived_at" and value else value)
    kept.save()


def _restore_numbers(kept: Contact, merge: Merge) -> None:
    """Gives each number back to whose it was, with its label and rank. One that was removed since stays so, and one
    that the merge let go comes back where no row that was corrected since brings it.
    """
    then = {row["pk"]: row for row in merge.after["numbers"]}
    now = {row.pk: row for row in kept.numbers.all()}
    present = {row.number for row in now.values()}
    has_other_primary = _has_other_primary(merge, now)
    restored = []
    for said in merge.before:
        brought = {now[old["pk"]].number for old in said["numbers"] if old["pk"] in now}
        for old in said["numbers"]:
            row = now.get(old["pk"])
            if row is None and (old["pk"] in then or old["number"] not in present - brought):
                continue
            if row is None:
                row = ContactNumber(pk=old["pk"], number=old["number"], label=old["label"])
            elif row.label == then[row.pk]["label"]:
                row.label = old["label"]
            row.contact_id = said["pk"]
            if said["pk"] != kept.pk or not has_other_primary:
                row.is_primary = old["is_primary"]
            restored.append(row)
    # A primary number last: it takes its rank from any other of its contact.
    for row in sorted(restored, key=lambda row: row.is_primary):
        row.save()


def _has_other_primary(merge: Merge, now: dict[int, ContactNumber]) -> bool:
    """Whether somebody has since made a number the primary one that stays with the kept contact."""
    going = {row["pk"] for said in merge.before[1:] for row in said["numbers"]}
    left = {row["pk"] for row in merge.after["numbers"] if row["is_primary"]}
    return bool({row.pk for row in now.values() if row.is_primary} - going - left)
