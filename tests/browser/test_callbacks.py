"""An agent works off promised calls, in a browser."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from callnotes.callbacks import Promise
from callnotes.models import Callback
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact

NUMBER = "+6591234567"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bea() -> User:
    return make_agent("bea", first_name="Bea", last_name="Example")


def make_callback(agent: User, minutes: int) -> Callback:
    """Mira's callback, due so many minutes from now."""
    now = timezone.now()
    mira = make_contact("Mira Talvane", NUMBER)
    promise = Promise(now + minutes * MINUTE)
    told = {"contact": mira, "promise": promise, "now": now - 600 * MINUTE}
    note = make_note(NUMBER, "Asked for a quote.", key="schedule_later", agent=agent, **told)
    return note.callback


def said(crm: Page) -> Locator:
    return crm.locator("main").get_by_role("status")


def test_a_colleagues_overdue_call_is_taken_over_snoozed_by_keyboard_and_done_with_a_reason(crm: Page, agent, bea):
    callback = make_callback(bea, -30)
    crm.goto(f"{crm.base}/callbacks/")
    expect(crm.get_by_text("Nobody has waited too long.")).to_be_visible()
    crm.get_by_role("link", name="The team's").click()
    overdue = crm.get_by_role("region", name="Overdue")
    expect(overdue.get_by_text("overdue by 30")).to_be_visible()
    expect(overdue.get_by_text("by Bea Example")).to_be_visible()

    crm.get_by_role("button", name="Take over").click()
    expect(said(crm)).to_have_text("Taken over: Mira Talvane, +65 9123 4567 is yours to call.")
    expect(overdue.get_by_text("by Robin Agent")).to_be_visible()

    crm.get_by_role("link", name="Write a note").focus()
    crm.keyboard.press("Tab")
    crm.keyboard.press("Enter")
    crm.keyboard.press("Tab")
    expect(crm.get_by_role("button", name="10 minutes")).to_be_focused()
    crm.keyboard.press("Tab")
    crm.keyboard.press("Enter")
    expect(said(crm)).to_contain_text("Snoozed: Mira Talvane, +65 9123 4567 is due ")
    upcoming = crm.get_by_role("region", name="Upcoming")
    expect(upcoming.get_by_role("link", name="Mira Talvane")).to_be_visible()

    upcoming.locator("summary", has_text="Done").click()
    crm.get_by_label("Why is it done?").fill("Wrote an e-mail.")
    crm.keyboard.press("Enter")
    expect(said(crm)).to_have_text("Done: Mira Talvane, +65 9123 4567.")
    expect(upcoming.get_by_text("Nothing is promised for later.")).to_be_visible()
    callback.refresh_from_db()
    assert (callback.agent, callback.closed_by, callback.closing_reason) == (agent, agent, "Wrote an e-mail.")
    assert timedelta(0) < timezone.now() + 60 * MINUTE - callback.due_at < 10 * MINUTE


def test_a_call_is_not_done_without_a_reason_and_the_page_keeps_what_was_typed(crm: Page, agent):
    callback = make_callback(agent, 30)
    crm.goto(f"{crm.base}/callbacks/")
    crm.locator("summary", has_text="Done").click()
    reason = crm.get_by_label("Why is it done?")
    reason.fill("é" * 250)
    expect(reason).to_have_value("é" * 200)
    reason.fill("")
    crm.get_by_role("button", name="Done", exact=True).click()
    expect(reason).to_be_focused()
    callback.refresh_from_db()
    assert callback.closed_at is None


def test_a_call_is_snoozed_to_a_time_that_is_typed(crm: Page, agent):
    callback = make_callback(agent, 30)
    crm.goto(f"{crm.base}/callbacks/")
    crm.locator("summary", has_text="Snooze").click()
    until = timezone.localtime() + timedelta(days=3)
    crm.get_by_label("Another time").fill(f"{until:%Y-%m-%d}T16:20")
    crm.get_by_role("button", name="Snooze", exact=True).click()
    expect(said(crm)).to_contain_text(", 16:20.")
    callback.refresh_from_db()
    assert callback.due_at > timezone.now() + timedelta(days=2)


def test_what_unfolds_for_one_call_folds_away_for_another(crm: Page, agent):
    make_callback(agent, 30)
    crm.goto(f"{crm.base}/callbacks/")
    crm.locator("summary", has_text="Snooze").click()
    expect(crm.get_by_label("Another time")).to_be_visible()
    crm.locator("summary", has_text="Done").click()
    expect(crm.get_by_label("Another time")).to_be_hidden()
    expect(crm.get_by_label("Why is it done?")).to_be_visible()


def test_a_note_written_from_the_list_does_the_callback_and_leads_back(crm: Page, agent):
    make_callback(agent, -5)
    crm.goto(f"{crm.base}/callbacks/")
    crm.get_by_role("link", name="Write a note").click()
    crm.get_by_label("Completed").check()
    crm.get_by_label("Comments").fill("Sent the quote.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm).to_have_url(re.compile(r"/callbacks/"))
    expect(crm.get_by_text("Nobody has waited too long.")).to_be_visible()


def test_a_calendar_reads_the_address_that_an_agent_made_until_it_is_revoked(crm: Page, agent):
    make_callback(agent, 30)
    crm.goto(f"{crm.base}/callbacks/")
    crm.get_by_role("link", name="See yours in your own calendar.").click()
    crm.get_by_role("button", name="Make my address").click()
    address = crm.locator("code").inner_text()
    stranger = crm.context.browser.new_context()
    answered = stranger.request.get(address)
    [event] = Calendar.from_ical(answered.body()).walk("VEVENT")
    assert (answered.status, str(event["SUMMARY"])) == (200, "Call back Mira Talvane")
    crm.get_by_role("button", name="Revoke it").click()
    expect(said(crm)).to_have_text("Revoked: your address opens nothing now.")
    assert stranger.request.get(address).status == 404
    stranger.close()
