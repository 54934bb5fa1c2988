"""What the pop-up's page and its script send."""

import uuid
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client

from callnotes.models import CallNote, Draft
from callnotes.tests.factories import disposition

NUMBER = "+6591234567"
POPUP = "/popup/?cid=%2B6591234567"
WINDOW = uuid.UUID(int=11)
JSON = {"accept": "application/json"}
GRACE_IS_OVER = timedelta(seconds=16)


def form(**fields) -> dict:
    """A form that can be saved, unless told otherwise."""
    usual = {"disposition": disposition("completed").pk, "comments": "Asked for a quote."}
    return usual | {"submission": str(uuid.uuid4())} | fields


def keeping(**fields) -> dict:
    """What the script keeps of a form: what is typed, and which keeping of which window that is."""
    usual = {"number": NUMBER, "submission": str(uuid.UUID(int=1)), "window": str(WINDOW), "sequence": 1}
    return usual | {"comments": "Asked for a qu"} | fields


def keep(client: Client, **fields) -> HttpResponse:
    return client.post("/drafts/", keeping(**fields), headers=JSON)


def save(client: Client, address: str = POPUP, **fields) -> HttpResponse:
    """As the page's script does."""
    return client.post(address, form(**fields), headers=JSON)


def told(response: HttpResponse) -> tuple[int, dict]:
    return response.status_code, response.json()


def notes() -> list[tuple[str, str]]:
    return list(CallNote.objects.order_by("pk").values_list("disposition__key", "comments"))


def drafts() -> list[str]:
    return [draft.comments for draft in Draft.objects.order_by("pk")]
