"""An agent's morning, in a browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from callnotes.models import CallNote
from callnotes.tests.factories import make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact
from tests.browser.conftest import ready, sign_in

NUMBER = "+6591234567"


def stored() -> list[tuple]:
    return list(
        CallNote.objects.order_by("pk").values_list(
            "number", "contact_name", "disposition__key", "comments", "agent__username"
        )
    )


def test_the_popup_asks_to_sign_in_and_then_shows_the_caller(crm: Page):
    make_agent("robin")
    make_contact("Mira Talvane", NUMBER)
    crm.goto(f"{crm.base}/popup?cid=91234567")
    expect(crm.get_by_label("Username")).to_be_focused()
    crm.keyboard.type("robin")
    crm.keyboard.press("Tab")
    crm.keyboard.type("a password of the tests")
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("heading", level=1)).to_have_text("Mira Talvane")


def test_a_note_is_saved_by_keyboard_alone(crm: Page, agent):
    make_contact("Mira Talvane", NUMBER)
    crm.goto(f"{crm.base}/popup?cid=%206591234567")
    ready(crm).keyboard.type("Asked for a quote.")
    crm.keyboard.press("Shift+Tab")
    crm.keyboard.press("Space")
    expect(crm.get_by_label("Completed")).to_be_checked()
    crm.keyboard.press("ArrowUp")
    expect(crm.get_by_label("Do not Disturb")).to_be_checked()
    crm.keyboard.press("Tab")
    crm.keyboard.press("Tab")
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("status")).to_have_text("Saved: Do not Disturb, Mira Talvane, +65 9123 4567.")
    assert stored() == [(NUMBER, "Mira Talvane", "do_not_disturb", "Asked for a quote.", "robin")]


def write(page: Page, comments: str) -> None:
    page.get_by_label("Completed").check()
    page.get_by_label("Comments").fill(comments)


def test_a_double_click_saves_once(crm: Page, agent):
    crm.goto(f"{crm.base}/popup?cid=91234567")
    write(crm, "Asked for a quote.")
    crm.get_by_role("button", name="Save note").dblclick()
    expect(crm.get_by_role("heading", name="Communication history")).to_be_visible()
    assert stored() == [(NUMBER, "", "completed", "Asked for a quote.", "robin")]


def test_a_reload_and_a_second_save_of_the_same_page_save_nothing_more(crm: Page, agent):
    crm.goto(f"{crm.base}/popup?cid=91234567")
    write(crm, "Asked for a quote.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_be_visible()
    crm.reload()
    crm.go_back()
    expect(crm.get_by_text("This corrects “Completed”")).to_be_visible()
    crm.get_by_role("button", name="Save note").click()
    expect(crm.locator(".wrapup .errors")).to_contain_text("Nothing was changed")
    assert stored() == [(NUMBER, "", "completed", "Asked for a quote.", "robin")]


def test_going_back_and_saving_other_words_corrects_the_note(crm: Page, agent):
    crm.goto(f"{crm.base}/popup?cid=%2B6591234567")
    write(crm, "Asked for a quote.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_be_visible()
    crm.go_back()
    expect(crm.get_by_text("This corrects “Completed”")).to_be_visible()
    write(crm, "Asked for two quotes.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("link", name="corrects the note of")).to_be_visible()
    first, second = CallNote.objects.order_by("pk")
    assert (first.comments, second.comments, second.corrects) == ("Asked for a quote.", "Asked for two quotes.", first)


def test_a_sign_in_that_ended_loses_no_word_where_no_script_runs_either(browser: Browser, live_server):
    make_agent("robin")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.base = live_server.url
    sign_in(page, "robin")
    page.goto(f"{page.base}/popup?cid=91234567")
    write(page, "Asked for a quote.\nTwenty pieces.")
    page.context.clear_cookies(name="sessionid")
    with page.expect_response(lambda response: response.request.method == "POST") as refused:
        page.get_by_role("button", name="Save note").click()
    assert refused.value.status == 401
    expect(page.get_by_label("What you typed")).to_have_value("Asked for a quote.\nTwenty pieces.")
    page.get_by_role("link", name="sign in").click()
    expect(page.get_by_label("Username")).to_be_visible()
    assert stored() == []


@pytest.mark.parametrize("size", [{"width": 360, "height": 640}, {"width": 1280, "height": 600}])
def test_who_calls_is_in_sight_when_the_page_opens(crm: Page, agent, size):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors", remarks="Speaks Malay.\n" * 60)
    crm.set_viewport_size(size)
    crm.goto(f"{crm.base}/popup?cid=91234567")
    expect(crm.get_by_label("Comments")).to_be_focused()
    expect(crm.get_by_role("heading", name="Mira Talvane")).to_be_in_viewport()
    write(crm, "Asked for a quote.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_be_visible()


def test_a_note_that_cannot_be_saved_keeps_every_word(crm: Page, agent):
    crm.goto(f"{crm.base}/popup?cid=91234567")
    crm.get_by_label("Comments").fill("Asked for a quote.\nTwenty pieces.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("alert")).to_have_text("Choose what came of the call.")
    expect(crm.get_by_label("Comments")).to_have_value("Asked for a quote.\nTwenty pieces.")
    assert stored() == []


def test_the_right_one_of_several_contacts_is_chosen(crm: Page, agent):
    make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", NUMBER, company="Korfield Motors")
    crm.goto(f"{crm.base}/popup?cid=91234567")
    crm.get_by_text("Tomas Ostfield").click()
    write(crm, "Asked for a quote.")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_be_visible()
    assert stored() == [(NUMBER, "Tomas Ostfield", "completed", "Asked for a quote.", "robin")]


def test_an_unknown_caller_is_added_beside_the_note_that_is_being_written(crm: Page, agent):
    crm.goto(f"{crm.base}/popup?cid=91234567")
    write(crm, "Asked for a quote.")
    with crm.expect_popup() as beside:
        crm.get_by_role("link", name="Add a contact with it").click()
    page = beside.value
    expect(page.get_by_label("Number")).to_have_value(NUMBER)
    page.get_by_label("Name").fill("Mira Talvane")
    page.get_by_role("button", name="Add contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mira Talvane")
    crm.get_by_role("button", name="Save note").click()
    expect(crm.get_by_role("status")).to_be_visible()
    assert Contact.objects.count() == 1
    assert stored() == [(NUMBER, "Mira Talvane", "completed", "Asked for a quote.", "robin")]


@pytest.mark.parametrize("text", ["talvane", "korfield", "9123 4567", "4567"])
def test_a_contact_is_found_and_its_history_read(crm: Page, agent, text):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_note(NUMBER, "Asked for a quote.")
    expect(crm.get_by_role("searchbox")).to_be_focused()
    crm.keyboard.type(text)
    crm.keyboard.press("Enter")
    crm.get_by_role("link", name="Mira Talvane").click()
    expect(crm.get_by_text("Asked for a quote.")).to_be_visible()
    crm.get_by_role("link", name="+65 9123 4567").first.click()
    expect(crm.get_by_role("heading", level=1)).to_have_text("+65 9123 4567")


def test_a_long_history_is_read_page_by_page(crm: Page, agent):
    for count in range(60):
        make_note(NUMBER, f"Note {count:02}.")
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    expect(crm.get_by_text("Note 59.")).to_be_visible()
    expect(crm.get_by_text("Note 09.")).to_be_hidden()
    crm.get_by_role("link", name="Older").click()
    expect(crm.get_by_text("Note 09.")).to_be_visible()
    crm.get_by_role("link", name="Newest").click()
    expect(crm.get_by_text("Note 59.")).to_be_visible()


def test_signing_out_closes_the_pages(crm: Page, agent):
    crm.get_by_role("button", name="Sign out").click()
    expect(crm.get_by_role("heading", name="Sign in")).to_be_visible()
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    expect(crm.get_by_role("heading", name="Sign in")).to_be_visible()
