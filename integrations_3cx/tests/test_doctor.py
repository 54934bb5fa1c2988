"""Connect 3CX, try a caller: how a number is read, whom it finds, and what 3CX would be answered. Nothing is stored."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from callnotes import recording
from callnotes.models import CallNote
from callnotes.tests.factories import disposition
from contacts.tests.factories import make_contact
from contacts.tests.pages import addresses, section, table, words
from integrations_3cx import failures, last_use
from integrations_3cx.models import ApiToken
from integrations_3cx.phonebook import FIELDS
from integrations_3cx.tests.asking import NUMBER
from integrations_3cx.tests.connecting import NOON, PAGE, URL, use_template
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

EVERYTHING = ["lookup", "note", "contacts", "journal"]
PURPOSES = [
    "Call flow: is it known?",
    "Call flow, as plain text",
    "Call flow: a note",
    "CRM template: name on the phone",
    "CRM template: search in the apps",
    "CRM template: a missed call",
]
NOTE = {"cid": NUMBER, "status": "Completed", "comments": "Tried by the back office."}
MISSED = {"CallType": "Missed", "Number": NUMBER, "CallStartTimeUTC": "2030-05-06T04:00:00Z", "Duration": "00:00:00"}
CALLERS = [
    *(NUMBER, "91234567", " 6591234567", "+6598765432", "4567"),
    *("anonymous", "1-800-FLOWERS", "%CallerNumber%", " "),
]


@pytest.fixture(autouse=True)
def noon(settings):
    settings.PUBLIC_URL = URL
    with time_machine.travel(NOON, tick=False):
        yield


def examined(admin_client: Client, caller: str, token: ApiToken | None = None) -> str:
    """The section of the page that tries a caller."""
    return section(admin_client.get(PAGE, {"caller": caller, "token": token.pk if token else ""}), "doctor")


def reading(markup: str) -> tuple[str, str]:
    """The number, and the sentences below it."""
    [(number, said)] = re.findall(r"<h3>(.*?)</h3>\s*<p>(.*?)</p>", markup, re.DOTALL)
    return number, words(said)


def trials(markup: str) -> list[list[str]]:
    """The purpose, what is sent, the status and the answer of each trial; how long it took is a number."""
    rows = table(markup)
    assert [row[4] for row in rows if not re.fullmatch(r"\d+\.\d", row[4])] == []
    return [row[:4] for row in rows]


def sent_for_real(client: Client, sent: str, key: str) -> tuple[str, str]:
    """What the endpoint itself answers to what the page says that 3CX sends: status and body."""
    method, path, body = [*sent.split(" ", 2), ""][:3]
    response = client.generic(method, path, body, content_type="application/json", HTTP_X_API_KEY=key)
    return str(response.status_code), " ".join(without_key(response.content.decode()).split())


def without_key(answer: str) -> str:
    """An answer without the key of the call that it made: each database gives the next in its own way."""
    return re.sub(r'"call":\d+', '"call":…', answer)


def stored() -> dict[str, list]:
    """Every row of ours."""
    ours = [apps.get_app_config(app) for app in ("contacts", "callnotes", "integrations_3cx")]
    models = [model for app in ours for model in app.get_models()]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize(
    ("caller", "number", "read_as"),
    [
        ("+65 9123 4567", "+65 9123 4567", "with its country code"),
        ("006591234567", "+65 9123 4567", "with its country code"),
        (" 6591234567", "+65 9123 4567", "with its country code"),
        ("9123 4567", "+65 9123 4567", "as a number of SG, without a country code"),
        ("12025550123", "+1 202-555-0123", "with its country code, but without + or 00"),
        ("4567", "4567", "as a short number, which stands for itself"),
        ("999999", "999999", "as digits that are no number of SG nor of any other plan; they stand for themselves"),
        ("anonymous", "No number", "as a caller who hides the number"),
        (" ", "No number", "as a caller who hides the number"),
        ("1-800-FLOWERS", "No number", "as no number: it holds letters, or is too long"),
        ("9" * 21, "No number", "as no number: it holds letters, or is too long"),
    ],
)
def test_it_says_how_a_number_is_read(admin_client, caller, number, read_as):
    assert reading(examined(admin_client, caller)) == (number, f"Read {read_as}. It finds no active contact.")


def test_a_national_number_is_told_with_its_region(admin_client, settings):
    settings.DEFAULT_PHONE_REGION = "US"
    number, said = reading(examined(admin_client, "(202) 555-0123"))
    assert (number, said.partition(".")[0]) == ("+1 202-555-0123", "Read as a number of US, without a country code")


def test_it_finds_every_active_contact_of_a_shared_number(admin_client):
    tomas = make_contact("Tomas Ostfield", NUMBER)
    mira = make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_contact("Archie", NUMBER, archived_at=NOON)
    make_contact("Somebody else", "+6598765432")
    page = examined(admin_client, "9123 4567")
    assert reading(page)[1].partition(". ")[2] == "It finds Mira Talvane (Korfield Motors), Tomas Ostfield."
    assert addresses(page)[:2] == [f"/admin/contacts/contact/{contact.pk}/change/" for contact in (mira, tomas)]


def test_an_archived_contact_is_not_found(admin_client):
    make_contact("Archie", NUMBER, archived_at=NOON)
    assert reading(examined(admin_client, NUMBER))[1] == "Read with its country code. It finds no active contact."


def test_of_many_contacts_with_one_number_the_first_twenty_are_named(admin_client):
    for place in range(21):
        make_contact(f"Ada {place:02}", NUMBER)
    found = reading(examined(admin_client, NUMBER))[1].partition("It finds ")[2]
    assert found == f"{', '.join(f'Ada {place:02}' for place in range(20))}."


@pytest.mark.parametrize("caller", [NUMBER, "91234567", " 6591234567", "anonymous", "1-800-FLOWERS", "&cid=1#x"])
def test_a_simulated_call_opens_the_popup_by_the_same_spelling_beside_the_page(admin_client, caller):
    page = examined(admin_client, caller)
    [link] = re.findall(r'<a class="button" href="(/popup[^"]*)" target="_blank" rel="noopener">(.*?)</a>', page)
    assert link[1] == "Simulate a call: open the pop-up"
    response = admin_client.get(link[0].replace("&amp;", "&"))
    assert response.wsgi_request.GET.dict() == {"cid": caller}


def test_without_a_token_only_the_reading_is_shown(admin_client):
    make_token(scopes=EVERYTHING)
    assert "<table>" not in examined(admin_client, NUMBER)


def test_before_a_caller_is_tried_only_the_form_is_shown(admin_client):
    page = section(admin_client.get(PAGE), "doctor")
    assert (page.count("<form"), "<h3>" in page, "<table>" in page) == (1, False, False)


def test_what_3cx_would_send_and_receive_for_each_purpose(admin_client):
    mira = make_contact("Mira Talvane", NUMBER)
    token, _ = make_token(scopes=EVERYTHING)
    *rows, call = trials(examined(admin_client, NUMBER, token))
    found = {"id": str(mira.pk), "name": "Mira Talvane", "company": "", "email": ""}
    found |= {"url": f"{URL}/popup?cid=%2B6591234567"} | dict.fromkeys(FIELDS, "") | {"phone_mobile": NUMBER}
    searched = found | {"url": f"{URL}/contacts/{mira.pk}/"}
    answers = [{"success": True, "contacts": [entry]} for entry in (found, searched)]
    assert rows == [
        [PURPOSES[0], "GET /3cx/query?cid=%2B6591234567", "200", '{"success":true}'],
        [PURPOSES[1], "GET /3cx/query?cid=%2B6591234567&format=text", "200", "true"],
        [PURPOSES[2], f"POST /3cx/query {json.dumps(NOTE)}", "200", '{"success":1}'],
        [PURPOSES[3], "GET /3cx/contacts?number=%2B6591234567", "200", compact(answers[0])],
        [PURPOSES[4], "GET /3cx/contacts?search=%2B6591234567", "200", compact(answers[1])],
    ]
    assert [*call[:3], without_key(call[3])] == [
        *(PURPOSES[5], f"POST /3cx/calls {json.dumps(MISSED)}", "200", '{"success":true,"call":…}')
    ]


def compact(answer: dict) -> str:
    return json.dumps(answer, separators=(",", ":"))


RIGHTS = {
    "everything": {"scopes": EVERYTHING},
    "the call flow's": {"scopes": ["lookup", "note"]},
    "the template's": {"scopes": ["contacts", "journal"]},
    "expired": {"scopes": EVERYTHING, "expires_at": NOON - timedelta(days=1)},
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("rights", RIGHTS)
def test_each_answer_is_the_one_that_the_endpoint_gives(admin_client, client, rights, caller):
    make_contact("Mira Talvane", NUMBER, company="Korfield & <b>Söhne</b>")
    token, key = make_token(**RIGHTS[rights])
    rows = trials(examined(admin_client, caller, token))
    assert [row[0] for row in rows] == PURPOSES
    told = [(row[2], without_key(row[3])) for row in rows]
    assert told == [sent_for_real(client, row[1], key) for row in rows]


def test_without_an_address_the_answers_are_still_those_of_the_endpoints(admin_client, client, settings):
    settings.PUBLIC_URL = ""
    make_contact("Mira Talvane", NUMBER)
    token, key = make_token(scopes=EVERYTHING)
    rows = trials(examined(admin_client, NUMBER, token))
    assert [row[2] for row in rows] == ["200", "200", "200", "500", "500", "200"]
    told = [(row[2], without_key(row[3])) for row in rows]
    assert told == [sent_for_real(client, row[1], key) for row in rows]


def test_what_a_token_without_the_scope_or_out_of_force_is_answered(admin_client):
    statuses = {}
    for name, fields in RIGHTS.items():
        token, _ = make_token(name, **fields)
        statuses[name] = [row[2] for row in trials(examined(admin_client, NUMBER, token))]
    assert statuses == {
        "everything": ["200", "200", "404", "200", "200", "200"],
        "the call flow's": ["200", "200", "404", "403", "403", "403"],
        "the template's": ["403", "403", "403", "200", "200", "200"],
        "expired": ["401"] * 6,
    }


def test_a_long_answer_is_cut(admin_client):
    for place in range(20):
        make_contact(f"Ada {place:02}", NUMBER)
    token, _ = make_token(scopes=EVERYTHING)
    answers = [row[3] for row in trials(examined(admin_client, NUMBER, token))]
    assert [len(answer) for answer in answers[3:5]] == [1500, 1500]


def test_the_token_that_was_used_last_is_offered_first(admin_client, client):
    make_token("A, unused")
    _, earlier = make_token("B, used before", scopes=EVERYTHING)
    use_template(client, earlier)
    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        last, key = make_token("C, used last", scopes=EVERYTHING)
        use_template(client, key)
    assert f'<option value="{last.pk}" selected>{last}</option>' in section(admin_client.get(PAGE), "doctor")


def test_where_no_token_was_used_the_first_is_offered_and_a_revoked_one_never(admin_client):
    revoked, _ = make_token("A, revoked", revoked_at=NOON, last_used_at=NOON)
    first, _ = make_token("B, the first")
    make_token("C, the second")
    page = section(admin_client.get(PAGE), "doctor")
    assert (f'<option value="{first.pk}" selected>' in page, str(revoked) in page) == (True, False)


@pytest.mark.parametrize(
    ("caller", "said"),
    [
        ("", "This field is required."),
        ("9" * 251, "Ensure this value has at most 250 characters (it has 251)."),
        ("\0", "Null characters are not allowed."),
    ],
    ids=["empty", "too long", "a character that no number has"],
)
def test_a_caller_that_cannot_be_tried_is_told(admin_client, caller, said):
    page = examined(admin_client, caller)
    assert (said in words(page), "<h3>" in page) == (True, False)


@pytest.mark.parametrize("name", ["revoked", "unknown", "no number"])
def test_a_token_that_cannot_be_tried_is_told(admin_client, name):
    token, _ = make_token(revoked_at=NOON)
    pk = {"revoked": token.pk, "unknown": token.pk + 1, "no number": "x"}[name]
    page = section(admin_client.get(PAGE, {"caller": NUMBER, "token": pk}), "doctor")
    said = "Select a valid choice. That choice is not one of the available choices."
    assert (said in words(page), "<h3>" in page) == (True, False)


@pytest.fixture
def threads(monkeypatch) -> list[Callable[[], None]]:
    """What requests leave to threads of their own, to be run when the page has been answered."""
    left: list[Callable[[], None]] = []
    monkeypatch.setattr(last_use, "run", left.append)
    monkeypatch.setattr(failures, "schedule", lambda _seconds, write: left.append(write))
    return left


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rights", RIGHTS)
def test_an_examination_stores_nothing_and_changes_nothing(admin_client, client, threads, rights):
    make_contact("Mira Talvane", NUMBER)
    use_template(client, make_token("Template", scopes=EVERYTHING)[1])
    recording.record(NUMBER, disposition("no_answer"), "", source=CallNote.Source.DESK, now=NOON - timedelta(minutes=1))
    token, key = make_token(**RIGHTS[rights])
    run_all(threads)
    before = stored()
    rows = trials(examined(admin_client, NUMBER, token))
    run_all(threads)
    assert stored() == before
    for row in rows:
        sent_for_real(client, row[1], key)
    run_all(threads)
    assert stored() != before


def run_all(threads: list[Callable[[], None]]) -> None:
    while threads:
        threads.pop()()


def test_the_same_for_real_is_stored(admin_client, client, failures_stored_at_once):
    make_contact("Mira Talvane", NUMBER)
    token, key = make_token(scopes=["note", "contacts", "journal"])
    before = stored()
    for row in trials(examined(admin_client, NUMBER, token)):
        sent_for_real(client, row[1], key)
    changed = {name for name, rows in stored().items() if rows != before[name]}
    assert changed == {"Call", "CallNote", "FailedRequest", "ApiToken"}


@pytest.mark.parametrize("count", [1, 3])
def test_an_examination_costs_as_many_queries_however_many_have_the_number(
    admin_client, django_assert_num_queries, count
):
    for place in range(count):
        make_contact(f"Ada {place}", NUMBER)
    token, _ = make_token(scopes=["lookup", "contacts"])
    with django_assert_num_queries(35):
        assert len(trials(examined(admin_client, NUMBER, token))) == len(PURPOSES)
