"""A real Chromium (Debian's), and a witness of what no page may do."""

import os
import shutil
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from callnotes.tests.factories import make_agent

# A busy machine may be slow; what is waited for ends the waiting.
PATIENCE_MILLISECONDS = 20_000
PASSWORD = "a password of the tests"
# The first is the same without a window, in little more than half the time.
CHROMIUMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not chromium:
        missing = f"No Chromium on this machine (Debian: apt-get install {CHROMIUMS[0]}): pages are not tested."
        (pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip)(missing)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [*sandbox, "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args) -> dict:
    return {**browser_context_args, "timezone_id": "Asia/Singapore"}


@dataclass
class Witness:
    """What a page did that it should not: spoke to another host, or to the console."""

    host: str
    elsewhere: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self._requested(request.url))
        page.on("console", lambda message: self._told(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))

    def _told(self, message: str) -> None:
        # Django's page for a new user has two fields that want the cursor.
        # An answer with an error status, which a test may want, is no fault of the page.
        known = ("Autofocus processing was blocked", "responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")
        if not any(words in message for words in known):
            self.said.append(message)

    def _requested(self, url: str) -> None:
        if urlsplit(url).netloc != self.host:
            self.elsewhere.append(url)


@pytest.fixture
def crm(page: Page, live_server) -> Page:
    """A page on the running product; the test fails if it spoke to another host or to the console."""
    witness = Witness(host=urlsplit(live_server.url).netloc)
    witness.watch(page)
    page.base = live_server.url
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    yield page
    leave(page.context)
    assert (witness.elsewhere, witness.said) == ([], [])


def leave(context: BrowserContext) -> None:
    """Closes pages, and waits until the server has answered what they asked last: the database is emptied then."""
    for page in context.pages:
        page.close()
    quiet = 0
    while quiet < 3:
        quiet = 0 if is_busy() else quiet + 1
        time.sleep(0.05)


def is_busy() -> bool:
    """Whether another connection is in the middle of something. SQLite waits for its turn by itself."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone()[0] > 0


@pytest.fixture
def agent(crm: Page) -> User:
    """Robin, signed in."""
    agent = make_agent("robin", first_name="Robin", last_name="Agent")
    open_session(crm, agent)
    return agent


@pytest.fixture
def administrator(crm: Page) -> User:
    administrator = User.objects.create_superuser("avery", password=PASSWORD)
    open_session(crm, administrator)
    return administrator


def open_session(page: Page, person: User) -> None:
    """As if the person had signed in, on the start page."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": page.base}])
    page.goto(f"{page.base}/")


def ready(page: Page) -> Page:
    """A pop-up that takes keys: the cursor stands in the comments, and the script listens."""
    expect(page.get_by_label("Comments")).to_be_focused()
    page.wait_for_load_state()
    return page


def sign_in(page: Page, username: str) -> None:
    page.goto(f"{page.base}/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{page.base}/")
