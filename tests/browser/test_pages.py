"""Every page, in both schemes, wide and on a phone: readable by everybody, silent, and within its window."""

from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page

from callnotes import do_not_disturb
from callnotes.models import Call
from callnotes.tests.factories import make_note
from contacts.tests.factories import make_contact
from desk.tests.calls import make_call, make_chat, make_extension, make_missed_call
from integrations_3cx.models import FailedRequest, Scope
from integrations_3cx.tests.factories import make_token

NUMBER = "+6591234567"
SHARED = "+6598765432"
AT_PEACE = "+6591112222"
CONNECT_3CX = "/admin/integrations_3cx/apitoken/connect/"
WINDOWS = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}

AGENTS_PAGES = [
    *("/", f"/popup?cid={SHARED}", "/popup?cid=91234567", "/popup?cid=12025550123", "/popup?cid=anonymous"),
    *(
        f"/numbers/{NUMBER}/",
        "/contacts/1/",
        "/search/?q=mira",
        "/search/?q=99887766",
        "/contacts/add/?number=91234567",
    ),
]
PAGES_OF_CALLS = [
    *("/missed/", "/unmatched/", "/unmatched/?whose=everybody", f"/numbers/{NUMBER}/", "/contacts/1/"),
    *(f"/popup?cid={AT_PEACE}", f"/numbers/{AT_PEACE}/", f"/numbers/{AT_PEACE}/call/", f"/numbers/{NUMBER}/call/"),
]
BACK_OFFICE_PAGES = [
    "/admin/",
    *(f"/admin/contacts/contact/{page}" for page in ("", "?q=9123+4567", "add/", "1/change/", "1/delete/")),
    *(f"/admin/callnotes/callnote/{page}" for page in ("", "?source__exact=desk", "1/change/")),
    *(f"/admin/callnotes/disposition/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/integrations_3cx/apitoken/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/auth/user/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/callnotes/{page}/" for page in ("call", "chat", "callreason")),
    *(CONNECT_3CX, f"{CONNECT_3CX}?caller=91234567"),
]


@pytest.fixture
def data(crm) -> None:
    make_contact(
        "Mira Talvane", NUMBER, SHARED, pk=1, company="Korfield Motors", email="mira@example.com", remarks="Hi"
    )
    make_contact("Tomas Ostfield", SHARED, pk=2)
    make_contact("Wei " + "Longname" * 20, "+6590000001", pk=3, archived_at=timezone.now())
    make_note(NUMBER, "x" * 300)
    make_token()


@pytest.fixture
def calls(agent, data) -> Call:
    """Calls of every kind, with words longer than a window: with a note, without, missed, hidden; and a chat.

    Answers one that has no note.
    """
    make_contact("Wei " + "Longname" * 20, "+6590000002", "+6590000004", pk=4, company="Longcompany" * 18)
    make_extension(agent, "101")
    mine = {"extension": "101", "queue": "8" * 20}
    words = {"summary": "s" * 300, "transcript": "t" * 900, "recording_url": "https://pbx.example.com/recordings/7.wav"}
    make_note(NUMBER, "n" * 300, agent=agent, now=ago(6), reported_call=make_call(NUMBER, ago(7), **mine, **words))
    make_note(NUMBER, "n" * 300, agent=agent, now=ago(4))
    make_note(AT_PEACE, "n" * 300, agent=agent, key="do_not_disturb", now=ago(9))
    make_chat(NUMBER, ago(3), "c" * 900, visitor_name="v" * 200, email=f"{'e' * 60}@{'d' * 100}.example.com")
    for number in ("+6590000002", "", AT_PEACE):
        make_call(number, ago(8), **mine)
    for number in (NUMBER, SHARED, "+6590000001", "+6590000004", AT_PEACE):
        make_missed_call(number, ago(2), **mine)
        make_missed_call(number, ago(1))
    return make_call(NUMBER, ago(5), **mine)


def ago(hours: int) -> datetime:
    return timezone.now() - timedelta(hours=hours)


@pytest.fixture(params=["light", "dark"])
def browser_context_args(browser_context_args, request) -> dict:
    return {**browser_context_args, "color_scheme": request.param}


def faults(page: Page, paths: list[str]) -> list[str]:
    """What is wrong with pages: a status, a width over the window's, a barrier that axe finds (WCAG 2.2 AA)."""
    found = []
    tags = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    for path in paths:
        response = page.goto(page.base + path)
        if response.status != 200:
            found.append(f"{path}: {response.status}")
        for name, window in WINDOWS.items():
            page.set_viewport_size(window)
            for violation in Axe().run(page, options=tags).response["violations"]:
                found += [f"{path} ({name}): {violation['id']}: {node['html'][:120]}" for node in violation["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{path}: wider than the window ({name})")
    return found


def test_the_agents_pages_have_no_barrier_and_fit_every_window(crm: Page, agent, data):
    make_note(NUMBER, "Asked for a quote.", agent=agent)
    assert faults(crm, AGENTS_PAGES) == []


def test_the_pages_of_calls_have_no_barrier_and_fit_every_window(crm: Page, calls):
    assert faults(crm, [*PAGES_OF_CALLS, f"/popup?cid=91234567&call={calls.pk}"]) == []


def test_empty_lists_and_a_call_with_its_reason_have_no_barrier(crm: Page, agent, data):
    do_not_disturb.give_reason(AT_PEACE, agent, "r" * 200)
    make_note(AT_PEACE, "Wants no calls.", key="do_not_disturb")
    assert faults(crm, [f"/numbers/{AT_PEACE}/call/", "/missed/", "/unmatched/"]) == []


@pytest.mark.parametrize(
    ("query", "tables"),
    [("", 2), ("?caller=91234567&token={token}", 3), ("?caller=&token={token}", 2), ("?caller=anonymous", 2)],
    ids=["before", "a caller", "no caller", "a hidden one, without a token"],
)
def test_connect_3cx_has_no_barrier_and_fits_every_window(crm: Page, administrator, data, settings, query, tables):
    settings.PUBLIC_URL = f"https://{'crm.' * 12}example.com"
    token, _ = make_token("t" * 100, scopes=Scope.values, template_version=1, last_lookup_at=timezone.now())
    a_failure("m" * 500)
    assert faults(crm, [CONNECT_3CX + query.format(token=token.pk)]) == []
    assert crm.locator(".connect table").count() == tables


def a_failure(message: str) -> None:
    sort = {"path": "/3cx/contacts", "key_prefix": "dbn_abcdef", "number": "+659…67", "error": "token_invalid"}
    moments = dict.fromkeys(("first_at", "last_at"), timezone.now())
    FailedRequest.objects.create(**sort, **moments, has_valid_key=False, http_status=401, message=message, count=10**9)


def test_the_page_to_sign_in_has_no_barrier(crm: Page):
    assert faults(crm, ["/login/"]) == []


def test_every_page_of_the_back_office_works_and_is_silent(crm: Page, administrator, data):
    answered = {path: crm.goto(crm.base + path).status for path in BACK_OFFICE_PAGES}
    assert answered == dict.fromkeys(BACK_OFFICE_PAGES, 200)
