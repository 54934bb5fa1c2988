"""The pop-up by keyboard, with its times, its drafts and its colleagues."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from callnotes.models import Callback, CallNote, DoNotDisturb, Draft
from callnotes.tests.factories import make_agent, make_disposition, make_note
from contacts.tests.factories import make_contact
from tests.browser.conftest import PASSWORD, ready, sign_in

NUMBER = "+6591234567"
POPUP = "/popup?cid=91234567"


@pytest.fixture
def popup(crm: Page, agent) -> Page:
    crm.goto(crm.base + POPUP)
    return ready(crm)


@pytest.fixture
def linnea(browser: Browser, live_server, agent) -> Page:
    """A colleague's browser."""
    make_agent("linnea", first_name="Linnea", last_name="Fenquist")
    page = browser.new_context().new_page()
    page.base = live_server.url
    sign_in(page, "linnea")
    yield page
    page.context.close()


def stored() -> list[tuple]:
    return list(CallNote.objects.order_by("pk").values_list("disposition__key", "comments", "agent__username"))


def kept(page: Page) -> None:
    expect(page.locator("[data-kept]")).to_have_text("Kept as a draft")


def is_saved(page: Page) -> None:
    expect(page.get_by_role("status")).to_contain_text("Saved:")


def test_a_note_is_written_chosen_and_saved_without_leaving_the_comments(popup: Page):
    expect(popup.get_by_label("Comments")).to_be_focused()
    popup.keyboard.type("Asked for 4 quotes.")
    popup.keyboard.press("Alt+4")
    expect(popup.get_by_label("Comments")).to_be_focused()
    popup.keyboard.type(" Two by 9:30.")
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    assert stored() == [("completed", "Asked for 4 quotes. Two by 9:30.", "robin")]


@pytest.mark.parametrize(("key", "chosen"), [("1", "No Answer"), ("2", "Schedule Later"), ("3", "Do not Disturb")])
def test_outside_the_words_a_digit_alone_chooses_and_a_letter_leads_back_to_them(popup: Page, key, chosen):
    popup.keyboard.press("Shift+Tab")
    popup.keyboard.press("4")
    popup.keyboard.press(key)
    expect(popup.get_by_label(chosen)).to_be_checked()
    popup.keyboard.type("Asked for 2.")
    expect(popup.get_by_label("Comments")).to_have_value("Asked for 2.")


def test_among_the_times_a_digit_chooses_the_time(popup: Page):
    popup.keyboard.press("Alt+2")
    popup.keyboard.press("Tab")
    popup.keyboard.press("1")
    expect(popup.get_by_label("In 1 hour")).to_be_checked()
    expect(popup.get_by_label("Schedule Later")).to_be_checked()


def test_whoever_comes_back_to_words_goes_on_behind_them(popup: Page):
    popup.keyboard.type("Asked for")
    kept(popup)
    popup.reload()
    ready(popup).keyboard.type(" a quote.")
    expect(popup.get_by_label("Comments")).to_have_value("Asked for a quote.")


def test_a_save_that_is_still_under_way_is_not_left_without_a_question(popup: Page):
    popup.keyboard.type("Asked for a quote.")
    popup.keyboard.press("Alt+4")
    popup.context.set_offline(True)
    popup.keyboard.press("Control+Enter")
    expect(popup.locator("[data-kept]")).to_contain_text("Trying again")
    asked = []
    popup.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    popup.close(run_before_unload=True)
    expect(popup.get_by_label("Comments")).to_be_visible()
    popup.context.set_offline(False)
    is_saved(popup)
    assert asked == ["beforeunload"]


def test_a_note_is_taken_back_by_a_key(popup: Page):
    popup.keyboard.type("Asked for a quote.")
    popup.keyboard.press("Alt+4")
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    popup.keyboard.press("Control+z")
    expect(popup.get_by_label("Comments")).to_have_value("Asked for a quote.")
    assert CallNote.objects.count() == 0


def test_a_reminder_that_is_put_aside_stays_away(crm: Page, agent):
    make_note(NUMBER, "In a meeting.", key="schedule_later", agent=agent)
    Callback.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    crm.goto(f"{crm.base}/missed/")
    crm.locator(".reminder").get_by_role("button", name="Not now").click()
    expect(crm.locator(".reminder")).to_be_hidden()
    with crm.expect_response("**/now/**"):
        crm.reload()
    expect(crm.get_by_role("link", name="1 callback due")).to_be_visible()
    expect(crm.locator(".reminder")).to_be_hidden()


def test_a_digit_beyond_the_dispositions_chooses_nothing(popup: Page):
    popup.keyboard.press("Alt+9")
    popup.keyboard.type("x")
    assert popup.locator("[name=disposition]:checked").count() == 0


