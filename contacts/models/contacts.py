"""Who is known: contacts, and the numbers that reach them."""

import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from contacts import masking, phone
from contacts.masking import MaskedCharField, MaskedTextField, NumberField
from contacts.tracing import Records, TracedQuerySet

SEARCH_MAX_LENGTH = 200
SEARCH_MAX_WORDS = 10


def searchable(text: str) -> str:
    """A text as it is searched: one form for all spellings of a letter, without accents, on every database."""
    if text.isascii():
        return " ".join(text.lower().split())
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def search_text(name: str, company: str, email: str) -> str:
    """The text in which a contact is searched."""
    return searchable(f"{name} {company} {email}")


def _lower_in_english(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def canonical_number(name: str, *, may_be_withheld: bool = False) -> models.CheckConstraint:
    """The constraint that a table's `number` column holds canonical numbers alone, or nothing for a withheld one."""
    canonical_form = models.Q(number__regex=phone.CANONICAL_PATTERN)
    return models.CheckConstraint(
        name=name,
        condition=canonical_form | models.Q(number="") if may_be_withheld else canonical_form,
        violation_error_message=_("This is no phone number in canonical form."),
    )


def _updating(kwargs: dict, *derived: str) -> dict:
    """The arguments of `save` with derived columns among those that it updates, where it names any."""
    named = kwargs.get("update_fields")
    return kwargs | {"update_fields": {*named, *derived}} if named else kwargs


class ContactQuerySet(TracedQuerySet):
    def active(self) -> "ContactQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "ContactQuerySet":
        return self.exclude(archived_at=None)

    def active_first(self) -> "ContactQuerySet":
        return self.order_by(models.F("archived_at").asc(nulls_first=True), "name", "pk")

    def reached_at(self, number: str) -> "ContactQuerySet":
        """Everybody whom a canonical number reaches, archived contacts too."""
        return self.filter(numbers__number=number)

    def known_as(self, pk: int | str) -> "ContactQuerySet":
        """The contact with this key; if it was merged, the one that it leads to. One query."""
        named = Contact.with_merged.filter(pk=pk).values(standing=Coalesce("merged_into", "pk"))
        return self.filter(pk__in=named)

    def with_email(self, address: str) -> "ContactQuerySet":
        """Contacts with an e-mail address, in any case; SQLite's own lower case is that of English letters alone."""
        spellings = {address.lower(), *map(_lower_in_english, (address, address.lower(), address.upper()))}
        return self.alias(lower_email=Lower("email")).filter(lower_email__in=spellings)

    def matching(self, text: str) -> "ContactQuerySet":
        """Contacts by a number in any spelling or its last digits; else by words of name, company or e-mail.

        One or the other: a number is found by its index, and a query for either would read the whole table.
        """
        if not masking.may_seek(text):
            return self.none()
        by_number = ContactNumber.objects.matching(text)
        if by_number.exists():
            return self.filter(pk__in=by_number.values("contact"))
        words = searchable(text.replace(",", " ")[:SEARCH_MAX_LENGTH]).split()[:SEARCH_MAX_WORDS]
        return self.filter(*(models.Q(search_text__contains=word) for word in words)) if words else self.none()

    def bulk_create(self, objs: Iterable["Contact"], *args, **kwargs) -> list["Contact"]:
        objs = list(objs)
        for contact in objs:
            contact.fill_search_text()
        return super().bulk_create(objs, *args, **kwargs)


class ContactManager(models.Manager.from_queryset(ContactQuerySet)):
    """Contacts as everybody finds them: without those that were merged into another."""

    def get_queryset(self) -> ContactQuerySet:
        return super().get_queryset().filter(merged_into=None)


class Contact(models.Model):
    """Who is known. One that was merged into another stays as a row, without numbers, that leads to that other."""

    name = MaskedCharField(pgettext_lazy("of a person", "name"), max_length=200, help_text=_("As its owner writes it."))
    company = MaskedCharField(_("company"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    remarks = MaskedTextField(_("remarks"), blank=True, max_length=10_000)
    search_text = models.TextField(editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    submission = models.UUIDField(
        null=True, unique=True, editable=False, help_text="The form that it was added by, stored once."
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="merged",
        db_index=False,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContactManager()
    with_merged = ContactQuerySet.as_manager()
    history = Records(excluded=["search_text", "submission", "created_at", "updated_at"])

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        permissions = [
            ("export_contact", gettext_noop("Can export contacts")),
            ("view_whole_numbers", gettext_noop("Can see whole phone numbers")),
        ]
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="contact_by_name"),
            models.Index(
                fields=["name"], condition=models.Q(archived_at__isnull=False), name="contact_archived_by_name"
            ),
            models.Index(Lower("email"), name="contact_by_email"),
            # Without those that were not: SQLite would read all of them by it.
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="contact_by_merged_into"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="contact_not_merged_into_itself", condition=~models.Q(merged_into=models.F("pk"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.company})" if self.company else self.name

    def save(self, *args, **kwargs) -> None:
        """An edit that began before a merge does not take it back: `merged_into` is written where it is named."""
        self.fill_search_text()
        if not (self._state.adding or kwargs.get("update_fields")):
            kwargs["update_fields"] = {field.name for field in self._meta.concrete_fields} - {"id", "merged_into"}
        super().save(*args, **_updating(kwargs, "search_text", "updated_at"))

    def fill_search_text(self) -> None:
        self.search_text = search_text(*map(masking.whole, (self.name, self.company, self.email)))


class ContactNumberQuerySet(TracedQuerySet):
    def matching(self, text: str) -> "ContactNumberQuerySet":
        """The number that a text spells, and those that end in its digits where there are at least four."""
        reading = phone.read(text, settings.DEFAULT_PHONE_REGION)
        if not reading.number or not masking.may_seek(text):
            return self.none()
        ending = phone.reversed_digits(text)
        if len(ending) < phone.FEWEST_LAST_DIGITS:
            return self.filter(number=reading.number)
        return self.filter(models.Q(number=reading.number) | _starts_with_digits("number_reversed", ending))

    def contacts_at(self, numbers: Iterable[str]) -> dict[str, list[Contact]]:
        """The active contacts whom each of the canonical numbers reaches. One query."""
        rows = self.filter(number__in=numbers, contact__archived_at=None).select_related("contact")
        contacts: dict[str, list[Contact]] = {}
        for row in rows.order_by("contact__name", "contact"):
            contacts.setdefault(row.number, []).append(row.contact)
        return contacts

    def bulk_create(self, objs: Iterable["ContactNumber"], *args, **kwargs) -> list["ContactNumber"]:
        objs = list(objs)
        for contact_number in objs:
            contact_number.canonicalise()
        return super().bulk_create(objs, *args, **kwargs)


def _starts_with_digits(column: str, digits: str) -> models.Q:
    """A prefix search as a range, which an ordinary index serves on every database and under every collation."""
    condition = models.Q((f"{column}__gte", digits))
    head = digits.rstrip("9")
    if head:
        condition &= models.Q((f"{column}__lt", head[:-1] + str(int(head[-1]) + 1)))
    return condition


class ContactNumber(models.Model):
    """A canonical number that reaches a contact; several contacts may share one."""

    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="numbers")
    number = NumberField(_("number"), max_length=phone.LONGEST_NUMBER)
    number_reversed = models.CharField(max_length=phone.LONGEST_NUMBER, editable=False)
    label = MaskedCharField(_("label"), max_length=40, blank=True, help_text=_("For example mobile, office, home."))
    is_primary = models.BooleanField(_("primary"), default=False)

    objects = ContactNumberQuerySet.as_manager()
    history = Records(excluded=["number_reversed"], part_of="contact")

    class Meta:
        verbose_name = _("contact number")
        verbose_name_plural = _("contact numbers")
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "number"],
                name="contact_number_once",
                violation_error_message=_("This contact has that number already."),
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(is_primary=True),
                name="contact_number_one_primary",
                violation_error_message=_("Only one number can be the primary one."),
            ),
            canonical_number("contact_number_canonical"),
        ]
        indexes = [
            models.Index(fields=["number"], name="contact_number_by_number"),
            models.Index(fields=["number_reversed"], name="contact_number_by_last_digits"),
        ]

    def __str__(self) -> str:
        return phone.display(self.number)

    def save(self, *args, **kwargs) -> None:
        self.canonicalise()
        with transaction.atomic():
            if self.is_primary:
                rest = ContactNumber.objects.filter(contact=self.contact_id, is_primary=True).exclude(pk=self.pk)
                rest.update(is_primary=False)
            super().save(*args, **_updating(kwargs, "number_reversed"))

    def canonicalise(self) -> None:
        """Makes `number` canonical and fills what is derived from it. Raises ValidationError if it is no number."""
        self.number = canonical(masking.whole(self.number))
        self.number_reversed = phone.reversed_digits(self.number)


def canonical(spelling: str) -> str:
    """The canonical number of a spelling in the default region. Raises ValidationError if it is no number."""
    number = phone.read(spelling, settings.DEFAULT_PHONE_REGION).number
    if not number:
        raise ValidationError(
            _("“%(spelling)s” is no phone number. Write digits, with + and the country code where it is abroad."),
            code="no_number",
            params={"spelling": spelling[:40]},
        )
    return number
