"""Every page, in both schemes, wide and on a phone: readable by everybody, silent, and within its window."""

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from callnotes import calendar_feeds, callbacks, do_not_disturb
from callnotes.callbacks import Promise
from callnotes.models import Call, Callback, CallNote, Chat, DoNotDisturb
from callnotes.tests.factories import make_agent, make_callback, make_note, make_peace
from contacts import duplicates
from contacts.acting import acting
from contacts.models import Contact
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge
from desk.tests.calls import make_call, make_chat, make_extension, make_missed_call
from integrations_3cx.models import FailedRequest, Scope
from integrations_3cx.tests.factories import make_token
from people.tests.factories import code_of, make_app, make_staff
from privacy import retention
from tests.browser.conftest import PASSWORD

# How a page looks does not depend on the database: seen once.
pytestmark = pytest.mark.once

NUMBER = "+6591234567"
SHARED = "+6598765432"
AT_PEACE = "+6591112222"
CONNECT_3CX = "/admin/integrations_3cx/apitoken/connect/"
WINDOWS = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
# What axe looks for: all of WCAG 2.2 AA, and in the dark again what colours decide.
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "dark": ["color-contrast", "link-in-text-block"],
}
# Colours change at once with the scheme, not by and by.
AT_ONCE = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { transition: none !important }");
    document.adoptedStyleSheets = [style];
}"""

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
PAGES_OF_CALLBACKS = [
    "/callbacks/",
    *(f"/callbacks/?whose=team{when}" for when in ("", "&when=overdue", "&when=upcoming")),
]
PAGES_OF_REPORTS = [
    *(
        f"/reports/{page}?period=this-month"
        for page in ("", "hours/", "agents/", "queues/", "notes/", "calls/", "callbacks/")
    ),
    *(
        "/reports/?since=2020-01-01&until=2020-12-31",
        "/reports/?since=2026-03-11&until=2026-03-10",
        "/reports/?queue=88888888888888888888",
    ),
    *("/reports/calls/?since=2020-01-01", "/admin/"),
]
PAGES_OF_TIMELINES = [
    *(
        f"/numbers/{NUMBER}/{query}"
        for query in ("", "?kind=call", "?kind=callback", "?kind=peace", "?before=1-note-1")
    ),
    *(f"/numbers/{AT_PEACE}/", "/contacts/1/", f"/popup?cid={AT_PEACE}", f"/popup?cid={NUMBER}"),
    *("/do-not-disturb/", "/do-not-disturb/?number=hello", "/do-not-disturb/?number=1234567"),
    "/do-not-disturb/?before=1-peace-1",
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


def faults(page: Page, paths: list[str]) -> list[str]:
    """What is wrong with pages: a status, a width over the window's, a barrier that axe finds (WCAG 2.2 AA)."""
    found = []
    for path in paths:
        response = page.goto(page.base + path)
        if response.status != 200:
            found.append(f"{path}: {response.status}")
        found += faults_in_sight(page, path)
    return found


