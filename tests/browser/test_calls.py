"""An agent's work on calls, in a browser: whom to call back, what to match, whom not to disturb."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from callnotes.models import Call, CallNote, CallReason
from callnotes.tests.factories import make_note
from contacts.tests.factories import make_contact
from desk.tests.calls import ANOTHER, NUMBER, make_call, make_extension, make_missed_call

MOST_STOPS = 60


@pytest.fixture
def robin(agent: User) -> User:
    """The agent, of extension 101."""
    return make_extension(agent, "101")


def ago(**span: int) -> datetime:
    return timezone.now() - timedelta(**span)


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until the target has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {target}.")


def handled() -> list[tuple]:
    return list(Call.objects.exclude(handled_at=None).values_list("number", "handled_by__username"))


def matched() -> list[tuple]:
    return list(CallNote.objects.order_by("pk").values_list("reported_call", "matched_by"))


def test_a_missed_call_is_called_back_noted_and_gone(crm: Page, robin):
    make_contact("Mira Talvane", NUMBER)
    make_missed_call(NUMBER, ago(hours=1))
    crm.get_by_role("link", name="Missed calls", exact=True).click()
    row = crm.get_by_role("listitem").filter(has_text="Mira Talvane")
    expect(row.get_by_role("link", name="Call back")).to_have_attribute("href", f"tel:{NUMBER}")
    row.get_by_role("link", name="Write a note").click()
    crm.get_by_label("Completed").check()
    crm.get_by_label("Comments").fill("Called back.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_be_visible()
    crm.get_by_role("link", name="Missed calls", exact=True).click()
    expect(crm.get_by_text("Nobody waits for a call back.")).to_be_visible()


def test_a_number_is_taken_off_the_missed_calls(crm: Page, robin):
    make_missed_call(NUMBER, ago(hours=2))
    make_missed_call(ANOTHER, ago(hours=1))
    crm.goto(f"{crm.base}/missed/")
    crm.get_by_role("button", name="Take +65 9123 4567 off the list").click()
    expect(crm.get_by_role("status")).to_have_text("Taken off: +65 9123 4567.")
    expect(crm.get_by_role("listitem")).to_contain_text(["+65 9876 5432"])
    assert handled() == [(NUMBER, "robin")]


def test_a_number_is_taken_off_by_keyboard_alone(crm: Page, robin):
    make_missed_call(NUMBER, ago(hours=2))
    make_missed_call(ANOTHER, ago(hours=1))
    crm.goto(f"{crm.base}/missed/")
    tab_to(crm, crm.get_by_role("link", name="+65 9876 5432"))
    for name in ("Call back", "Write a note"):
        crm.keyboard.press("Tab")
        expect(crm.get_by_role("link", name=name).first).to_be_focused()
    crm.keyboard.press("Tab")
    expect(crm.get_by_role("button", name="Take +65 9876 5432 off the list")).to_be_focused()
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("status")).to_have_text("Taken off: +65 9876 5432.")
    assert handled() == [(ANOTHER, "robin")]


def test_a_list_that_a_colleague_worked_meanwhile_says_so(crm: Page, robin):
    make_missed_call(NUMBER, ago(hours=1))
    crm.goto(f"{crm.base}/missed/")
    expect(crm.get_by_role("button", name="Take +65 9123 4567 off the list")).to_be_visible()
    Call.objects.update(handled_at=timezone.now())
    crm.get_by_role("button", name="Take +65 9123 4567 off the list").click()
    expect(crm.get_by_role("status")).to_have_text("+65 9123 4567 was taken off before.")
    assert handled() == [(NUMBER, None)]


@pytest.mark.parametrize("button", ["It is this note", "It is this call"])
def test_a_call_and_a_note_are_matched_by_one_click(crm: Page, robin, button):
    call = make_call(NUMBER, ago(hours=3), extension="101")
    make_note(NUMBER, "Asked for a quote.", agent=robin, now=ago(hours=1))
    crm.get_by_role("link", name="Without a note").click()
    crm.get_by_role("button", name=button).click()
    expect(crm.get_by_role("status")).to_have_text("Matched.")
    expect(crm.get_by_text("None in the last 14 days.")).to_have_count(2)
    assert matched() == [(call.pk, "hand")]


def test_a_call_and_a_note_are_matched_by_keyboard_alone(crm: Page, robin):
    call = make_call(NUMBER, ago(hours=3), extension="101")
    make_note(NUMBER, "Asked for a quote.", agent=robin, now=ago(hours=1))
    crm.goto(f"{crm.base}/unmatched/")
    tab_to(crm, crm.get_by_role("button", name="It is this call"))
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("status")).to_have_text("Matched.")
    assert matched() == [(call.pk, "hand")]


def test_a_note_is_said_to_be_of_no_call(crm: Page, robin):
    make_call(NUMBER, ago(hours=3), extension="101")
    make_note(NUMBER, "Asked for a quote.", agent=robin, now=ago(hours=1))
    crm.goto(f"{crm.base}/unmatched/")
    crm.get_by_role("button", name="It is of no call").click()
    expect(crm.get_by_role("status")).to_have_text("Noted: that note is of none of the reported calls.")
    expect(crm.get_by_role("button", name="It is this note")).to_have_count(0)
    assert matched() == [(None, "hand")]


def test_a_call_that_needs_no_note_is_gone_by_one_click(crm: Page, robin):
    call = make_call("", ago(hours=3), extension="101")
    crm.goto(f"{crm.base}/unmatched/")
    crm.get_by_role("button", name="It needs no note").click()
    expect(crm.get_by_role("status")).to_have_text("Noted: that call needs no note.")
    expect(crm.get_by_text("None in the last 14 days.")).to_have_count(2)
    assert list(Call.objects.values_list("pk", "note_waived_by__username")) == [(call.pk, "robin")]


def test_the_popup_says_that_missed_calls_of_the_number_wait(crm: Page, robin):
    make_missed_call(NUMBER, ago(hours=2))
    make_missed_call(NUMBER, ago(hours=1))
    crm.goto(f"{crm.base}/popup?cid=91234567")
    expect(crm.get_by_text("2 missed calls, last")).to_be_visible()


def test_the_calls_of_a_colleague_are_found_among_everybodys(crm: Page, robin):
    make_call(NUMBER, ago(hours=3), extension="102")
    crm.goto(f"{crm.base}/unmatched/")
    expect(crm.get_by_role("link", name="+65 9123 4567", exact=True)).to_have_count(0)
    crm.get_by_role("link", name="Everybody's").click()
    expect(crm.get_by_role("link", name="+65 9123 4567", exact=True)).to_be_visible()
    expect(crm.get_by_text("extension 102")).to_be_visible()


def test_a_calls_note_is_written_hours_later_and_stands_with_the_call(crm: Page, robin):
    call = make_call(NUMBER, ago(hours=5), extension="101")
    crm.goto(f"{crm.base}/unmatched/")
    crm.get_by_role("link", name="Write its note").click()
    expect(crm.get_by_text("This note is of the call of")).to_be_visible()
    crm.get_by_label("Completed").check()
    crm.get_by_label("Comments").fill("Asked for a quote.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_have_text("Saved: Completed, +65 9123 4567.")
    expect(crm.get_by_role("heading", level=1)).to_have_text("Calls and notes that did not meet")
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    expect(crm.locator(f"#call-{call.pk}")).to_contain_text("Asked for a quote.")
    assert matched() == [(call.pk, "hand")]


def test_going_back_from_a_calls_note_and_saving_other_words_corrects_it(crm: Page, robin):
    call = make_call(NUMBER, ago(hours=5), extension="101")
    crm.goto(f"{crm.base}/popup?cid=91234567&call={call.pk}")
    for words in ("Asked for a quote.", "Asked for two quotes."):
        crm.get_by_label("Completed").check()
        crm.get_by_label("Comments").fill(words)
        crm.get_by_role("button", name="Save note").click()
        expect(crm.locator(f"#call-{call.pk}")).to_contain_text(words)
        crm.go_back()
        expect(crm.get_by_label("Comments")).to_be_visible()
    first, second = CallNote.objects.order_by("pk")
    assert (first.corrects, second.corrects) == (None, first)
    assert matched() == [(call.pk, "hand"), (call.pk, "hand")]


def test_a_number_that_asked_for_peace_is_called_with_a_reason(crm: Page, robin):
    make_note(NUMBER, "Wants no calls.", key="do_not_disturb")
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    expect(crm.get_by_role("link", name="Call +65 9123 4567")).to_have_count(0)
    crm.get_by_role("link", name="do not disturb", exact=True).click()
    expect(crm.get_by_label("Why do you call all the same?")).to_be_focused()
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("alert")).to_have_text("This field is required.")
    crm.get_by_label("Why do you call all the same?").fill("A recall of the product.")
    crm.keyboard.press("Enter")
    expect(crm.get_by_text("Your reason is kept: A recall of the product.")).to_be_visible()
    expect(crm.get_by_role("link", name="Call now")).to_have_attribute("href", f"tel:{NUMBER}")
    kept = CallReason.objects.values_list("number", "agent__username", "reason")
    assert list(kept) == [(NUMBER, "robin", "A recall of the product.")]


def test_a_click_calls_in_the_web_client_beside_the_page(crm: Page, robin, settings):
    settings.THREECX_WEBCLIENT_URL = f"{crm.base}/webclient"
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    with crm.expect_popup() as beside:
        crm.get_by_role("link", name="Call +65 9123 4567").click()
    assert beside.value.url == f"{crm.base}/webclient/#/call?phone=%2B6591234567"
    assert crm.url == f"{crm.base}/numbers/{NUMBER}/"
