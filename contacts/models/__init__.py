"""Who is known: contacts, the numbers that reach them, and which of them were, or may be, one."""

from contacts.models.contacts import (
    SEARCH_MAX_LENGTH,
    Contact,
    ContactNumber,
    ContactNumberQuerySet,
    ContactQuerySet,
    canonical,
    canonical_number,
    searchable,
)
from contacts.models.merges import Duplicate, DuplicateQuerySet, DuplicateSearch, Merge

__all__ = [
    "SEARCH_MAX_LENGTH",
    "Contact",
    "ContactNumber",
    "ContactNumberQuerySet",
    "ContactQuerySet",
    "Duplicate",
    "DuplicateQuerySet",
    "DuplicateSearch",
    "Merge",
    "canonical",
    "canonical_number",
    "searchable",
]
