"""Everything that can end a wrap-up unsaved, done on purpose, two hundred times: two hundred texts are found."""

from collections.abc import Callable

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from callnotes.models import CallNote
from callnotes.tests.factories import make_agent
from tests.browser.conftest import PASSWORD, ready, sign_in
from tests.browser.serving import Server

# Five ways to end: two hundred times on SQLite, and fifty on PostgreSQL.
TIMES = 40 if connection.vendor == "sqlite" else 10
WINDOWS_AT_ONCE = TIMES // 5


def number(count: int) -> str:
    return f"+659123{count:04}"


def words(count: int) -> str:
    return f"Asked for {count} pieces.\nNeeds them by Friday, № {count}."


def open_popup(crm: Page, count: int) -> Page:
    """The pop-up, with the cursor in its comments: a text that comes at once needs a place to go to."""
    page = crm.context.new_page()
    page.goto(f"{crm.base}/popup?cid={number(count)[1:]}")
    return ready(page)


def write(page: Page, count: int) -> None:
    """All but the last keys come at once, as from a dictation."""
    page.keyboard.insert_text(words(count)[:-4])
    page.keyboard.type(words(count)[-4:])


def save(page: Page) -> None:
    page.keyboard.press("Alt+4")
    page.keyboard.press("Control+Enter")


def found(page: Page, count: int) -> str:
    """What a pop-up shows that was opened anew; waited for, as a window's last words may still be on their way."""
    comments = page.get_by_label("Comments")
    expect(comments).to_have_value(words(count))
    text = comments.input_value()
    page.close()
    return text


def reloaded(page: Page, crm: Page, count: int) -> Page:
    page.reload()
    return page


def opened_again(page: Page, crm: Page, count: int) -> Page:
    page.close()
    return open_popup(crm, count)


@pytest.mark.parametrize("after", [reloaded, opened_again])
def test_a_window_that_ends_in_the_middle_of_a_word_loses_none(crm: Page, agent, after: Callable):
    texts = []
    for count in range(TIMES):
        page = open_popup(crm, count)
        write(page, count)
        texts.append(found(after(page, crm, count), count))
    assert texts == [words(count) for count in range(TIMES)]


def test_a_network_that_dies_loses_no_word_even_if_the_window_is_closed_meanwhile(crm: Page, agent):
    texts = []
    for count in range(TIMES):
        page = open_popup(crm, count)
        crm.context.set_offline(True)
        write(page, count)
        page.close()
        crm.context.set_offline(False)
        texts.append(found(open_popup(crm, count), count))
    assert texts == [words(count) for count in range(TIMES)]


def stored() -> list[tuple[str, str]]:
    return list(CallNote.objects.order_by("number").values_list("number", "comments"))


def all_once() -> list[tuple[str, str]]:
    return [(number(count), words(count)) for count in range(TIMES)]


@pytest.fixture
def server(transactional_db):
    server = Server()
    server.start()
    yield server
    server.kill()


def test_a_server_that_is_killed_and_started_again_gets_every_note_exactly_once(page: Page, server):
    make_agent("robin")
    page.base = server.url
    sign_in(page, "robin")
    for first in range(0, TIMES, WINDOWS_AT_ONCE):
        windows = {count: open_popup(page, count) for count in range(first, first + WINDOWS_AT_ONCE)}
        server.kill()
        for count, window in windows.items():
            write(window, count)
            save(window)
        server.start()
        for window in windows.values():
            expect(window.get_by_role("heading", name="Communication history")).to_be_visible()
            window.close()
    assert stored() == all_once()


def test_a_sign_in_that_ran_out_is_renewed_in_place_and_the_note_saved_exactly_once(crm: Page, agent):
    for count in range(TIMES):
        page = open_popup(crm, count)
        write(page, count)
        crm.context.clear_cookies(name="sessionid")
        save(page)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Communication history")).to_be_visible()
        page.close()
    assert stored() == all_once()
