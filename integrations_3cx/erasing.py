"""What the machine's door remembers of a number: refused requests, masked, and keys of stored notes."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from contacts import phone
from contacts.subjects import Subject
from integrations_3cx.failures import masked
from integrations_3cx.models import FailedRequest, IdempotencyKey


def failed_requests(subject: Subject) -> QuerySet[FailedRequest]:
    """Those whose masked number may be one of these: it may be another's with the same beginning and end."""
    return FailedRequest.objects.filter(number__in=[masked(number) for number in subject.numbers])


def idempotency_keys(subject: Subject, call_ids: Collection[str]) -> QuerySet[IdempotencyKey]:
    """Those that a phone system named after one of these calls or numbers. Reads the table."""
    condition = Q(key__in=call_ids)
    for number in subject.numbers:
        if len(number) > phone.LONGEST_SHORT_NUMBER:
            condition |= Q(key__contains=phone.national_digits(number))
    return IdempotencyKey.objects.filter(condition)


def erase(subject: Subject, call_ids: Collection[str]) -> None:
    failed_requests(subject).delete()
    idempotency_keys(subject, call_ids).delete()
