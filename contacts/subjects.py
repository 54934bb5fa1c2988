"""Whom a file of what is held, or an erasure, is about; and which texts name that person."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q

from contacts import following, phone
from contacts.models import Contact, ContactNumber, searchable

# Digits with at most two signs between them, as people and machines write a number.
_SPELLED_NUMBER = re.compile(r"\d(?:[\W_]{0,2}\d)*")
_HAS_WORDS = 2


@dataclass(frozen=True)
class Subject:
    """Contacts by key (one, and all that were merged into it), and canonical numbers whose history is meant.

    Of the rows on these numbers those are meant that are the contacts' or nobody's; `with_others`, all.
    """

    contacts: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    with_others: bool = False

    def rows(self) -> Q:
        """The condition on rows that have a number and, perhaps, a contact."""
        on_numbers = Q(number__in=self.numbers)
        if not self.with_others:
            on_numbers &= Q(contact=None, contact_name="") | Q(contact__in=self.contacts)
        return Q(contact__in=self.contacts) | on_numbers

    def rows_of_numbers(self) -> Q:
        """The condition on rows that have a number alone."""
        return Q(number__in=self.numbers)

    def is_named_in(self, text: str) -> bool:
        """Whether a text names the person: by number in any spelling, e-mail address, or the whole name.

        A name of one word has to be the whole text: within another it would be somebody else's as often.
        """
        plain = searchable(text)
        if any(address in plain for address in self._emails):
            return True
        if any(name == plain or (" " in name and f" {name} " in f" {plain} ") for name in self._names):
            return True
        spelled = {phone.digits_of(match[0]) for match in _SPELLED_NUMBER.finditer(text)}
        return any(_spells(digits, number) for digits in spelled for number in self._digits)

    def is_named_in_any(self, value: Any) -> bool:
        """Whether any text within a value of JSON names the person."""
        if isinstance(value, str):
            return self.is_named_in(value)
        if isinstance(value, dict):
            return any(map(self.is_named_in_any, [*value, *value.values()]))
        return isinstance(value, list | tuple) and any(map(self.is_named_in_any, value))

    @cached_property
    def spellings(self) -> set[str]:
        """Texts, one of which stands in each that names the person, but for how letters and digits are written."""
        numbers = {text for number in self.numbers for text in (number, phone.display(number), *_digits(number))}
        said = {text for name in self.names | self.emails for text in (name, name.lower(), name.upper())}
        return {text for text in numbers | said if text}

    @cached_property
    def _names(self) -> set[str]:
        return {plain for plain in map(searchable, self.names) if len(plain) >= _HAS_WORDS}

    @cached_property
    def _emails(self) -> set[str]:
        return set(filter(None, map(searchable, self.emails)))

    @cached_property
    def _digits(self) -> set[str]:
        return {digits for number in self.numbers for digits in _digits(number)}


def _digits(number: str) -> set[str]:
    return {phone.digits_of(number), phone.national_digits(number)}


def _spells(digits: str, number: str) -> bool:
    """Whether a run of digits is a number, or holds one that is no short one."""
    return digits == number or (len(number) > phone.LONGEST_SHORT_NUMBER and number in digits)


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number of a contact; `is_former` where it is its no more; with the other contacts that have it now."""

    number: str
    is_former: bool
    others: list[Contact] = field(default_factory=list)


def known_numbers(contact: Contact) -> list[KnownNumber]:
    """The contact's numbers, then those that it had or that rows of it are about. Some queries."""
    own = [row.number for row in contact.numbers.all()]
    former = sorted(_former_numbers(keys_of(contact)) - set(own))
    holders = ContactNumber.objects.filter(number__in=[*own, *former]).exclude(contact=contact)
    others: dict[str, list[Contact]] = {}
    for row in holders.select_related("contact").order_by("contact__name", "contact"):
        others.setdefault(row.number, []).append(row.contact)
    return [KnownNumber(number, number in former, others.get(number, [])) for number in [*own, *former]]


def _former_numbers(keys: Iterable[int]) -> set[str]:
    found = set(ContactNumber.history.filter(contact__in=keys).values_list("number", flat=True))
    for relation in following.relations().values():
        model = relation.related_model
        if any(each.name == "number" for each in model._meta.fields):
            rows = model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            found.update(rows.order_by().values_list("number", flat=True).distinct())
    return {number for number in found if number and not phone.is_erased(number)}


def keys_of(contact: Contact) -> set[int]:
    """The contact's key, and those of the contacts that were merged into it."""
    return {contact.pk, *Contact.with_merged.filter(merged_into=contact).values_list("pk", flat=True)}


def of_contact(contact: Contact, numbers: Iterable[str] | None = None) -> Subject:
    """The contact, with all that is on these numbers; without any named, what is its or nobody's on its own numbers.

    Numbers that others have too are left out then: what is nobody's on them may be another's.
    """
    keys = keys_of(contact)
    with_others = numbers is not None
    if numbers is None:
        numbers = [known.number for known in known_numbers(contact) if not (known.is_former or known.others)]
    named = list(Contact.with_merged.filter(pk__in=keys).values_list("name", "email"))
    named += Contact.history.filter(id__in=keys).values_list("name", "email")
    names, emails = (frozenset(filter(None, texts)) for texts in zip(*named, strict=True))
    return Subject(frozenset(keys), frozenset(numbers), names, emails, with_others)


def holders(number: str) -> list[Contact]:
    """Who has the number, archived contacts too: they keep it when all that is on it is erased. One query."""
    rows = ContactNumber.objects.filter(number=number).select_related("contact")
    return [row.contact for row in rows.order_by("contact__name", "contact")]


def of_number(number: str) -> Subject:
    """All that is on a number, whosever it is; not the contacts who have it (see `holders`)."""
    return Subject(numbers=frozenset([number]), with_others=True)
