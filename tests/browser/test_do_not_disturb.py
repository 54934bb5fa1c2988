"""Do not disturb, in a browser: set by hand, shown wherever the number stands, lifted by who may, exported."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from callnotes.models import DoNotDisturb
from callnotes.tests.factories import make_note, make_peace
from contacts.tests.factories import make_contact
from desk.tests.calls import ANOTHER, NUMBER, make_missed_call
from tests.browser.test_pages import ago

PAGES = [f"/numbers/{NUMBER}/", "/contacts/1/", "/search/?q=mira", "/popup?cid=91234567", "/missed/"]


@pytest.fixture
def mira(agent: User) -> User:
    """Robin, and Mira with a number of whom a call was missed."""
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_missed_call(NUMBER, ago(1))
    return agent


def allow(person: User, *permissions: str) -> None:
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))


def ledger() -> list[tuple]:
    names = ["number", "reason", "set_by__username", "lifted_by__username", "lifting_reason"]
    return list(DoNotDisturb.objects.order_by("pk").values_list(*names))


def set_by_hand(page: Page, reason: str, until: str = "") -> None:
    page.goto(f"{page.base}/numbers/{NUMBER}/")
    page.locator("summary", has_text="Set do not disturb").click()
    page.get_by_label("Why is it not to be called?").fill(reason)
    page.get_by_label("Until").fill(until)
    page.get_by_role("button", name="Set do not disturb").click()


def test_it_is_set_by_hand_and_shown_on_every_page_with_the_number(crm: Page, mira):
    set_by_hand(crm, "Asked by letter.")
    expect(crm.get_by_role("status")).to_have_text("Do not disturb is set for +65 9123 4567.")
    for path in PAGES:
        crm.goto(crm.base + path)
        expect(crm.get_by_role("link", name="do not disturb", exact=True).first).to_be_visible()
        expect(crm.get_by_role("link", name="Call +65 9123 4567")).to_have_count(0)
    for path in (PAGES[0], PAGES[1], PAGES[3]):
        crm.goto(crm.base + path)
        bar = crm.get_by_role("region", name="Do not disturb", exact=True)
        expect(bar).to_contain_text("by Robin Agent: Asked by letter.")
        expect(bar.get_by_text("Lift")).to_have_count(0)
    assert ledger() == [(NUMBER, "Asked by letter.", "robin", None, "")]


def test_it_is_set_to_a_moment_of_the_readers_clock(crm: Page, mira):
    end = (timezone.localtime() + timedelta(days=3)).replace(second=0, microsecond=0)
    set_by_hand(crm, "On holiday.", until=f"{end:%Y-%m-%dT%H:%M}")
    expect(crm.get_by_role("region", name="Do not disturb", exact=True)).to_contain_text("; until ")
    assert DoNotDisturb.objects.get().ends_at == end


def test_it_is_set_and_lifted_by_keyboard_alone(crm: Page, mira):
    allow(mira, "lift_donotdisturb")
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    crm.locator("summary", has_text="Set do not disturb").focus()
    for key in ("Enter", "Tab"):
        crm.keyboard.press(key)
    crm.keyboard.type("Asked by letter.")
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("status")).to_be_visible()
    crm.locator("summary", has_text="Lift").focus()
    for key in ("Enter", "Tab"):
        crm.keyboard.press(key)
    crm.keyboard.type("Changed their mind.")
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("status")).to_have_text("Lifted: +65 9123 4567 may be called again.")
    assert ledger() == [(NUMBER, "Asked by letter.", "robin", "robin", "Changed their mind.")]


def test_a_note_and_its_correction_leave_it_and_who_may_lifts_it(crm: Page, mira):
    asked = make_note(NUMBER, "Wants no calls.", key="do_not_disturb", agent=mira)
    make_note(NUMBER, "Was another number.", agent=mira, corrects=asked)
    allow(mira, "lift_donotdisturb")
    crm.goto(f"{crm.base}/contacts/1/")
    crm.get_by_role("link", name="Lift do not disturb of +65 9123 4567").click()
    crm.locator("summary", has_text="Lift").click()
    crm.get_by_label("Why may it be called again?").fill("Changed their mind.")
    crm.get_by_role("button", name="Lift do not disturb").click()
    expect(crm.get_by_role("status")).to_have_text("Lifted: +65 9123 4567 may be called again.")
    expect(crm.get_by_role("link", name="Call +65 9123 4567")).to_be_visible()
    expect(crm.locator(f"#peace-{asked.do_not_disturb.pk}")).to_contain_text("Changed their mind.")
    assert ledger() == [(NUMBER, "", "robin", "robin", "Changed their mind.")]


def test_whoever_lost_the_right_meanwhile_is_told(crm: Page, mira):
    allow(mira, "lift_donotdisturb")
    make_peace(NUMBER, ago(1), "Letter.")
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    crm.locator("summary", has_text="Lift").click()
    crm.get_by_label("Why may it be called again?").fill("Changed their mind.")
    mira.user_permissions.clear()
    with crm.expect_response(lambda response: response.request.method == "POST") as refused:
        crm.get_by_role("button", name="Lift do not disturb").click()
    assert refused.value.status == 403
    expect(crm.get_by_role("heading", name="You may not do that")).to_be_visible()
    assert ledger() == [(NUMBER, "Letter.", None, None, "")]


def test_a_number_is_found_in_the_list_and_the_list_exported(crm: Page, mira, tmp_path: Path):
    allow(mira, "export_donotdisturb")
    make_peace(NUMBER, ago(1), "=1+1")
    make_peace(ANOTHER, ago(2), "Letter.")
    crm.goto(f"{crm.base}/do-not-disturb/")
    expect(crm.get_by_role("listitem")).to_have_count(2)
    crm.get_by_label("Find a number").fill("9123-4567")
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("listitem")).to_contain_text(["Mira Talvane"])
    crm.get_by_role("link", name="All numbers").click()
    with crm.expect_download() as download:
        crm.get_by_role("link", name="Export as CSV").click()
    download.value.save_as(tmp_path / "ledger.csv")
    text = (tmp_path / "ledger.csv").read_text("utf-8-sig")
    rows = [(row[0], row[1], row[4]) for row in csv.reader(io.StringIO(text, newline=""))]
    assert rows[1:] == [(f"tel:{NUMBER}", "Mira Talvane", "'=1+1"), (f"tel:{ANOTHER}", "", "Letter.")]
    assert download.value.suggested_filename == f"do-not-disturb-{timezone.localtime():%Y-%m-%d}.csv"


def test_a_timeline_is_read_kind_by_kind(crm: Page, mira):
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb", agent=mira)
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    kinds = crm.get_by_role("navigation", name="What to show")
    for kind, first in (("Calls", "Missed call"), ("Notes", "Wants no calls."), ("Do not disturb", "its note")):
        kinds.get_by_role("link", name=kind).click()
        expect(kinds.locator("[aria-current]")).to_have_text(kind)
        expect(crm.locator(".day li")).to_have_count(1)
        expect(crm.locator(".day li")).to_contain_text(first)
    kinds.get_by_role("link", name="Everything").click()
    expect(crm.locator(".day li")).to_have_count(3)
