"""Which contacts may be one: those that share a number and have similar names, and those that share an e-mail address.

They are looked for in pieces, by the order of keys, and kept in a table: no page has to look through all contacts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Lower
from django.utils import timezone

from contacts import names
from contacts.models import Contact, ContactNumber, Duplicate, DuplicateSearch, searchable

# What more contacts have in common is a switchboard or an office's address, and tells nothing.
SHARED_BY_AT_MOST = 20
SEARCHED_AT_ONCE = 500

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two contacts may be one: the numbers and the e-mail address that both have."""

    numbers: list[str]
    email: str

    def __bool__(self) -> bool:
        return bool(self.numbers or self.email)


def likeness(one: Contact, other: Contact) -> Likeness:
    """What makes two contacts, whose numbers are at hand, look like one."""
    shared = {row.number for row in one.numbers.all()} & {row.number for row in other.numbers.all()}
    is_same_address = bool(one.email) and one.email.lower() == other.email.lower()
    return Likeness(sorted(shared) if _are_alike(one.name, other.name) else [], one.email if is_same_address else "")


def search(contacts_at_most: int | None = None) -> int:
    """Goes on looking from where the last search broke off, at most to the end; answers through how many it looked.

    What was found stays, also if it is broken off. Two searches at once share the work.
    """
    looked = 0
    while contacts_at_most is None or looked < contacts_at_most:
        count = _search_piece()
        looked += count
        if count < SEARCHED_AT_ONCE:
            break
    return looked


def progress() -> DuplicateSearch:
    """How far the search has come."""
    return DuplicateSearch.objects.first() or DuplicateSearch()


def page(
    after: int | None, limit: int, *, dismissed: bool = False
) -> tuple[list[tuple[Duplicate, Likeness]], int | None]:
    """Pairs, the newest first, that follow the key `after`, each with why; and the key that the next page is after.

    Those that look like one no more, since somebody edited them, are left out. Three queries.
    """
    pairs = Duplicate.objects.dismissed() if dismissed else Duplicate.objects.undecided()
    pairs = pairs.of_active_contacts().filter(pk__lt=after) if after else pairs.of_active_contacts()
    rows = list(pairs.select_related("first", "second", "dismissed_by").order_by("-pk")[: limit + 1])
    prefetch_related_objects([contact for row in rows for contact in (row.first, row.second)], "numbers")
    shown = [(row, likeness(row.first, row.second)) for row in rows[:limit]]
    return [(row, why) for row, why in shown if why or dismissed], rows[limit - 1].pk if len(rows) > limit else None


def beside(contacts: list[Contact]) -> list[Contact]:
    """Others who may be one with any of the contacts. Two queries."""
    keys = {contact.pk for contact in contacts}
    pairs = Duplicate.objects.undecided().of_active_contacts().filter(Q(first__in=keys) | Q(second__in=keys))
    others = {key for pair in pairs.values_list("first", "second")[: SHARED_BY_AT_MOST**2] for key in pair} - keys
    return list(Contact.objects.active().filter(pk__in=others)[:SHARED_BY_AT_MOST])


def dismiss(first: Contact, second: Contact, by: AbstractBaseUser, now: datetime | None = None) -> None:
    """Remembers that two contacts are not one. What is said twice keeps its first moment."""
    one, other = sorted((first, second), key=lambda contact: contact.pk)
    with transaction.atomic():
        Duplicate.objects.get_or_create(first=one, second=other)
        undecided = Duplicate.objects.undecided().filter(first=one, second=other)
        undecided.update(dismissed_at=now or timezone.now(), dismissed_by=by)


def take_back(duplicate: Duplicate) -> None:
    """Lets a pair be a question again."""
    Duplicate.objects.filter(pk=duplicate.pk).update(dismissed_at=None, dismissed_by=None)


def _search_piece() -> int:
    """Looks through the next SEARCHED_AT_ONCE active contacts; begins again after the end. About ten queries."""
    DuplicateSearch.objects.get_or_create(pk=1)
    with transaction.atomic():
        place = DuplicateSearch.objects.select_for_update().get(pk=1)
        piece = list(Contact.objects.active().filter(pk__gt=place.position).order_by("pk")[:SEARCHED_AT_ONCE])
        is_last = len(piece) < SEARCHED_AT_ONCE
        known = Duplicate.objects.filter(first__gt=place.position)
        _keep(_pairs(piece), known if is_last else known.filter(first__lte=piece[-1].pk))
        place.position = 0 if is_last else piece[-1].pk
        place.finished_at = timezone.now() if is_last else place.finished_at
        place.save()
    return len(piece)


def _keep(found: set[Pair], known: QuerySet[Duplicate]) -> None:
    """Stores the pairs that are new, and forgets those that are no question any more; what was dismissed stays."""
    stored = {(first, second): pk for pk, first, second in known.values_list("pk", "first", "second")}
    gone = [pk for pair, pk in stored.items() if pair not in found]
    for start in range(0, len(gone), SEARCHED_AT_ONCE):
        Duplicate.objects.undecided().filter(pk__in=gone[start : start + SEARCHED_AT_ONCE]).delete()
    new = [Duplicate(first_id=first, second_id=second) for first, second in sorted(found - stored.keys())]
    Duplicate.objects.bulk_create(new, ignore_conflicts=True)


def _pairs(piece: list[Contact]) -> set[Pair]:
    """The pairs of which the contact with the smaller key is in the piece."""
    keys = {contact.pk for contact in piece}
    same_number = {
        (first, second)
        for sharing in _sharing_numbers(piece)
        for (first, name), (second, other) in combinations(sorted(sharing), 2)
        if first in keys and _are_alike(name, other)
    }
    same_address = {pair for sharing in _sharing_addresses(piece) for pair in combinations(sorted(sharing), 2)}
    return same_number | {pair for pair in same_address if pair[0] in keys}


def _sharing_numbers(piece: list[Contact]) -> Iterable[list[tuple[int, str]]]:
    """Of each number of the piece that several active contacts have: their keys and names. Three queries."""
    rows = ContactNumber.objects.filter(contact__archived_at=None).order_by()
    numbers = list(rows.filter(contact__in=piece).values_list("number", flat=True))
    counted = (
        rows.filter(number__in=numbers)
        .values("number")
        .annotate(count=Count("pk"))
        .filter(count__range=(2, SHARED_BY_AT_MOST))
    )
    shared = list(counted.values_list("number", flat=True))
    sharing = defaultdict(list)
    for number, pk, name in rows.filter(number__in=shared).values_list("number", "contact", "contact__name"):
        sharing[number].append((pk, name))
    return sharing.values()


def _sharing_addresses(piece: list[Contact]) -> Iterable[list[int]]:
    """Of each e-mail address of the piece that several active contacts have: their keys. Three queries."""
    rows = Contact.objects.active().annotate(address=Lower("email")).order_by()
    with_address = rows.filter(pk__in=[contact.pk for contact in piece if contact.email])
    addresses = list(with_address.values_list("address", flat=True))
    same = rows.filter(address__in=addresses).values("address")
    counted = same.annotate(count=Count("pk")).filter(count__range=(2, SHARED_BY_AT_MOST))
    shared = list(counted.values_list("address", flat=True))
    sharing = defaultdict(list)
    for address, pk in rows.filter(address__in=shared).values_list("address", "pk"):
        sharing[address].append(pk)
    return sharing.values()


def _are_alike(name: str, other: str) -> bool:
    return names.are_alike(searchable(name), searchable(other))
