"""What a file shows of contacts: all that a back office keeps of them, under names that the importer knows."""

from datetime import tzinfo

from django.db.models import Count, Max, QuerySet

from contacts.exporting import Table
from contacts.models import Contact, ContactNumber
from contacts.spreadsheets import Number, Row

COLUMNS = ["ID", "Name", "Company", "E-mail", "Remarks", "Archived", "Primary"]


def contacts(chosen: QuerySet[Contact], zone: tzinfo) -> Table:
    """A line for each contact, with as many numbers as the one that has most. One query."""
    places = range(1, max(_most_numbers(chosen), 1) + 1)
    of_numbers = [name for place in places for name in (f"Number {place}", f"Label {place}")]
    rows = Contact.objects.prefetch_related("numbers")
    return Table("contacts", [*COLUMNS, *of_numbers], rows, lambda page: map(_cells, page))


def _most_numbers(chosen: QuerySet[Contact]) -> int:
    numbers = ContactNumber.objects.filter(contact__in=chosen.order_by().values("pk"))
    by_contact = numbers.order_by().values("contact").annotate(count=Count("pk"))
    return by_contact.aggregate(most=Max("count"))["most"] or 0


def _cells(contact: Contact) -> Row:
    numbers = contact.numbers.all()
    return [
        *(contact.pk, contact.name, contact.company, contact.email, contact.remarks),
        "yes" if contact.archived_at else "no",
        "Number 1" if numbers and numbers[0].is_primary else "",
        *(cell for number in numbers for cell in (Number(number.number), number.label)),
    ]
