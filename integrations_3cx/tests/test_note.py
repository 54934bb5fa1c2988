"""A note records what came of a call, word for word."""

import pytest
import time_machine
from django.utils import timezone

from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import disposition
from contacts.tests.factories import make_contact
from integrations_3cx import wire
from integrations_3cx.tests.asking import INSERTED, NUMBER, NUMBER_UNKNOWN, PATH, answer, ask, note, refused
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db


def stored() -> list[tuple[str, str, str]]:
    """Number, disposition and comments of each note."""
    return list(CallNote.objects.order_by("pk").values_list("number", "disposition__key", "comments"))


def test_a_note_holds_everything_that_is_known_of_the_call(client):
    contact = make_contact("Ada Example", NUMBER)
    token, key = make_token("Main 3CX")
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert answer(note(client, key, comments="Asked for a quote.", call_id="call-7")) == INSERTED
    assert list(CallNote.objects.values()) == [
        {
            "id": CallNote.objects.get().pk,
            "number": NUMBER,
            "contact_id": contact.pk,
            "contact_name": "Ada Example",
            "disposition_id": disposition("completed").pk,
            "disposition_label": "Completed",
            "comments": "Asked for a quote.",
            "agent_id": None,
            "source": "3cx",
            "token": f"Main 3CX ({token.prefix}…)",
            "reported_call_id": None,
            "matched_by": "",
            "call_id": "call-7",
            "submission": None,
            "corrects_id": None,
            "redacted_at": None,
            "redacted_by_id": None,
            "opened_at": None,
            "created_at": now,
            "first_written_at": now,
        }
    ]


@pytest.mark.parametrize(
    ("status", "stored_as"),
    [
        ("No Answer", "no_answer"),
        ("no answer", "no_answer"),
        ("NO_ANSWER", "no_answer"),
        ("No-Answer", "no_answer"),
        ("noanswer", "no_answer"),
        (" No  Answer ", "no_answer"),
        ("Schedule Later", "schedule_later"),
        ("schedule_later", "schedule_later"),
        ("Scheduled Later", "schedule_later"),
        ("SCHEDULED-LATER", "schedule_later"),
        ("scheduledlater", "schedule_later"),
        ("Do not Disturb", "do_not_disturb"),
        ("Do Not Disturb", "do_not_disturb"),
        ("do-not-disturb", "do_not_disturb"),
        ("Completed", "completed"),
        ("COMPLETED", "completed"),
        ("completed\n", "completed"),
        ("Ｃｏｍｐｌｅｔｅｄ", "completed"),
    ],
)
def test_a_status_may_be_written_in_any_case_and_spacing(client, status, stored_as):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, status=status)) == INSERTED
    assert stored() == [(NUMBER, stored_as, "Asked for a quote.")]


@pytest.mark.parametrize("status", ["Wrong Number", "wrong_number", "WRONG-NUMBER"])
def test_a_disposition_that_the_back_office_added_is_a_status(client, status):
    Disposition.objects.create(key="wrong_number", label="Wrong Number")
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, status=status)) == INSERTED
    assert stored() == [(NUMBER, "wrong_number", "Asked for a quote.")]


def test_a_disposition_that_the_back_office_took_away_is_no_status(client):
    Disposition.objects.create(key="wrong_number", label="Wrong Number", is_active=False)
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, status="Wrong Number")) == refused(
        400,
        0,
        "status_unknown",
        "'Wrong Number' is no status; send one of: No Answer, Schedule Later, Do not Disturb, Completed.",
    )
    assert stored() == []


def test_the_statuses_of_the_contract_stay_where_agents_are_no_longer_offered_them(client):
    Disposition.objects.update(is_active=False)
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, status="Schedule Later")) == INSERTED
    assert stored() == [(NUMBER, "schedule_later", "Asked for a quote.")]


