"""Somebody of the back office finds a duplicate, merges it, and thinks better of it."""

from playwright.sync_api import Page, expect

from callnotes.tests.factories import make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact

NUMBER, OTHER_NUMBER = "+6591234567", "+6598765432"


def test_a_duplicate_is_found_merged_and_parted_again(crm: Page, administrator):
    mira = make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    other = make_contact("Talvane, M.", NUMBER, OTHER_NUMBER, email="mira@example.com")
    make_note(OTHER_NUMBER, "Asked for a quote.")

    crm.goto(f"{crm.base}/admin/")
    crm.get_by_role("link", name="Duplicates").first.click()
    crm.get_by_role("button", name="Look through the contacts").click()
    expect(crm.get_by_text("Looked through 2 contacts.")).to_be_visible()
    crm.get_by_role("link", name="Compare and merge").click()
    stays = crm.get_by_role("group", name="The contact that stays")
    expect(stays.get_by_role("radio", name="Mira Talvane")).to_be_checked()
    expect(stays).to_contain_text("call notes: 1")
    crm.get_by_role("group", name="Numbers").get_by_label("Label").last.fill("office")
    crm.get_by_role("button", name="Merge", exact=True).click()
    expect(crm.get_by_text("This can be undone until")).to_be_visible()
    assert list(mira.numbers.values_list("number", "label")) == [(NUMBER, ""), (OTHER_NUMBER, "office")]

    crm.goto(f"{crm.base}/contacts/{other.pk}/")
    crm.wait_for_url(f"{crm.base}/contacts/{mira.pk}/")
    expect(crm.get_by_text("Asked for a quote.")).to_be_visible()

    crm.goto(f"{crm.base}/admin/contacts/contact/{mira.pk}/change/")
    crm.get_by_role("link", name="Merges").first.click()
    crm.get_by_role("link", name="Talvane, M. into Mira Talvane").click()
    crm.get_by_role("button", name="Undo the merge").click()
    expect(crm.get_by_text("Undone: the contacts are apart again.")).to_be_visible()
    assert set(Contact.objects.values_list("name", "email")) == {
        ("Mira Talvane", ""),
        ("Talvane, M.", "mira@example.com"),
    }
    crm.goto(f"{crm.base}/contacts/{other.pk}/")
    expect(crm.get_by_text("Asked for a quote.")).to_be_visible()


def test_two_contacts_that_are_ticked_in_the_list_are_not_one_after_all(crm: Page, administrator):
    make_contact("Mira Talvane", NUMBER), make_contact("Tomas Ostfield", NUMBER)
    crm.goto(f"{crm.base}/admin/contacts/contact/")
    for name in ("Mira Talvane", "Tomas Ostfield"):
        crm.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    crm.get_by_label("Action:").select_option("merge")
    crm.get_by_role("button", name="Run").or_(crm.get_by_role("button", name="Go")).click()
    crm.get_by_role("button", name="Not a duplicate").click()
    expect(crm.get_by_text("are two: this is remembered.")).to_be_visible()
    crm.get_by_role("link", name="Said to be two").click()
    expect(crm.get_by_role("button", name="Ask again")).to_be_visible()
