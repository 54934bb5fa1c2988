"""What the rows of a history have in common: a number, whose it is, and a moment by which they are newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from contacts import masking, phone
from contacts.models import Contact, ContactNumber

NO_CONTACT = 0  # No key of a row.


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands in a history: later is newer. The kind and key tell rows of one moment apart."""

    moment: datetime
    kind: str
    pk: int


class TimelineQuerySet(models.QuerySet):
    def about(self, number: str) -> Self:
        return self.filter(number=number)

    def not_erased(self) -> Self:
        return self.exclude(number__startswith=phone.ERASED_BEGINNING)

    def of_contact(self, contact: Contact) -> Self:
        return self.filter(contact=contact)

    def of_nobody(self) -> Self:
        """Rows of which nobody knows whose they are.

        The contact is compared in a way that its index does not serve: it would read all that is nobody's.
        """
        return self.filter(Exact(Coalesce("contact", NO_CONTACT), NO_CONTACT), contact_name="")

    def matching(self, text: str) -> Self:
        """Rows by a number in any spelling, or by a contact's name, company or last digits."""
        if not masking.may_seek(text):
            return self.none()
        spelled = phone.read(text, settings.DEFAULT_PHONE_REGION).number
        if not spelled:
            return self.filter(contact__in=Contact.objects.matching(text))
        numbers = {spelled, *ContactNumber.objects.matching(text).values_list("number", flat=True)}
        return self.filter(number__in=numbers)

    def newest_first(self) -> Self:
        return self.order_by(f"-{self.model.moment_field}", "-pk")

    def since(self, moment: datetime) -> Self:
        return self.filter(**{f"{self.model.moment_field}__gte": moment})

    def older_than(self, place: Place) -> Self:
        """What follows a place of the history, newest first: a page's end is the next one's start."""
        field, kind = self.model.moment_field, self.model.kind
        if kind > place.kind:
            return self.filter(**{f"{field}__lt": place.moment})
        older = self.filter(**{f"{field}__lte": place.moment})
        return older.exclude(**{field: place.moment, "pk__gte": place.pk}) if kind == place.kind else older


class TimelineRow(models.Model):
    """`kind` names the sort of row to people and in addresses; `moment_field` its column of moments."""

    kind: ClassVar[str]
    moment_field: ClassVar[str]

    class Meta:
        abstract = True

    @property
    def place(self) -> Place:
        return Place(getattr(self, self.moment_field), self.kind, self.pk)
