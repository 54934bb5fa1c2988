"""A file of contacts from its upload to its undoing, in a browser; the worker is a thread beside it."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Page, expect

from contacts.models import Contact
from tests.browser.test_pages import faults_in_sight

FILE = "\r\n".join(
    [
        "Contact list;;",
        "Name;Company;HP;Office",
        'Mira Talvane;Korfield Motors;6591234567;"=""+6561234567"""',
        "Tomas Ostfield;;9.123E+7;",
        "Lian Berg;;92223333 / 92224444;6555 1234 ext 12",
    ]
)


def work() -> None:
    """What the worker process does, until nothing is left to do."""

    def run() -> None:
        try:
            call_command("run_imports", "--once")
        finally:
            connection.close()

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()


def test_a_whole_import_is_uploaded_mapped_checked_imported_and_undone(crm: Page, administrator, tmp_path):
    crm.goto(f"{crm.base}/admin/contacts/importrun/add/")
    assert faults_in_sight(crm, "upload") == []
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    crm.get_by_label("File").set_input_files(file)
    crm.get_by_role("button", name="Upload").click()
    expect(crm.get_by_label("Delimiter")).to_have_value(";")
    expect(crm.get_by_label("Row of the headings")).to_have_value("2")
    expect(crm.get_by_label("HP is")).to_have_value("number")
    crm.get_by_label("Label of the numbers in HP").fill("handphone")
    assert faults_in_sight(crm, "columns") == []
    crm.get_by_role("button", name="Check all rows").click()
    expect(crm.get_by_role("status")).to_contain_text("It waits for the worker.")
    assert faults_in_sight(crm, "under way") == []
    work()
    expect(crm.get_by_role("button", name="Import now")).to_be_visible()
    expect(crm.get_by_text("A spreadsheet has lost digits of it.")).to_be_visible()
    assert faults_in_sight(crm, "rejected") == []
    crm.get_by_role("link", name="Repaired").click()
    expect(crm.get_by_text("extension put into the label")).to_be_visible()
    assert faults_in_sight(crm, "repaired") == []
    assert Contact.objects.count() == 0
    crm.get_by_role("button", name="Import now").click()
    expect(crm.get_by_role("status")).to_be_visible()
    work()
    expect(crm.get_by_text("State: imported")).to_be_visible()
    assert [contact.name for contact in Contact.objects.all()] == ["Lian Berg", "Mira Talvane"]
    with crm.expect_download() as download:
        crm.get_by_role("link", name="Download the rejected rows").click()
    download.value.save_as(tmp_path / "rejected.csv")
    assert "Tomas Ostfield;" not in (tmp_path / "rejected.csv").read_text(encoding="utf-8-sig")
    mended = (tmp_path / "rejected.csv").read_text(encoding="utf-8-sig").replace("9.123E+7", "91230000", 1)
    assert_imported(crm, mended)
    crm.goto(f"{crm.base}/admin/contacts/importrun/")
    crm.get_by_role("link", name="people.csv", exact=True).click()
    crm.get_by_text("Undo …").click()
    assert faults_in_sight(crm, "undo unfolded") == []
    crm.get_by_role("button", name="Undo the import").click()
    expect(crm.get_by_role("status")).to_be_visible()
    work()
    expect(crm.get_by_text("State: undone")).to_be_visible()
    assert [contact.name for contact in Contact.objects.all()] == ["Tomas Ostfield"]


def assert_imported(crm: Page, text: str) -> None:
    """The rejected rows, mended, are imported like any file."""
    crm.goto(f"{crm.base}/admin/contacts/importrun/add/")
    crm.get_by_label("File").set_input_files({"name": "mended.csv", "mimeType": "text/csv", "buffer": text.encode()})
    crm.get_by_role("button", name="Upload").click()
    crm.get_by_role("button", name="Check all rows").click()
    expect(crm.get_by_role("status")).to_be_visible()
    work()
    crm.get_by_role("button", name="Import now").click()
    expect(crm.get_by_role("status")).to_be_visible()
    work()
    expect(crm.get_by_text("State: imported")).to_be_visible()


@pytest.mark.once
def test_a_workbook_is_waited_for_and_says_why_it_cannot_be_read_with_no_barrier(crm: Page, administrator):
    crm.goto(f"{crm.base}/admin/contacts/importrun/add/")
    file = {"name": "people.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK\x03\x04" + b"x" * 600}
    crm.get_by_label("File").set_input_files(file)
    crm.get_by_role("button", name="Upload").click()
    expect(crm.get_by_role("status")).to_contain_text("It waits for the worker.")
    assert faults_in_sight(crm, "workbook being read") == []
    work()
    expect(crm.get_by_text("This is no XLSX workbook, or a damaged one.")).to_be_visible()
    assert faults_in_sight(crm, "workbook refused") == []


@pytest.mark.once
def test_a_file_that_is_refused_says_why_and_has_no_barrier(crm: Page, administrator):
    crm.goto(f"{crm.base}/admin/contacts/importrun/add/")
    crm.get_by_label("File").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b'Name,Mobile\nMira,"9'}
    )
    crm.get_by_role("button", name="Upload").click()
    expect(crm.get_by_text("a quotation mark opens a cell")).to_be_visible()
    assert faults_in_sight(crm, "refused") == []
