"""An administrator of 3CX connects it, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callnotes.models import Call, CallNote
from contacts.tests.factories import make_contact
from integrations_3cx import crm_template
from integrations_3cx.models import ApiToken
from integrations_3cx.tests.factories import make_token

NUMBER = "+6591234567"
PAGE = "/admin/integrations_3cx/apitoken/connect/"
EVERYTHING = ["lookup", "note", "contacts", "journal"]


@pytest.fixture(autouse=True)
def public_url(settings) -> str:
    settings.PUBLIC_URL = "https://crm.example.com"
    return settings.PUBLIC_URL


def checks(page: Page, says: str):
    return page.get_by_role("listitem").filter(has_text=says)


def test_a_caller_is_tried_and_the_call_simulated_in_a_new_page(crm: Page, administrator):
    make_contact("Mira Talvane", NUMBER)
    make_token(scopes=EVERYTHING)
    crm.goto(f"{crm.base}/admin/")
    crm.get_by_role("link", name="Connect 3CX").click()
    crm.get_by_label("Caller's number").fill("9123 4567")
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("heading", name="+65 9123 4567")).to_be_in_viewport()
    expect(crm.get_by_role("row").filter(has_text="Call flow: is it known?")).to_contain_text('{"success":true}')
    expect(crm.get_by_role("row").filter(has_text="CRM template: name on the phone")).to_contain_text("Mira Talvane")
    with crm.expect_popup() as beside:
        crm.get_by_role("link", name="Simulate a call").click()
    expect(beside.value.get_by_role("heading", level=1)).to_have_text("Mira Talvane")
    expect(crm.get_by_role("heading", name="+65 9123 4567")).to_be_visible()
    assert (Call.objects.count(), CallNote.objects.count(), ApiToken.objects.get().last_used_at) == (0, 0, None)


def test_a_caller_is_tried_without_a_token(crm: Page, administrator):
    make_contact("Mira Talvane", NUMBER)
    make_token()
    crm.goto(crm.base + PAGE)
    crm.get_by_label("Caller's number").fill("anonymous")
    crm.get_by_label("As the API token").select_option("none")
    crm.get_by_role("button", name="Try").click()
    expect(crm.get_by_text("Read as a caller who hides the number. It finds no active contact.")).to_be_visible()
    expect(crm.get_by_label("Caller's number")).to_have_value("anonymous")
    expect(crm.get_by_role("row").filter(has_text="Call flow")).to_have_count(0)


def test_the_template_is_downloaded(crm: Page, administrator, public_url):
    crm.goto(crm.base + PAGE)
    with crm.expect_download() as started:
        crm.get_by_role("link", name="Download the CRM template").click()
    download = started.value
    assert download.suggested_filename == "dbn-crm-3cx.xml"
    assert Path(download.path()).read_text() == crm_template.xml(public_url)


def test_without_an_address_the_page_says_what_to_set(crm: Page, administrator, settings):
    settings.PUBLIC_URL = ""
    crm.goto(crm.base + PAGE)
    crm.get_by_role("link", name="Download the CRM template").click()
    expect(crm.get_by_text("Set PUBLIC_URL first: the template tells 3CX that address.")).to_be_visible()
    expect(crm.get_by_text("To do: The CRM does not know its own address.")).to_be_visible()


def test_a_key_is_made_for_the_template_and_its_first_use_is_seen(crm: Page, administrator):
    crm.goto(crm.base + PAGE)
    expect(checks(crm, "There is no key for the CRM template.")).to_contain_text("To do:")
    crm.get_by_role("link", name="Make the template's key").click()
    expect(crm.get_by_label("Name:")).to_have_value("CRM template")
    for label in ("Find, read and add contacts", "Report calls and chats"):
        expect(crm.get_by_label(label)).to_be_checked()
    crm.get_by_role("button", name="Save", exact=True).click()
    key = crm.locator("code.key").first.inner_text()
    headers = {"X-API-Key": key, "X-DBN-CRM-Template": str(crm_template.VERSION)}
    assert crm.request.get(f"{crm.base}/3cx/contacts?number=91234567", headers=headers).status == 200
    crm.goto(crm.base + PAGE)
    expect(checks(crm, "There is a key for the CRM template.")).to_contain_text("Right:")
    expect(crm.get_by_role("row").filter(has_text="CRM template (")).to_contain_text(f"version {crm_template.VERSION}")


def test_what_3cx_was_refused_is_seen(crm: Page, administrator, failures_stored_at_once):
    assert crm.request.get(f"{crm.base}/3cx/query?cid=91234567&token={'k' * 20}").status == 401
    crm.goto(crm.base + PAGE)
    row = crm.get_by_role("row").filter(has_text="token_invalid")
    expect(row).to_contain_text("+659…67")
    expect(row).to_contain_text("Send a valid key as token")
