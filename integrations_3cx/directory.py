"""Contacts as 3CX asks for them: found by number, e-mail address or words, and added from its apps."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from contacts import phone
from contacts.adding import find_or_add
from contacts.models import Contact, ContactNumber
from integrations_3cx import phonebook, wire
from integrations_3cx.wire import Unusable

FOUND_AT_MOST = 20

GET_NAMES = frozenset({"number", "email", "search"})
POST_NAMES = frozenset({"firstname", "lastname", "company", "email", "number"})

Entry = dict[str, Any]


def find(parameters: wire.Parameters, base_url: str) -> list[Entry]:
    """The active contacts with a number or e-mail address, or that words match; at most FOUND_AT_MOST.

    None for an empty one: a caller may hide the number. Raises Unusable unless just one is given.
    """
    texts = {name: wire.given(wire.text(parameters, name)) for name in GET_NAMES}
    sent = {name: text for name, text in texts.items() if text is not None}
    given = {name: text for name, text in sent.items() if text.strip()}
    if sent and not given:
        return []
    if len(given) != 1:
        raise Unusable("one_of_three", "Send one of number, email and search; 3CX fills its variable in.")
    [(name, text)] = given.items()
    match name:
        case "number":
            return _with_number(text, base_url)
        case "email":
            return _entries(Contact.objects.with_email(text.strip()), base_url)
    return _entries(Contact.objects.matching(text), base_url)


def add(parameters: wire.Parameters, base_url: str) -> Entry:
    """Adds a contact with its number, or finds the one that has both already. Raises Unusable.

    Without a name or company it is named by its number, unless somebody has the number already.
    """
    sent = {name: (wire.given(wire.text(parameters, name)) or "").strip(" \r\n\t") for name in POST_NAMES - {"number"}}
    spelling = wire.given(wire.text(parameters, "number", frozenset({"number"}))) or ""
    number = phone.read(spelling, settings.DEFAULT_PHONE_REGION).number
    if not number:
        raise Unusable("number_unreadable", "Send the contact's phone number as Number, with its country code.")
    name = f"{sent['firstname']} {sent['lastname']}".strip() or sent["company"]
    if not name and (known := Contact.objects.active().reached_at(number).first()):
        return _entry(known, base_url, number, spelling)
    contact = Contact(name=name or phone.display(number), company=sent["company"], email=sent["email"])
    try:
        contact = find_or_add(contact, number)
    except ValidationError as error:
        faults = [f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()]
        raise Unusable("contact_unusable", " ".join(faults)) from None
    return _entry(contact, base_url, number, spelling)


def _with_number(spelling: str, base_url: str) -> list[Entry]:
    """The contacts with a number; where the phone system searches by last digits alone, those whose numbers end so."""
    reading = phone.read(spelling, settings.DEFAULT_PHONE_REGION)
    if not reading.number:
        return []
    contacts = Contact.objects.reached_at(reading.number)
    if reading.rule is phone.Rule.UNLISTED and not contacts.active().exists():
        ending = ContactNumber.objects.matching(spelling).filter(contact__archived_at=None)
        ending = ending.order_by("contact__name", "pk")[:FOUND_AT_MOST]
        reached = {row.contact_id: row.number for row in ending}
        return [
            _entry(contact, base_url, reached[contact.pk], spelling)
            for contact in _listed(Contact.objects.filter(pk__in=reached))
        ]
    return [_entry(contact, base_url, reading.number, spelling) for contact in _listed(contacts)]


def _entries(contacts: QuerySet[Contact], base_url: str) -> list[Entry]:
    return [_entry(contact, base_url) for contact in _listed(contacts)]


def _listed(contacts: QuerySet[Contact]) -> Iterable[Contact]:
    return contacts.active().order_by("name", "pk").prefetch_related("numbers")[:FOUND_AT_MOST]


def _entry(contact: Contact, base_url: str, searched: str = "", spelling: str = "") -> Entry:
    """A contact with its page: of a caller the pop-up, which asks who it is where several share the number."""
    numbers = [(row.number, row.label) for row in contact.numbers.all()]
    popup = f"{reverse('desk:popup')}?cid={quote(searched, safe='')}"
    return {
        "id": str(contact.pk),
        "name": contact.name,
        "company": contact.company,
        "email": contact.email,
        "url": base_url + (popup if searched else reverse("desk:contact", args=[contact.pk])),
        **phonebook.fields(numbers, searched, phonebook.searched_spelling(spelling)),
    }