@pytest.mark.parametrize(
    "comments",
    [
        "你好, señora – naïve café ☎️ 👩‍💻",
        "  blanks around  ",
        "two\nlines\r\nand\ttabs",
        "<script>alert(1)</script> & \"quotes\" 'too' \\ %00 %s {0}",
        "'; DROP TABLE callnotes_callnote; --",
        "e\u0301 is not \u00e9",
        "\u202eright to left\u202c \ufeff",
        "x" * 10_000,
        "👩" * 10_000,
    ],
    ids=["scripts", "blanks", "lines", "markup", "sql", "combining", "invisible", "10,000", "10,000 astral"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_comments_are_stored_to_the_letter(client, method, comments):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    response = getattr(client, method)(PATH, {"cid": NUMBER, "status": "Completed", "comments": comments, "token": key})
    assert answer(response) == INSERTED
    assert stored() == [(NUMBER, "completed", comments)]


def test_comments_may_be_empty_for_no_answer(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, status="No Answer", comments="")) == INSERTED
    assert stored() == [(NUMBER, "no_answer", "")]


@pytest.mark.parametrize("cid", ["91234567", " 6591234567", "tel:+65-9123-4567", "sip:006591234567@pbx.example.com"])
def test_a_note_is_about_the_canonical_number(client, cid):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key, cid=cid)) == INSERTED
    assert stored() == [(NUMBER, "completed", "Asked for a quote.")]


def test_a_note_may_be_about_a_short_number(client):
    make_contact("Ada Example", "123")
    _, key = make_token()
    assert answer(note(client, key, cid="123")) == INSERTED
    assert stored() == [("123", "completed", "Asked for a quote.")]


def test_a_note_about_a_number_that_two_contacts_share_is_of_neither(client):
    make_contact("Ada Example", NUMBER)
    make_contact("Ben Example", NUMBER)
    _, key = make_token()
    assert answer(note(client, key)) == INSERTED
    assert list(CallNote.objects.values_list("number", "contact", "contact_name")) == [(NUMBER, None, "")]


@pytest.mark.parametrize("cid", ["+6591234567", "anonymous", "private", " ", "9" * 5000, "ada", "999"])
def test_a_note_for_a_number_that_is_no_contacts_is_not_inserted(client, cid):
    make_contact("Ada Example", "+6561234567")
    _, key = make_token()
    assert answer(note(client, key, cid=cid)) == refused(404, 0, "number_unknown", NUMBER_UNKNOWN)
    assert stored() == []


def test_a_note_for_an_archived_contact_is_not_inserted(client):
    make_contact("Ada Example", NUMBER, archived_at=timezone.now())
    _, key = make_token()
    assert answer(note(client, key)) == refused(404, 0, "number_unknown", NUMBER_UNKNOWN)
    assert stored() == []


def test_without_a_key_of_its_own_every_request_is_a_record(client):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    assert [answer(note(client, key)) for _ in range(3)] == [INSERTED] * 3
    assert stored() == [(NUMBER, "completed", "Asked for a quote.")] * 3


@pytest.mark.parametrize("idempotency", [{}, {"HTTP_IDEMPOTENCY_KEY": "call-7"}], ids=["without a key", "with a key"])
def test_head_never_inserts(client, idempotency):
    make_contact("Ada Example", NUMBER)
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key}
    assert answer(client.head(PATH, parameters, **idempotency)) == (200, "")
    assert stored() == []
    assert answer(ask(client, extra=idempotency, **parameters)) == INSERTED
    assert stored() == [(NUMBER, "completed", "Asked.")]


def test_head_tells_where_a_note_would_be_refused(client):
    _, key = make_token()
    parameters = {"cid": NUMBER, "status": "Completed", "comments": "Asked.", "token": key}
    assert answer(client.head(PATH, parameters)) == (404, "")


def test_every_call_id_that_may_be_sent_can_be_stored():
    assert CallNote._meta.get_field("call_id").max_length == wire.CALL_ID_MAX_LENGTH