def faults_in_sight(page: Page, state: str) -> list[str]:
    """What is wrong with a page as it stands, in every window and in both schemes."""
    found = []
    page.evaluate(AXE_SCRIPT)
    page.evaluate(AT_ONCE)
    for name, window in WINDOWS.items():
        page.set_viewport_size(window)
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme)
            seen = f"{state} ({name}, {scheme})"
            # Preloading would put style sheets into the page, which our policy forbids.
            options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
            for violation in page.evaluate("options => axe.run(options)", options)["violations"]:
                found += [f"{seen}: {violation['id']}: {node['html'][:120]}" for node in violation["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{state}: wider than the window ({name})")
    return found


def test_the_agents_pages_have_no_barrier_and_fit_every_window(crm: Page, agent, data):
    make_note(NUMBER, "Asked for a quote.", agent=agent)
    assert faults(crm, AGENTS_PAGES) == []


def test_the_pages_of_calls_have_no_barrier_and_fit_every_window(crm: Page, calls):
    assert faults(crm, [*PAGES_OF_CALLS, f"/popup?cid=91234567&call={calls.pk}"]) == []


@pytest.fixture
def promises(agent, data) -> None:
    """Callbacks of every kind, with words longer than a window: overdue, upcoming, anyone's, of several zones."""
    make_contact("Wei " + "Longname" * 20, "+12025550123", pk=4, company="Longcompany" * 18)
    bea = make_agent("bea", first_name="B" * 100, last_name="E" * 100)
    callers = {NUMBER: agent, "+12025550123": bea, SHARED: None, AT_PEACE: agent}
    for place, (number, caller) in enumerate(callers.items()):
        promise = Promise(ago(3 - 2 * place) if caller else None, by_anyone=caller is None)
        told = {"key": "schedule_later", "agent": caller or agent, "promise": promise, "now": ago(place)}
        make_note(number, "n" * 300, **told)
    do_not_disturb.put(AT_PEACE, bea, "Asked for it.")


def test_the_callbacks_have_no_barrier_and_fit_every_window_also_unfolded(crm: Page, promises):
    assert faults(crm, PAGES_OF_CALLBACKS) == []
    crm.goto(f"{crm.base}/callbacks/?whose=team")
    assert crm.locator(".callback").count() == 4
    for button in ("Snooze", "Done"):
        crm.locator("summary", has_text=button).first.click()
        assert faults_in_sight(crm, f"unfolded: {button}") == []


def test_the_calendar_has_no_barrier_before_and_after_it_has_an_address(crm: Page, agent):
    assert faults(crm, ["/callbacks/", "/callbacks/calendar/"]) == []
    crm.get_by_role("button", name="Make my address").click()
    assert crm.locator("code").count() == 1
    assert faults_in_sight(crm, "the address") == []
    assert faults(crm, ["/callbacks/calendar/"]) == []


@pytest.fixture
def ledger(agent, calls) -> User:
    """Entries in force, lifted and over on the numbers of a contact, beside promises in every state.

    Answers an agent who may lift and export.
    """
    bea = make_agent("bea", first_name="B" * 100, last_name="E" * 100)
    for number in (NUMBER, SHARED, AT_PEACE):
        make_peace(number, ago(2), "r" * 200, set_by=bea, ends_at=timezone.now() + timedelta(days=9))
        make_peace(number, ago(50), lifted_at=ago(40), lifted_by=bea, lifting_reason="l" * 200)
    make_callback(NUMBER, ago(60), due_at=ago(50), agent=bea, contact=None)
    callbacks.close_by_hand(Callback.objects.get(), bea, "d" * 200)
    make_callback(NUMBER, ago(40), due_at=ago(30), agent=bea)
    make_note(NUMBER, "Called as promised.", agent=agent, now=ago(29))
    make_callback(NUMBER, ago(28), due_at=ago(27))
    agent.user_permissions.set(Permission.objects.filter(codename__in=["lift_donotdisturb", "export_donotdisturb"]))
    return agent


def test_timelines_and_the_ledger_have_no_barrier_and_fit_every_window(crm: Page, ledger):
    records = [f"/calls/{Call.objects.exclude(transcript='').get().pk}/", f"/chats/{Chat.objects.get().pk}/"]
    assert faults(crm, [*PAGES_OF_TIMELINES, *records]) == []


def test_what_sets_and_lifts_do_not_disturb_has_no_barrier_also_unfolded_and_refused(crm: Page, ledger):
    for says in ("Set do not disturb", "Lift"):
        crm.goto(f"{crm.base}/numbers/{NUMBER}/")
        crm.locator("summary", has_text=says).click()
        assert faults_in_sight(crm, f"unfolded: {says}") == []
        crm.locator("details[open]").get_by_role("button").click()
        expect(crm.get_by_role("alert")).to_have_text("This field is required.")
        assert faults_in_sight(crm, f"refused: {says}") == []
    ledger.user_permissions.clear()
    crm.goto(f"{crm.base}/numbers/{NUMBER}/")
    assert crm.locator("summary", has_text="Lift").count() == 0
    assert faults(crm, [f"/numbers/{NUMBER}/", "/do-not-disturb/"]) == []


def test_empty_lists_and_a_call_with_its_reason_have_no_barrier(crm: Page, agent, data):
    do_not_disturb.give_reason(AT_PEACE, agent, "r" * 200)
    make_note(AT_PEACE, "Wants no calls.", key="do_not_disturb")
    assert faults(crm, [f"/numbers/{AT_PEACE}/call/", "/missed/", "/unmatched/"]) == []


def test_reports_have_no_barrier_and_fit_every_window(crm: Page, ledger):
    ledger.is_superuser = ledger.is_staff = True
    ledger.save()
    assert faults(crm, PAGES_OF_REPORTS) == []


def test_what_an_auditor_reads_has_no_barrier_and_fits_every_window(crm: Page, ledger):
    ledger.user_permissions.clear()
    ledger.groups.add(Group.objects.get(name="Auditor"))
    ledger.is_staff = True
    ledger.save()
    pages = ["", "contacts/contact/", "callnotes/callnote/", "callnotes/donotdisturb/"]
    assert faults(crm, [*(f"/admin/{page}" for page in pages), "/reports/notes/?period=this-month", "/account/"]) == []
    crm.goto(f"{crm.base}/popup?cid=91234567")
    expect(crm.get_by_role("heading", name="This page is closed to you")).to_be_visible()
    assert faults_in_sight(crm, "a page that is closed") == []


def test_an_empty_ledger_has_no_barrier(crm: Page, agent):
    assert faults(crm, ["/do-not-disturb/", f"/numbers/{NUMBER}/?kind=peace"]) == []


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


def test_the_pages_of_duplicates_and_merges_have_no_barrier_and_fit_every_window(crm: Page, administrator, data):
    long = make_contact("Mira " + "Longname" * 20, NUMBER, company="Longcompany" * 18, remarks="r" * 900, pk=4)
    long.numbers.update(label="l" * 40)
    make_contact("Mira", NUMBER, pk=5, archived_at=timezone.now())
    duplicates.search()
    duplicates.dismiss(make_contact("Mira Talvane", NUMBER, pk=7), long, administrator)
    compare = "/admin/contacts/merge/compare/?contact=1&contact=4"
    merge = make_merge(
        make_contact("Wei", "1001", pk=6), make_contact("Wei " + "L" * 190, "1002", pk=8), remarks="x" * 999
    )
    Contact.objects.filter(pk=6).update(company="y" * 200)
    pages = ["", "?dismissed=on"]
    assert faults(crm, [f"/admin/contacts/duplicate/{page}" for page in pages]) == []
    assert faults(crm, [compare, f"{compare}&contact=5", "/admin/contacts/merge/"]) == []
    assert faults(crm, [f"/admin/contacts/merge/{merge.pk}/"]) == []


def test_the_pages_of_privacy_have_no_barrier_and_fit_every_window(crm: Page, ledger, administrator):
    long = make_contact("Wei " + "Longname" * 20, NUMBER, "+6590000005", company="Longcompany" * 18)
    make_note(NUMBER, "n" * 300, contact=long)
    retention.put_days({"chats": 1, "merges": 30})
    list(retention.run())
    base = "/admin/privacy/deed"
    pages = ["/", "/about/?number=hello", f"/about/?number={quote(NUMBER)}", f"/erase/?number={quote(NUMBER)}"]
    assert faults(crm, [*(base + page for page in pages), "/admin/privacy/retentionperiod/?count=on"]) == []
    assert faults(crm, [f"{base}/about/?contact={long.pk}", f"{base}/erase/?contact={long.pk}"]) == []
    crm.get_by_role("button", name="Erase for good").click()
    assert crm.locator(".errors").count() == 1
    assert faults_in_sight(crm, "refused") == []


def test_lists_with_exports_have_no_barrier_and_fit_every_window(crm: Page, ledger, administrator):
    lists = ["contacts/contact", "callnotes/callnote", "callnotes/callback", "callnotes/donotdisturb"]
    assert faults(crm, [f"/admin/{name}/" for name in lists]) == []
    assert crm.get_by_role("link", name="Export as").count() == 2


def test_the_back_offices_own_pages_have_no_barrier_and_fit_every_window(crm: Page, ledger, administrator):
    calendar_feeds.issue(administrator)
    note, entry = CallNote.objects.first(), DoNotDisturb.objects.first()
    pages = [
        *("", "callnotes/callnote/?q=nothing", "callnotes/callreason/", "contacts/contact/1/delete/"),
        *(f"callnotes/callnote/{note.pk}/change/", f"callnotes/donotdisturb/{entry.pk}/change/"),
        *(f"auth/user/{administrator.pk}/{page}/" for page in ("revoke-calendar", "delete")),
        *("callnotes/disposition/1/change/", "changes/change/"),
    ]
    assert faults(crm, [f"/admin/{page}" for page in pages]) == []


def test_the_import_of_numbers_has_no_barrier_before_and_after_it_is_written(crm: Page, administrator):
    crm.goto(f"{crm.base}/admin/callnotes/donotdisturb/import/")
    assert faults_in_sight(crm, "the upload") == []
    rows = f'Number,Reason,{"h" * 100}\r\n{NUMBER},"Two\nlines"\r\n{"1 " * 200},{"r" * 300}\r\n'
    for content in ("Name\r\nMira\r\n", rows):
        file = {"name": "list.csv", "mimeType": "text/csv", "buffer": content.encode()}
        crm.get_by_label("File").set_input_files(file)
        crm.get_by_role("button", name="Check all rows").click()
        expect(crm.locator("#content :text('one column of phone numbers. Give'), #rejected")).to_be_visible()
        assert faults_in_sight(crm, content[:6]) == []
    crm.get_by_role("button", name="Import", exact=True).click()
    expect(crm.get_by_role("status")).to_contain_text("The numbers are imported, but for the rejected rows.")
    assert faults_in_sight(crm, "the rejected rows") == []
    assert [(entry.number, entry.reason) for entry in DoNotDisturb.objects.all()] == [(NUMBER, "Two\nlines")]


def a_failure(message: str) -> None:
    sort = {"path": "/3cx/contacts", "key_prefix": "dbn_abcdef", "number": "+659…67", "error": "token_invalid"}
    moments = dict.fromkeys(("first_at", "last_at"), timezone.now())
    FailedRequest.objects.create(**sort, **moments, has_valid_key=False, http_status=401, message=message, count=10**9)


def test_the_page_to_sign_in_has_no_barrier(crm: Page):
    assert faults(crm, ["/login/"]) == []


@pytest.fixture
def changes(data, administrator) -> None:
    """Changes of every sort, with words longer than a window."""
    longest = make_agent("u" * 150, first_name="F" * 150, last_name="L" * 150)
    with acting(longest, reason="r" * 100):
        make_contact("Wei " + "Longname" * 20, "+6590000002", pk=4, company="Longcompany" * 18, remarks="w" * 900)
        make_contact("Removed").delete()
        Contact.objects.update(remarks="x" * 900)
        make_token("t" * 100, scopes=Scope.values)
    do_not_disturb.put(NUMBER, longest, "r" * 200)
    longest.user_permissions.set(Permission.objects.all()[:40])


def test_who_did_what_has_no_barrier_and_fits_every_window(crm: Page, changes):
    queries = ["", "?q=9123+4567", "?q=no+such+contact", "?on=1900-01-01", "?of=contacts.contact-4", "?before=1-log-1"]
    assert faults(crm, [f"/admin/changes/change/{query}" for query in queries]) == []
    crm.goto(f"{crm.base}/admin/changes/change/?of=contacts.contact-4")
    crm.locator("summary").first.click()
    assert faults_in_sight(crm, "unfolded") == []


def test_the_pages_about_ones_own_sign_in_have_no_barrier(crm: Page, agent):
    assert faults(crm, ["/account/", "/account/password/", "/account/second-factor/"]) == []
    crm.get_by_label("Code").fill(code_of(agent.totpdevice_set.get()))
    crm.get_by_role("button", name="Set it up").click()
    assert crm.locator(".codes li").count() == 10
    assert faults_in_sight(crm, "the recovery codes") == []
    assert faults(crm, ["/account/"]) == []


def test_the_page_that_asks_for_a_code_has_no_barrier_also_when_it_was_wrong(crm: Page):
    make_app(make_agent("robin"))
    crm.goto(f"{crm.base}/login/")
    give_password(crm, "robin")
    crm.get_by_label("Code").fill("not the code")
    assert faults_in_sight(crm, "the code") == []
    crm.get_by_role("button", name="Sign in", exact=True).click()
    assert crm.locator(".errors").count() == 1
    assert faults_in_sight(crm, "the wrong code") == []


def test_the_pages_about_enrolment_codes_have_no_barrier(crm: Page, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    app = make_app(make_staff("bea", is_superuser=True))
    make_staff("avery", first_name="A" * 100, last_name="Y" * 100)
    crm.goto(f"{crm.base}/login/")
    give_password(crm, "avery")
    assert faults_in_sight(crm, "the enrolment code") == []
    crm.get_by_label("Enrolment code").fill("not the code")
    crm.get_by_role("button", name="Go on").click()
    expect(crm.get_by_role("alert")).to_contain_text("Ask an administrator for a new one.")
    assert faults_in_sight(crm, "the wrong enrolment code") == []
    crm.get_by_role("button", name="Sign out").click()
    give_password(crm, "bea")
    crm.get_by_label("Code").fill(code_of(app))
    crm.get_by_role("button", name="Sign in", exact=True).click()
    crm.wait_for_url(f"{crm.base}/")
    crm.goto(f"{crm.base}/admin/auth/user/?q=avery")
    crm.locator("input.action-select").check()
    crm.locator("select[name=action]").select_option("make_enrolment_codes")
    crm.get_by_role("button", name="Go", exact=True).click()
    expect(crm.get_by_role("heading", name="Enrolment codes")).to_be_visible()
    assert faults_in_sight(crm, "the enrolment codes") == []


def give_password(page: Page, username: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
