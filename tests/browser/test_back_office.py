"""The back office's work, in a browser."""

from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from callnotes.models import CallNote
from callnotes.tests.factories import make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact
from integrations_3cx.models import ApiToken
from integrations_3cx.tests.factories import make_token

NUMBER = "+6591234567"
PAGES = [
    "/admin/",
    *(f"/admin/contacts/contact/{page}" for page in ("", "?q=9123+4567", "add/", "1/change/", "1/delete/")),
    *("/admin/contacts/duplicate/", "/admin/contacts/duplicate/?dismissed=on", "/admin/contacts/merge/"),
    *("/admin/contacts/importrun/", "/admin/contacts/importrun/add/", "/admin/contacts/importmapping/"),
    *(f"/admin/callnotes/callnote/{page}" for page in ("", "?source__exact=desk", "1/change/")),
    *(f"/admin/callnotes/disposition/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/integrations_3cx/apitoken/{page}" for page in ("", "add/", "1/change/")),
    *(f"/admin/auth/user/{page}" for page in ("", "add/", "1/change/")),
    "/admin/auth/user/?second_factor=no",
    *("/admin/auth/group/", "/admin/auth/group/1/change/", "/admin/people/failedsignin/"),
    *(f"/admin/callnotes/{page}/" for page in ("call", "chat", "callreason", "callback")),
    *(f"/admin/callnotes/donotdisturb/{page}" for page in ("", "?state=in-force", "add/")),
    *(
        f"/admin/changes/change/{query}"
        for query in ("", "?q=9123+4567", "?on=2026-03-04", "?on=1900-01-01", "?of=contacts.contact-1")
    ),
    *(f"/admin/integrations_3cx/apitoken/connect/{query}" for query in ("", "?caller=91234567")),
]


def test_a_contact_is_added_with_its_numbers_and_found_by_another_spelling(crm: Page, administrator):
    crm.goto(f"{crm.base}/admin/contacts/contact/add/")
    crm.get_by_label("Name:").fill("Mira Talvane")
    crm.locator("#id_numbers-0-number").fill("9123 4567")
    crm.get_by_text("Add another Contact number").click()
    crm.locator("#id_numbers-1-number").fill("+44 20 7946 0958")
    crm.get_by_role("button", name="Save", exact=True).click()
    expect(crm.get_by_text("was added successfully")).to_be_visible()
    contact = Contact.objects.get()
    assert [number.number for number in contact.numbers.order_by("pk")] == [NUMBER, "+442079460958"]
    crm.locator("#searchbar").fill("006591234567")
    crm.keyboard.press("Enter")
    crm.wait_for_url("**/contact/?*q=*")
    expect(crm.locator("#result_list tbody tr")).to_contain_text(["Mira Talvane"])


def test_a_contact_is_deleted_and_its_notes_stay(crm: Page, administrator):
    contact = make_contact("Mira Talvane", NUMBER)
    make_note(NUMBER, "Asked for a quote.")
    crm.goto(f"{crm.base}/admin/contacts/contact/{contact.pk}/change/")
    expect(crm.get_by_text("Asked for a quote.")).to_be_visible()
    crm.get_by_role("link", name="Delete", exact=True).click()
    crm.get_by_role("button", name="Yes").click()
    expect(crm.get_by_text("was deleted successfully")).to_be_visible()
    assert list(CallNote.objects.values_list("number", "contact", "contact_name")) == [(NUMBER, None, "Mira Talvane")]


def test_a_key_is_made_shown_once_works_and_is_revoked(crm: Page, administrator):
    crm.goto(f"{crm.base}/admin/integrations_3cx/apitoken/add/")
    crm.get_by_label("Name:").fill("Main 3CX")
    crm.get_by_role("button", name="Save", exact=True).click()
    key = crm.locator("code.key").first.inner_text()
    query = f"{crm.base}/3cx/query?cid=91234567&token={key}"
    assert crm.request.get(query).json() == {"success": False}

    crm.get_by_role("link", name="I have copied it: on to Connect 3CX").click()
    row = crm.get_by_role("row").filter(has_text="Main 3CX")
    expect(row).to_contain_text("127.0.0.1")
    assert key not in crm.content()
    crm.goto(f"{crm.base}/admin/integrations_3cx/apitoken/")
    assert key not in crm.content()
    row.get_by_role("checkbox").check()
    crm.get_by_label("Action:").select_option("revoke")
    crm.get_by_role("button", name="Run").or_(crm.get_by_role("button", name="Go")).click()
    expect(crm.get_by_text("Revoked: 1. Their keys are refused from now on.")).to_be_visible()
    assert crm.request.get(query).status == 401
    assert ApiToken.objects.get().revoked_at is not None


def test_call_notes_are_filtered_and_found(crm: Page, administrator):
    make_contact("Mira Talvane", NUMBER)
    make_note(NUMBER, "Asked for a quote.")
    make_note("+6598765432", "", key="no_answer")
    crm.goto(f"{crm.base}/admin/callnotes/callnote/")
    crm.get_by_role("link", name="No Answer", exact=True).click()
    expect(crm.get_by_text("1 call note", exact=True)).to_be_visible()
    expect(crm.locator("#result_list tbody tr")).to_contain_text(["+65 9876 5432"])
    crm.goto(f"{crm.base}/admin/callnotes/callnote/?q=4567")
    expect(crm.locator("#result_list tbody tr")).to_contain_text(["+65 9123 4567"])


def test_a_list_is_filtered_by_a_person_whose_name_is_typed(crm: Page, administrator):
    robin = make_agent("robin", first_name="Robin", last_name="Agent")
    make_note(NUMBER, agent=robin), make_note("+6598765432")
    crm.goto(f"{crm.base}/admin/callnotes/callnote/")
    crm.locator("#changelist-filter .select2-selection").click()
    crm.keyboard.type("rob")
    crm.get_by_role("option", name="Robin Agent (robin)").click()
    crm.locator("#changelist-filter").get_by_role("button", name="Show").click()
    expect(crm.locator("#result_list tbody tr")).to_contain_text(["+65 9123 4567"])
    expect(crm.locator("#changelist-filter .selected").get_by_text("Robin Agent (robin)")).to_be_visible()


def test_what_a_list_shows_is_exported_and_so_are_ticked_rows(crm: Page, administrator):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors")
    make_contact("Tomas Ostfield", "+6598765432", company="Korfield Motors")
    make_contact("Wei Sennick")
    crm.goto(f"{crm.base}/admin/contacts/contact/?q=korfield")
    with crm.expect_download() as download:
        crm.get_by_role("link", name="Export as XLSX").click()
    [_, *rows] = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    assert [(row[1], row[7]) for row in rows] == [("Mira Talvane", NUMBER), ("Tomas Ostfield", "+6598765432")]
    crm.get_by_role("row").filter(has_text="Tomas").get_by_role("checkbox").check()
    crm.get_by_label("Action:").select_option("export_csv")
    with crm.expect_download() as download:
        crm.get_by_role("button", name="Run").or_(crm.get_by_role("button", name="Go")).click()
    assert download.value.path().read_text("utf-8-sig").splitlines()[1].split(",")[1] == "Tomas Ostfield"
    crm.goto(f"{crm.base}/admin/")
    expect(crm.get_by_text("Export: contacts")).to_have_count(2)


def test_every_page_of_the_back_office_opens_and_is_silent(crm: Page, administrator):
    make_contact("Mira Talvane", NUMBER, pk=1)
    make_note(NUMBER, "x" * 300)
    make_token()
    answered = {path: crm.goto(crm.base + path).status for path in PAGES}
    assert answered == dict.fromkeys(PAGES, 200)
