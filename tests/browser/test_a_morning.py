"""A morning of an agent, from the first missed call to the last promise kept."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from callnotes.models import Callback, CallNote
from contacts.tests.factories import make_contact
from desk.tests.calls import make_extension, make_missed_call
from tests.browser.conftest import ready

MIRA, TOMAS, STRANGER = "+6591234567", "+442079460123", "+6598765432"


def popup(crm: Page, number: str) -> None:
    """What 3CX does while it rings: a window of its own is not needed here."""
    crm.goto(f"{crm.base}/popup?cid={number[1:]}")


def write(crm: Page, comments: str) -> None:
    ready(crm).keyboard.type(comments)


def save(crm: Page) -> None:
    crm.keyboard.press("Control+Enter")
    expect(crm.get_by_role("status")).to_contain_text("Saved:")


def section(crm: Page, name: str):
    return crm.get_by_role("region", name=name)


def test_a_morning(crm: Page, agent):
    make_contact("Mira Talvane", MIRA, company="Korfield Motors")
    make_contact("Tomas Ostfield", TOMAS)
    make_extension(agent, "101")
    make_missed_call(MIRA, timezone.now() - timedelta(minutes=20))

    # Somebody was missed before the desk opened: the start page says who, and the note takes it off.
    crm.goto(f"{crm.base}/")
    expect(crm.get_by_role("searchbox")).to_be_focused()
    expect(section(crm, "Missed calls")).to_contain_text("Mira Talvane")
    section(crm, "Missed calls").get_by_role("link", name="Write a note").click()
    write(crm, "Wanted to know when the van is ready: Friday.")
    crm.keyboard.press("Alt+4")
    save(crm)
    expect(crm.get_by_text("Nobody waits for a call back.")).to_be_visible()

    # A caller from abroad is busy: his time stands beside ours, and the promise is kept for tomorrow.
    popup(crm, TOMAS)
    write(crm, "In a meeting.")
    crm.keyboard.press("Alt+2")
    tomorrow = crm.get_by_role("group", name="When to call back?").locator("label", has_text="Tomorrow")
    expect(tomorrow).to_contain_text("there")
    tomorrow.click()
    save(crm)

    # A stranger hangs up in the middle of a word; the phone rings again at once, and nothing is lost.
    popup(crm, STRANGER)
    write(crm, "Asked for the price of")
    popup(crm, MIRA)
    write(crm, "Friday suits her.")
    crm.keyboard.press("Alt+4")
    save(crm)
    crm.goto(f"{crm.base}/")
    expect(section(crm, "Unfinished wrap-ups")).to_contain_text("Asked for the price of")
    section(crm, "Unfinished wrap-ups").get_by_role("link", name="Finish").click()
    expect(crm.get_by_label("Comments")).to_have_value("Asked for the price of")
    ready(crm).keyboard.press("Alt+1")
    save(crm)

    # The promise falls due: every page says so, and the call that keeps it takes it off the list.
    Callback.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    crm.goto(f"{crm.base}/missed/")
    expect(crm.locator(".reminder")).to_contain_text("Tomas Ostfield")
    crm.get_by_role("link", name="Open").click()
    crm.get_by_role("link", name="Write a note").click()
    write(crm, "Ordered two.")
    crm.keyboard.press("Alt+4")
    save(crm)
    expect(crm.get_by_text("Nobody has waited too long.")).to_be_visible()

    notes = CallNote.objects.order_by("pk").values_list("contact_name", "disposition__key", "comments")
    assert list(notes) == [
        ("Mira Talvane", "completed", "Wanted to know when the van is ready: Friday."),
        ("Tomas Ostfield", "schedule_later", "In a meeting."),
        ("Mira Talvane", "completed", "Friday suits her."),
        ("", "no_answer", "Asked for the price of"),
        ("Tomas Ostfield", "completed", "Ordered two."),
    ]
    assert list(Callback.objects.values_list("closing_note__comments", flat=True)) == ["Ordered two."]
