"""How calls, notes and promises lose whose they were. That they were, when, with which agent and outcome, stays.

So every figure of the reports stays too. Each row gets a number of its own: none tells which others were the same
person's, but for what belongs together as one call: a note, its corrections, its call and its callback.
"""

from collections.abc import Iterable, Sequence
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb, Draft
from callnotes.suppression import digest
from contacts import phone
from contacts.erasing import scrub_history
from contacts.subjects import Subject

BATCH = 500
_NOBODY = {"contact": None, "contact_name": ""}
# As if redacted when it was written: a moment of the erasing would tell which rows were one person's.
_REDACTED = {"comments": "", "redacted_at": Coalesce(F("redacted_at"), F("created_at"))}
RECORDED = {"recording_url": "", "summary": "", "transcript": ""}
CLEARED: dict[type[Model], dict[str, Any]] = {
    CallNote: {**_NOBODY, **_REDACTED, "call_id": ""},
    Call: {**_NOBODY, **RECORDED, "call_id": ""},
    Chat: {**_NOBODY, "email": "", "visitor_name": "", "messages": ""},
    Callback: {**_NOBODY, "closing_reason": ""},
    DoNotDisturb: {"reason": "", "lifting_reason": ""},
    CallReason: {"reason": ""},
}
PRIVATE_IN_HISTORIES: dict[type[Model], list[str]] = {
    Callback: ["number", "contact_name", "closing_reason"],
    DoNotDisturb: ["number", "reason", "lifting_reason"],
}


def rows(model: type[Model], subject: Subject) -> QuerySet:
    """The rows of one of these tables that are about the person; of chats, also by e-mail address alone."""
    condition = subject.rows() if "contact" in CLEARED[model] else subject.rows_of_numbers()
    if model is Chat:
        spellings = {text for address in subject.emails for text in (address, address.lower())}
        condition |= Q(email__in=spellings, contact=None)
    return model._base_manager.filter(condition)


def history(model: type[Model], subject: Subject) -> QuerySet:
    """What the history of one of the models with a history tells of the person."""
    own = rows(model, subject).values("pk")
    condition = subject.rows() if "contact" in CLEARED[model] else subject.rows_of_numbers()
    return model.history.filter(condition | Q(id__in=own))


def drafts(subject: Subject) -> QuerySet[Draft]:
    """What agents have typed about the person and not saved."""
    theirs = Q(corrects__in=rows(CallNote, subject).values("pk")) | Q(call__in=rows(Call, subject).values("pk"))
    chosen = Q(fields__contact__in=[str(key) for key in subject.contacts])
    return Draft.objects.filter(subject.rows_of_numbers() | theirs | chosen)


def wishes(subject: Subject) -> QuerySet[DoNotDisturb]:
    """The entries in force: what is kept of them needs the key."""
    own = rows(DoNotDisturb, subject).values("pk")
    return DoNotDisturb.objects.in_force(timezone.now()).filter(pk__in=own, number_digest=None)


def erase(subject: Subject) -> None:
    """Takes the person out of all of it. In a transaction of the caller. Raises KeyMissing."""
    drafts(subject).delete()
    for model, private in PRIVATE_IN_HISTORIES.items():
        scrub_history(model, history(model, subject), private)
    for model in CLEARED:
        scrub(model, list(rows(model, subject).values_list("pk", flat=True)))


def scrub(model: type[Model], keys: Sequence[int]) -> None:
    """Takes number, contact and words out of rows of one of these tables, by key. Raises KeyMissing."""
    for start in range(0, len(keys), BATCH):
        part = model._base_manager.filter(pk__in=keys[start : start + BATCH])
        if model is DoNotDisturb:
            _keep_wishes(part)
        part.update(**CLEARED[model])
        _rename(model, part)


def _keep_wishes(entries: QuerySet[DoNotDisturb]) -> None:
    """A wish that is in force goes on for whoever has the number, by its digest."""
    in_force = list(DoNotDisturb.objects.in_force(timezone.now()).filter(pk__in=entries.values("pk")))
    for entry in in_force:
        entry.number_digest = digest(entry.number, settings.DO_NOT_DISTURB_KEY)
    DoNotDisturb._base_manager.bulk_update(in_force, ["number_digest"])


def _rename(model: type[Model], part: QuerySet) -> None:
    """Gives each row a number of its own; and a report another key, for its own is a digest of the number."""
    named = ["number", *({"content_key"} & {field.name for field in model._meta.fields})]
    found = list(part.only("pk", *named))
    for row in found:
        row.number = row.number and phone.erased_number()
        if "content_key" in named:
            row.content_key = token_hex(32)
    model._base_manager.bulk_update(found, named)


def call_ids(subject: Subject) -> set[str]:
    """The phone system's names of the calls, under which requests about them may be remembered."""
    own: Iterable[str] = rows(CallNote, subject).exclude(call_id="").values_list("call_id", flat=True)
    return set(own)
