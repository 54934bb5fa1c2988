"""Who is known: contacts and the numbers that reach them; which were, or may be, one; whence they were imported."""

from contacts.models.contacts import (
    SEARCH_MAX_LENGTH,
    Contact,
    ContactNumber,
    ContactNumberQuerySet,
    ContactQuerySet,
    canonical,
    canonical_number,
    search_text,
    searchable,
)
from contacts.models.imports import ImportMapping, ImportPiece, ImportRow, ImportRun
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
    "ImportMapping",
    "ImportPiece",
    "ImportRow",
    "ImportRun",
    "Merge",
    "canonical",
    "canonical_number",
    "search_text",
    "searchable",
]
