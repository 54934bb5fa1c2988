"""Contacts and their merges for tests."""

from django.contrib.auth.models import User

from contacts.merging import Outcome, merge, seen
from contacts.models import Contact, Merge


def make_clerk(username: str = "clerk") -> User:
    """Somebody of the back office who may do everything."""
    return User.objects.create_superuser(username)


def make_merge(keep: Contact, *others: Contact, by: User | None = None, now=None, **outcome) -> Merge:
    """A merge that keeps what the first contact says, unless told otherwise."""
    said = {"name": keep.name, "company": keep.company, "email": keep.email, "remarks": keep.remarks}
    primary = keep.numbers.filter(is_primary=True).values_list("number", flat=True).first() or ""
    told = Outcome(**said | {"archived_at": keep.archived_at, "primary": primary} | outcome)
    by = by or User.objects.filter(is_superuser=True).first() or make_clerk()
    return merge(keep, list(others), told, by, seen([keep, *others]), now=now)


def numbers_of(contact: Contact) -> list[tuple[str, str, bool]]:
    """A contact's numbers with label and rank, in the order of their keys."""
    return list(contact.numbers.order_by("pk").values_list("number", "label", "is_primary"))