def test_a_time_is_asked_for_only_where_the_disposition_asks_for_it(popup: Page):
    when = popup.get_by_role("group", name="When to call back?")
    expect(when).to_be_hidden()
    popup.keyboard.press("Alt+2")
    expect(when).to_be_visible()
    popup.keyboard.press("Alt+4")
    expect(when).to_be_hidden()


def test_a_callback_is_promised_by_a_quick_choice(popup: Page, agent):
    popup.keyboard.type("In a meeting.")
    popup.keyboard.press("Alt+2")
    popup.get_by_text("Tomorrow").click()
    popup.get_by_label("Anyone of the team").check()
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    [callback] = Callback.objects.all()
    tomorrow = timezone.localdate() + timedelta(days=1)
    due = timezone.localtime(callback.due_at)
    assert (due.date(), due.hour, due.minute, callback.agent, callback.is_time_given) == (tomorrow, 9, 0, None, True)


def test_a_callback_is_promised_at_a_time_that_is_picked(popup: Page, agent):
    popup.keyboard.type("In a meeting.")
    popup.keyboard.press("Alt+2")
    expect(popup.get_by_label("Day and time")).to_be_hidden()
    popup.get_by_label("Another time").check()
    later = timezone.localtime() + timedelta(days=20)
    popup.get_by_label("Day and time").fill(f"{later:%Y-%m-%dT%H:%M}")
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    [callback] = Callback.objects.all()
    assert (callback.due_at, callback.agent) == (later.replace(second=0, microsecond=0), agent)


def test_a_promise_without_a_time_is_asked_about_and_every_word_stays(popup: Page):
    popup.keyboard.type("In a meeting.")
    popup.keyboard.press("Alt+2")
    popup.keyboard.press("Control+Enter")
    expect(popup.get_by_text("Choose when to call back.")).to_be_visible()
    expect(popup.get_by_label("Comments")).to_have_value("In a meeting.")
    popup.get_by_label("No time given").check()
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    [callback] = Callback.objects.all()
    assert callback.is_time_given is False


def test_a_saved_note_is_undone_with_all_that_it_brought_about(crm: Page, agent):
    crm.goto(crm.base + POPUP)
    ready(crm).keyboard.type("Wants no calls.")
    crm.keyboard.press("Alt+3")
    crm.keyboard.press("Control+Enter")
    is_saved(crm)
    crm.get_by_role("button", name="Undo").click()
    expect(crm.get_by_label("Comments")).to_have_value("Wants no calls.")
    expect(crm.get_by_label("Do not Disturb")).to_be_checked()
    assert (CallNote.objects.count(), DoNotDisturb.objects.count(), Draft.objects.count()) == (0, 0, 1)
    crm.keyboard.press("Alt+4")
    crm.keyboard.press("Control+Enter")
    is_saved(crm)
    assert stored() == [("completed", "Wants no calls.", "robin")]
    assert (DoNotDisturb.objects.count(), Draft.objects.count()) == (0, 0)


def test_undo_is_offered_for_ten_seconds(crm: Page, agent):
    crm.clock.install()
    crm.goto(crm.base + POPUP)
    ready(crm).keyboard.type("Asked for a quote.")
    crm.keyboard.press("Alt+4")
    crm.keyboard.press("Control+Enter")
    expect(crm.get_by_role("button", name="Undo")).to_be_visible()
    crm.clock.run_for(10_000)
    expect(crm.get_by_role("button", name="Undo")).to_be_hidden()
    is_saved(crm)


