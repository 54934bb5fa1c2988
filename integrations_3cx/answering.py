"""What each inquiry of a request is answered: the contract's rules, on top of `wire` and `recording`."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import models
from django.utils import timezone

from callnotes import recording
from callnotes.models import CallNote, Disposition
from callnotes.naming import called
from contacts import phone
from contacts.models import Contact
from integrations_3cx import wire
from integrations_3cx.errors import BAD_REQUEST, NUMBER_UNKNOWN, SCOPE_MISSING, TOKEN_INVALID, Fault, Refused, fault_of
from integrations_3cx.idempotency import once
from integrations_3cx.models import ApiToken, Scope

SCOPES = {wire.Use.LOOKUP: Scope.LOOKUP, wire.Use.NOTE: Scope.NOTE}


@dataclass(frozen=True, slots=True)
class Answer:
    http_status: int
    body: dict[str, Any]
    fault: Fault | None = None


def refusal(use: wire.Use, fault: Fault) -> Answer:
    success = wire.answer(use, success=False)
    return Answer(fault.http_status, {"success": success, "error": fault.code, "message": fault.message}, fault)


def refusal_before_reading(query_string: str, fault: Fault = BAD_REQUEST) -> Answer:
    """What is answered where a request was refused before any view, above all for its host name."""
    return refusal(wire.use(wire.query_parameters(query_string)), fault)


class Answering:
    """Answers the inquiries that one request makes by one token.

    `key` is the one that the parameters carried, empty where a header did: an inquiry with another is refused.
    `only_check` stores nothing (HEAD).
    """

    def __init__(self, token: ApiToken, *, key: str, only_check: bool) -> None:
        self.token = token
        self.key = key
        self.only_check = only_check

    def answer(self, parameters: wire.Parameters, idempotency_key: str = "") -> Answer:
        """Looks up or stores; a lookup costs one query. Refuses this inquiry alone, where it must."""
        use = wire.use(parameters)
        try:
            if not self.token.allows(SCOPES[use]):
                raise Refused(SCOPE_MISSING, scope=SCOPES[use])
            inquiry = wire.inquiry(parameters)
            if self.key and inquiry.token and inquiry.token != self.key:
                raise Refused(TOKEN_INVALID)
            if use is wire.Use.NOTE:
                self._note(inquiry, idempotency_key or inquiry.call_id or "")
                success = True
            else:
                success = _contacts_at(_number(inquiry)).exists()
        except (Refused, wire.Unusable, DatabaseError) as error:
            return refusal(use, fault_of(error))
        return Answer(200, {"success": wire.answer(use, success)})

    def _note(self, inquiry: wire.Inquiry, idempotency_key: str) -> None:
        number, now = _number(inquiry), timezone.now()
        disposition = self._disposition(inquiry.status)
        try:
            recording.check(disposition, inquiry.comments)
        except recording.CommentsMissing as error:
            raise wire.Unusable("comments_missing", str(error)) from None
        except recording.CommentsTooLong as error:
            raise wire.Unusable("comments_too_long", str(error)) from None
        record = partial(self._record, number, disposition, inquiry, now)
        if idempotency_key and not self.only_check:
            once(self.token, idempotency_key, [number, disposition.key, inquiry.comments], record, now)
        else:
            record()

    def _record(self, number: str, disposition: Disposition, inquiry: wire.Inquiry, now: datetime) -> None:
        if not _contacts_at(number).exists():
            raise Refused(NUMBER_UNKNOWN)
        if self.only_check:
            return
        recording.record(
            number,
            disposition,
            inquiry.comments,
            source=CallNote.Source.PHONE_SYSTEM,
            token=str(self.token),
            call_id=inquiry.call_id or "",
            now=now,
        )

    def _disposition(self, status: str) -> Disposition:
        disposition = called(status[: wire.STATUS_MAX_LENGTH], self._dispositions)
        if disposition is None:
            known = ", ".join(disposition.label for disposition in self._dispositions)
            raise wire.Unusable("status_unknown", f"{status[:60]!r} is no status; send one of: {known}.")
        return disposition

    @cached_property
    def _dispositions(self) -> list[Disposition]:
        return list(Disposition.objects.answerable())


def _number(inquiry: wire.Inquiry) -> str:
    return phone.read(inquiry.cid, settings.DEFAULT_PHONE_REGION).number


def _contacts_at(number: str) -> models.QuerySet[Contact]:
    return Contact.objects.active().reached_at(number) if number else Contact.objects.none()
