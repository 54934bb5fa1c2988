"""Somebody asks what is held, and then to be forgotten; and what nobody needs any more goes by itself."""

import json
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import Page, expect

from callnotes.models import CallNote, Chat
from callnotes.tests.factories import make_chat, make_note, make_peace, minute
from contacts.models import Contact
from contacts.tests.factories import make_contact

NUMBER, SHARED = "+6591234567", "+6598765432"


def test_a_person_is_told_what_is_held_and_then_erased(crm: Page, administrator):
    mira = make_contact("Mira Talvane", NUMBER, SHARED, email="mira@example.com")
    wei = make_contact("Wei Ling", SHARED)
    make_note(NUMBER, "Asked for a quote.", contact=mira)
    make_note(SHARED, "About a boat.", contact=wei)
    make_peace(NUMBER, reason="Asked by letter.")

    crm.goto(f"{crm.base}/admin/contacts/contact/{mira.pk}/change/")
    crm.get_by_role("link", name="What is held").click()
    expect(crm.get_by_role("row", name="Notes of calls")).to_contain_text("1")
    with crm.expect_download() as download:
        crm.get_by_role("link", name="Download it as a file").click()
    file = json.loads(Path(download.value.path()).read_text())
    assert "Asked for a quote." in json.dumps(file)
    assert "boat" not in json.dumps(file)

    crm.get_by_role("link", name="Erase …").click()
    expect(crm.get_by_role("checkbox", name="+65 9123 4567")).to_be_checked()
    expect(crm.get_by_role("checkbox", name="shared with Wei Ling")).not_to_be_checked()
    crm.get_by_role("button", name="Erase for good").click()
    expect(crm.get_by_role("alert")).to_contain_text("This field is required.")
    crm.get_by_label("To erase it for good, write").fill("Mira Talvane")
    crm.get_by_role("button", name="Erase for good").click()
    expect(crm.get_by_text("Erased for good.")).to_be_visible()
    expect(crm.get_by_role("row", name="Erasure", exact=False).last).to_contain_text("avery")
    assert [contact.name for contact in Contact.with_merged.all()] == ["Wei Ling"]
    assert set(CallNote.objects.values_list("comments", flat=True)) == {"", "About a boat."}

    crm.goto(f"{crm.base}/popup?cid=91234567")
    expect(crm.get_by_text("Do not disturb").first).to_be_visible()
    expect(crm.get_by_text("Asked for a quote.")).to_have_count(0)


def test_a_period_is_set_and_what_is_older_goes(crm: Page, administrator):
    make_chat(NUMBER, minute(0))
    crm.goto(f"{crm.base}/admin/")
    crm.get_by_role("link", name="Retention periods").first.click()
    crm.get_by_label("Chats").fill("365000")
    crm.get_by_role("button", name="Save").click()
    expect(crm.get_by_role("alert")).to_contain_text("less than or equal to 36500")
    crm.get_by_label("Chats").fill("1")
    crm.get_by_role("button", name="Save").click()
    expect(crm.get_by_text("Stored: 1 period is another now.")).to_be_visible()
    crm.get_by_role("button", name="Count what would go now").click()
    expect(crm.get_by_text("Would go now: 1 entry.")).to_be_visible()
    call_command("retain", verbosity=0)
    assert not Chat.objects.exists()
    crm.reload()
    expect(crm.get_by_text("1 gone.")).to_be_visible()
