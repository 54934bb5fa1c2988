"""An agent far from the house, in a browser: times are those of the clock on the wall there."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from callnotes.tests.factories import make_agent, make_note
from tests.browser.conftest import sign_in

NUMBER = "+6591234567"
WRITTEN_AT = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args) -> dict:
    return {**browser_context_args, "timezone_id": "America/New_York"}


def expect_times_of_new_york(page: Page) -> None:
    expect(page.get_by_role("main").get_by_role("time").first).to_have_text("Wed 14 Jan 2026, 21:30")
    expect(page.get_by_role("contentinfo")).to_contain_text("Times are in America/New_York (UTC-0")


def test_who_signs_in_elsewhere_sees_times_of_there_from_the_first_page_on(crm: Page):
    make_note(NUMBER, "Asked for a quote.", agent=make_agent("robin"), now=WRITTEN_AT)
    sign_in(crm, "robin")
    expect_times_of_new_york(crm)
    for address in ("/popup?cid=91234567", "/"):
        crm.goto(crm.base + address)
        expect_times_of_new_york(crm)


def test_the_zone_is_kept_for_a_year_for_this_site_alone(crm: Page):
    crm.goto(f"{crm.base}/login/")
    [cookie] = [cookie for cookie in crm.context.cookies() if cookie["name"] == "time_zone"]
    expires_in = datetime.fromtimestamp(cookie.pop("expires"), UTC) - datetime.now(UTC)
    assert timedelta(days=364) < expires_in <= timedelta(days=365)
    told = {name: cookie[name] for name in ("value", "domain", "path", "sameSite", "secure")}
    site = {"domain": urlsplit(crm.base).hostname, "path": "/", "sameSite": "Lax", "secure": False}
    assert told == {"value": "America/New_York"} | site


def test_a_zone_that_changed_is_told_by_the_next_page(crm: Page, agent):
    crm.context.add_cookies([{"name": "time_zone", "value": "Asia/Singapore", "url": crm.base}])
    crm.goto(crm.base)
    expect(crm.get_by_role("contentinfo")).to_contain_text("Times are in Asia/Singapore (UTC+08:00).")
    crm.reload()
    expect(crm.get_by_role("contentinfo")).to_contain_text("Times are in America/New_York (UTC-0")
