"""Every page, in both schemes, wide and on a phone: readable by everybody, silent, and within its window."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page

from callnotes.tests.factories import make_note
from contacts.tests.factories import make_contact
from integrations_3cx.tests.factories import make_token

NUMBER = "+6591234567"
SHARED = "+6598765432"
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
BACK_OFFICE_PAGES = [
    "/admin/",
    *(f"/admin/contacts/contact/{page}" for page in ("", "?q=9123+4567", "add/", "1/change/", "1/delete/")),
    *(f"/admin/callnotes/callnote/{page}" for page in ("", "?source__exact=desk", "1/change/")),
    *(f"/admin/callnotes/disposition/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/integrations_3cx/apitoken/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/auth/user/{page}" for page in ("", "add/", "1/change/")),
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
        for violation in Axe().run(page, options=tags).response["violations"]:
            found += [f"{path}: {violation['id']}: {node['html'][:120]}" for node in violation["nodes"]]
        for name, window in WINDOWS.items():
            page.set_viewport_size(window)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{path}: wider than the window ({name})")
    return found


def test_the_agents_pages_have_no_barrier_and_fit_every_window(crm: Page, agent, data):
    make_note(NUMBER, "Asked for a quote.", agent=agent)
    assert faults(crm, AGENTS_PAGES) == []


def test_the_page_to_sign_in_has_no_barrier(crm: Page):
    assert faults(crm, ["/login/"]) == []


def test_every_page_of_the_back_office_works_and_is_silent(crm: Page, administrator, data):
    answered = {path: crm.goto(crm.base + path).status for path in BACK_OFFICE_PAGES}
    assert answered == dict.fromkeys(BACK_OFFICE_PAGES, 200)