AT_THE_MIDDLE = """element => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


def test_nothing_covers_the_comments_nor_what_is_chosen_however_many_choices_there_are(crm: Page, agent):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors", email="mira@example.com")
    for number in range(9):
        make_disposition(f"more_{number}", f"More {number}", position=200 + number)
    for number in range(8):
        make_note(NUMBER, f"Asked to be taken off the list, {number}. " * 4, key="do_not_disturb", agent=agent)
    crm.set_viewport_size({"width": 1366, "height": 768})
    crm.goto(crm.base + POPUP)
    ready(crm)
    assert crm.get_by_label("Comments").evaluate(AT_THE_MIDDLE)
    for digit in range(1, 10):
        crm.keyboard.press(f"Alt+{digit}")
        assert crm.locator("label.choice:has(:checked)").evaluate(AT_THE_MIDDLE), digit


def test_an_unfinished_wrap_up_waits_on_the_start_page_and_is_finished_there(popup: Page):
    make_contact("Mira Talvane", NUMBER)
    popup.keyboard.type("Asked for a quote.")
    kept(popup)
    popup.goto(f"{popup.base}/")
    section = popup.get_by_role("region", name="Unfinished wrap-ups")
    expect(section).to_contain_text("Mira Talvane")
    expect(section).to_contain_text("Asked for a quote.")
    section.get_by_role("link", name="Finish").click()
    ready(popup).keyboard.press("Alt+4")
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    popup.goto(f"{popup.base}/")
    expect(popup.get_by_role("region", name="Unfinished wrap-ups")).to_be_hidden()
    assert stored() == [("completed", "Asked for a quote.", "robin")]


def test_a_wrap_up_that_was_left_for_long_is_offered_beside_a_new_one(popup: Page):
    popup.keyboard.type("Asked for a quote.")
    kept(popup)
    Draft.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    popup.goto(popup.base + POPUP)
    expect(popup.get_by_label("Comments")).to_have_value("")
    popup.get_by_role("link", name="Finish that one").click()
    expect(popup.get_by_label("Comments")).to_have_value("Asked for a quote.")


def test_the_header_of_every_page_tells_of_unfinished_wrap_ups(popup: Page):
    popup.keyboard.type("Asked for a quote.")
    kept(popup)
    popup.goto(f"{popup.base}/missed/")
    expect(popup.get_by_role("link", name="1 unfinished wrap-up")).to_be_visible()


def test_a_wrap_up_that_is_discarded_is_gone(popup: Page):
    popup.keyboard.type("Asked for a quote.")
    kept(popup)
    popup.reload()
    popup.get_by_role("button", name="Discard it").click()
    expect(popup.get_by_role("status")).to_have_text("Discarded.")
    popup.goto(popup.base + POPUP)
    expect(popup.get_by_label("Comments")).to_have_value("")
    assert Draft.objects.count() == 0


def test_two_windows_of_one_wrap_up_lose_no_word_of_either(popup: Page):
    popup.keyboard.type("First window.")
    kept(popup)
    second = popup.context.new_page()
    second.goto(popup.base + POPUP)
    second.get_by_label("Comments").fill("Second window.")
    kept(second)
    popup.get_by_label("Comments").fill("First window, and more.")
    kept(popup)
    drafts = Draft.objects.values_list("fields__comments", flat=True).order_by("pk")
    assert list(drafts) == ["Second window.", "First window, and more."]


def test_when_a_colleague_saves_first_one_is_told_within_seconds_and_keeps_ones_words(popup: Page, linnea: Page):
    popup.keyboard.type("She asked for")
    linnea.goto(linnea.base + POPUP)
    ready(linnea).keyboard.type("Asked for a quote.")
    linnea.keyboard.press("Alt+4")
    linnea.keyboard.press("Control+Enter")
    is_saved(linnea)
    expect(popup.get_by_text("Handled by Linnea Fenquist")).to_be_visible()
    expect(popup.locator(".handled")).to_contain_text("Asked for a quote.")
    expect(popup.get_by_label("Comments")).to_have_value("She asked for")
    expect(popup.get_by_label("Comments")).to_be_focused()


def test_a_note_that_was_there_before_the_page_was_opened_handles_nothing(crm: Page, agent):
    make_note(NUMBER, agent=make_agent("linnea"), now=timezone.now() - timedelta(minutes=1))
    with crm.expect_response("**/popup/handled/**") as asked:
        crm.goto(crm.base + POPUP)
    assert asked.value.status == 204


def test_whoever_was_signed_out_and_in_again_elsewhere_saves_without_a_question(popup: Page, agent):
    popup.keyboard.type("Asked for a quote.")
    popup.keyboard.press("Alt+4")
    popup.context.clear_cookies(name="sessionid")
    elsewhere = popup.context.new_page()
    elsewhere.base = popup.base
    sign_in(elsewhere, "robin")
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    assert stored() == [("completed", "Asked for a quote.", "robin")]


def test_a_wrong_password_is_told_in_place_and_loses_nothing(popup: Page):
    popup.keyboard.type("Asked for a quote.")
    popup.keyboard.press("Alt+4")
    popup.context.clear_cookies(name="sessionid")
    popup.keyboard.press("Control+Enter")
    popup.get_by_label("Password").fill("not the password")
    popup.keyboard.press("Enter")
    expect(popup.get_by_role("dialog").get_by_role("alert")).to_contain_text("enter a correct username and password")
    popup.get_by_label("Password").fill(PASSWORD)
    popup.keyboard.press("Enter")
    is_saved(popup)
    assert stored() == [("completed", "Asked for a quote.", "robin")]


def test_the_password_is_not_asked_for_in_the_middle_of_a_word(popup: Page):
    popup.keyboard.type("Asked for")
    popup.context.clear_cookies(name="sessionid")
    popup.keyboard.type(" a quote.")
    expect(popup.locator("[data-kept]")).to_contain_text("Your sign-in has ended")
    expect(popup.get_by_role("dialog")).to_be_hidden()
    expect(popup.get_by_label("Comments")).to_be_focused()
    popup.get_by_role("button", name="Sign in again").click()
    popup.get_by_label("Password").fill(PASSWORD)
    popup.keyboard.press("Enter")
    kept(popup)
    assert [draft.comments for draft in Draft.objects.all()] == ["Asked for a quote."]


def test_words_that_a_closed_window_left_in_the_browser_reach_the_tray_from_any_page(popup: Page):
    popup.context.set_offline(True)
    popup.keyboard.type("Asked for a quote.")
    page = popup.context.new_page()
    popup.close()
    popup.context.set_offline(False)
    # The first load sends them if it finds them already.
    page.goto(f"{popup.base}/missed/", wait_until="networkidle")
    page.reload(wait_until="networkidle")
    assert [draft.comments for draft in Draft.objects.all()] == ["Asked for a quote."]


def test_a_callback_that_falls_due_is_told_on_any_page(crm: Page, agent):
    make_contact("Mira Talvane", NUMBER)
    make_note(NUMBER, "In a meeting.", key="schedule_later", agent=agent)
    Callback.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    crm.goto(f"{crm.base}/missed/")
    expect(crm.locator(".reminder")).to_contain_text("Call back now: Mira Talvane, +65 9123 4567")
    expect(crm.get_by_role("link", name="1 callback due")).to_be_visible()


def test_words_that_are_typed_while_a_save_is_under_way_wait_as_a_correction(popup: Page):
    held = []
    is_save = re.compile(r"/popup/\?cid=")
    popup.route(is_save, lambda route: held.append(route))
    popup.keyboard.type("First.")
    popup.keyboard.press("Alt+4")
    with popup.expect_request(is_save):
        popup.keyboard.press("Control+Enter")
    popup.keyboard.type(" And more.")
    held[0].continue_()
    popup.unroute(is_save)
    is_saved(popup)
    popup.goto(f"{popup.base}/")
    section = popup.get_by_role("region", name="Unfinished wrap-ups")
    expect(section).to_contain_text("First. And more.")
    section.get_by_role("link", name="Finish").click()
    expect(popup.get_by_text("This corrects “Completed”")).to_be_visible()
    popup.keyboard.press("Control+Enter")
    is_saved(popup)
    assert stored() == [("completed", "First.", "robin"), ("completed", "First. And more.", "robin")]


def test_words_of_one_agent_are_never_saved_as_anothers_who_signs_in_meanwhile(popup: Page):
    make_agent("linnea", first_name="Linnea", last_name="Fenquist")
    popup.keyboard.type("Asked for a quote.")
    popup.keyboard.press("Alt+4")
    kept(popup)
    popup.context.clear_cookies(name="sessionid")
    elsewhere = popup.context.new_page()
    elsewhere.base = popup.base
    sign_in(elsewhere, "linnea")
    popup.keyboard.press("Control+Enter")
    popup.get_by_role("button", name="Not now").click()
    expect(popup.locator("[data-kept]")).to_contain_text("sign in again and save")
    popup.bring_to_front()
    popup.get_by_label("Comments").fill("Asked for a quote. Twenty pieces.")
    expect(popup.locator("[data-kept]")).to_contain_text("Your sign-in has ended")
    assert (stored(), [draft.agent.username for draft in Draft.objects.all()]) == ([], ["robin"])
    popup.keyboard.press("Control+Enter")
    popup.get_by_label("Password").fill(PASSWORD)
    popup.keyboard.press("Enter")
    is_saved(popup)
    assert stored() == [("completed", "Asked for a quote. Twenty pieces.", "robin")]


def test_a_browser_that_keeps_nothing_says_so_and_still_saves(crm: Page, agent):
    forbidden = "Object.defineProperty(window, '%s', {get() { throw new Error('forbidden'); }});"
    crm.add_init_script(forbidden % "localStorage" + forbidden % "sessionStorage")
    crm.goto(crm.base + POPUP)
    ready(crm).keyboard.type("Asked for a quote.")
    expect(crm.locator("[data-kept]")).to_contain_text("This browser keeps nothing")
    crm.keyboard.press("Alt+4")
    crm.keyboard.press("Control+Enter")
    is_saved(crm)
    assert stored() == [("completed", "Asked for a quote.", "robin")]
