"""Contacts as a file: all that a list has, in its order, with all numbers, read bit by bit, and kept in the history."""

import csv
import io
from io import BytesIO

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.urls import reverse
from python_calamine import CalamineWorkbook

from contacts import exporting, phone
from contacts.models import Contact, ContactNumber
from contacts.spreadsheets import unescaped
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

LIST = reverse("admin:contacts_contact_changelist")
CSV, XLSX = (reverse(f"admin:contacts_contact_export_{kind}") for kind in ("csv", "xlsx"))
HEADER = ["ID", "Name", "Company", "E-mail", "Remarks", "Archived", "Primary", "Number 1", "Label 1"]


def read_csv(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def read_xlsx(response) -> list[list]:
    workbook = CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    return workbook.get_sheet_by_index(0).to_python()


def names(response) -> list[str]:
    return [row[1] for row in read_csv(response)[1:]]


def remembered() -> list[tuple]:
    return list(LogEntry.objects.order_by("pk").values_list("user__username", "object_repr", "change_message"))


def clerk(client, *permissions: str) -> User:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    return clerk


@pytest.fixture
def people() -> tuple[Contact, Contact]:
    ada = make_contact("Ada Example", "+6591234567", "0123", company="Example, Ltd", email="ada@example.com")
    ada.numbers.filter(number="+6591234567").update(label="mobile")
    bea = make_contact('Bea "B" Other', remarks="First line.\nSecond line.", archived_at="2026-01-02T03:04Z")
    ContactNumber.objects.create(contact=bea, number="1001", label="office")
    return ada, bea


def test_a_contact_is_exported_with_all_its_numbers_its_labels_and_which_is_primary(admin_client, people):
    ada, bea = people
    assert read_csv(admin_client.get(CSV, {"archived": "all"})) == [
        [*HEADER, "Number 2", "Label 2"],
        [
            *(str(ada.pk), "Ada Example", "Example, Ltd", "ada@example.com", "", "no"),
            *("Number 1", "tel:+6591234567", "mobile", "tel:0123", ""),
        ],
        [str(bea.pk), 'Bea "B" Other', "", "", "First line.\nSecond line.", "yes", "", "tel:1001", "office"],
    ]


def test_a_workbook_holds_the_same_with_numbers_as_they_are(admin_client, people):
    ada, bea = people
    assert read_xlsx(admin_client.get(XLSX, {"archived": "all"})) == [
        [*HEADER, "Number 2", "Label 2"],
        [
            *(float(ada.pk), "Ada Example", "Example, Ltd", "ada@example.com", "", "no"),
            *("Number 1", "+6591234567", "mobile", "0123", ""),
        ],
        [
            *(float(bea.pk), 'Bea "B" Other', "", "", "First line.\nSecond line.", "yes"),
            *("", "1001", "office", "", ""),
        ],
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Ada", "Cem"]),
        ({"archived": "yes"}, ["Bea"]),
        ({"archived": "all"}, ["Ada", "Bea", "Cem"]),
        ({"q": "ada"}, ["Ada"]),
        ({"q": "9123 4567"}, ["Cem"]),
        ({"o": "-1"}, ["Cem", "Ada"]),
        ({"o": "3"}, ["Cem", "Ada"]),
        ({"q": "nobody"}, []),
        ({"p": "1", "all": "", "e": "1"}, ["Ada", "Cem"]),
    ],
    ids=str,
)
def test_what_the_list_shows_is_exported_in_its_order(admin_client, query, found):
    make_contact("Ada", company="Later")
    make_contact("Bea", archived_at="2026-01-02T03:04Z")
    make_contact("Cem", "+6591234567", company="Earlier")
    assert names(admin_client.get(CSV, query)) == found
    listed = admin_client.get(LIST, query, follow=True).context["cl"].result_list
    assert [contact.name for contact in listed] == found


def test_all_pages_of_a_list_are_exported(admin_client):
    Contact.objects.bulk_create(Contact(name=f"Contact {place:03}") for place in range(120))
    assert names(admin_client.get(CSV, {"p": "2"})) == [f"Contact {place:03}" for place in range(120)]


@pytest.mark.parametrize(("kind", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
def test_chosen_rows_alone_are_exported_by_the_action(admin_client, kind, read):
    chosen, _other = make_contact("Ada"), make_contact("Bea")
    response = admin_client.post(LIST, {"action": f"export_{kind}", "_selected_action": [chosen.pk]})
    assert [row[1] for row in read(response)] == ["Name", "Ada"]
    assert remembered() == [("admin", "Export: contacts", f"Exported as {kind.upper()}, rows: 1. Chosen by hand.")]


def test_whoever_chooses_all_of_a_search_exports_what_it_finds(admin_client):
    ada, _other = make_contact("Ada"), make_contact("Bea")
    action = {"action": "export_csv", "_selected_action": [ada.pk], "select_across": "1"}
    assert names(admin_client.post(f"{LIST}?q=ada", action)) == ["Ada"]
    [(_, _, said)] = remembered()
    assert said == "Exported as CSV, rows: 1. Search: “ada”. Archive: Active."


def test_an_export_is_in_the_history_with_who_what_and_how_much(admin_client, people):
    admin_client.get(CSV)
    admin_client.get(XLSX, {"q": "ada", "archived": "yes"})
    admin_client.get(CSV, {"archived": "all"})
    assert remembered() == [
        ("admin", "Export: contacts", "Exported as CSV, rows: 1. Archive: Active."),
        ("admin", "Export: contacts", "Exported as XLSX, rows: 0. Search: “ada”. Archive: Archived."),
        ("admin", "Export: contacts", "Exported as CSV, rows: 2."),
    ]
    assert LogEntry.objects.first().content_type.model == "contact"


def test_the_history_speaks_one_language_whoever_exports(admin_client):
    admin_client.cookies["django_language"] = "zh-hans"
    admin_client.get(CSV)
    assert remembered() == [("admin", "Export: contacts", "Exported as CSV, rows: 0. Archive: Active.")]


def test_the_file_is_named_for_what_it_holds_and_kept_by_no_cache(admin_client):
    with time_machine.travel("2026-03-02T20:00Z", tick=False):
        answers = [admin_client.get(address) for address in (CSV, XLSX)]
    headers = ["Content-Type", "Content-Disposition"]
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)
    assert [[answer.headers[name] for name in headers] for answer in answers] == [
        ["text/csv; charset=utf-8", 'attachment; filename="contacts-2026-03-03.csv"'],
        [
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            'attachment; filename="contacts-2026-03-03.xlsx"',
        ],
    ]


FORMULAS = {"name": '=HYPERLINK("x")', "company": "@SUM(1)", "remarks": "ok;=1\n+1", "email": "-a@example.com"}


def test_no_cell_is_run_as_a_formula_and_a_workbook_keeps_the_very_words(admin_client):
    make_contact(**FORMULAS)
    [_, cells] = read_csv(admin_client.get(CSV))
    assert cells[1:5] == ['\'=HYPERLINK("x")', "'@SUM(1)", "'-a@example.com", "ok;'=1\n'+1"]
    [_, cells] = read_xlsx(admin_client.get(XLSX))
    assert cells[1:5] == [FORMULAS[name] for name in ("name", "company", "email", "remarks")]


@pytest.mark.parametrize(("address", "read"), [(CSV, read_csv), (XLSX, read_xlsx)], ids=["csv", "xlsx"])
def test_a_file_tells_all_that_a_contact_is_so_that_reading_it_changes_nothing(admin_client, people, address, read):
    make_contact("'=Ada", "+12025550123", "+442079460958", "1001", company="\t'+1", remarks="a\r\n\r=b")
    make_contact("Nobody's")
    columns, *rows = read(admin_client.get(address, {"archived": "all"}))
    told = []
    for row in rows:
        cells = dict(zip(columns, row, strict=False))
        of_numbers = [
            (cells[f"Number {place}"], cells[f"Label {place}"]) for place in (1, 2, 3) if f"Number {place}" in cells
        ]
        numbers = [
            (phone.read(spelling, "SG").number, unescaped(label), cells["Primary"] == f"Number {place}")
            for place, (spelling, label) in enumerate(of_numbers, 1)
            if spelling
        ]
        texts = [cells[name] if read is read_xlsx else unescaped(cells[name]) for name in HEADER[1:5]]
        told.append([int(cells["ID"]), *texts, cells["Archived"] == "yes", numbers])
    assert told == [
        [
            *(
                contact.pk,
                contact.name,
                contact.company,
                contact.email,
                contact.remarks,
                contact.archived_at is not None,
            ),
            list(contact.numbers.values_list("number", "label", "is_primary")),
        ]
        for contact in Contact.objects.all()
    ]


@pytest.mark.parametrize("contacts", [1, 3])
def test_an_export_asks_as_many_questions_for_many_rows_as_for_one(admin_client, django_assert_num_queries, contacts):
    for place in range(contacts):
        make_contact(f"Ada {place}", f"+120255501{place:02}", "1001")
    ContentType.objects.get_for_model(Contact)
    # Session, person, count of the list, most numbers, keys, history; rows and their numbers.
    with django_assert_num_queries(8):
        assert len(names(admin_client.get(CSV))) == contacts


def test_a_long_list_is_read_bit_by_bit_and_no_row_twice(admin_client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(exporting, "READ_AT_ONCE", 4)
    made = [make_contact(f"Contact {place}") for place in range(9)]
    pieces = iter(admin_client.get(CSV).streaming_content)
    next(pieces)
    with django_assert_num_queries(2):
        first = next(pieces).decode()
    make_contact("Contact 0 came meanwhile")
    made[8].delete()
    Contact.objects.filter(pk=made[7].pk).update(name="A name that comes first now")
    rest = b"".join(pieces).decode()
    found = [line.split(",")[1] for line in (first + rest).splitlines()]
    assert found == [*(f"Contact {place}" for place in range(7)), "A name that comes first now"]


def test_numbers_that_a_contact_gets_while_the_file_is_read_are_not_lost(admin_client):
    ada = make_contact("Ada", "+6591234567")
    response = admin_client.get(CSV)
    ContactNumber.objects.create(contact=ada, number="1001")
    [header, row] = read_csv(response)
    assert (header, row[7:]) == (HEADER, ["tel:+6591234567", "", "tel:1001", ""])


def test_a_sheet_that_would_be_too_wide_is_refused_before_it_begins(admin_client, monkeypatch):
    monkeypatch.setattr(exporting, "COLUMNS_PER_SHEET", 10)
    make_contact("Ada", "+6591234567", "1001")
    response = admin_client.get(XLSX, {"q": "ada"})
    assert (response.status_code, response.url, remembered()) == (302, f"{LIST}?q=ada", [])
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "A row of these has more columns than an XLSX sheet can hold. Export them as CSV."
    ]
    assert names(admin_client.get(CSV)) == ["Ada"]


def test_a_question_that_the_list_refuses_exports_nothing(admin_client):
    assert (admin_client.get(CSV, {"remarks__contains": "x"}).status_code, remembered()) == (400, [])


@pytest.mark.parametrize(
    "permissions", [["view_contact"], ["export_contact"], ["change_contact", "delete_contact"], []]
)
def test_without_the_rights_to_look_and_to_export_nothing_is_exported_nor_offered(client, permissions):
    contact = make_contact("Ada")
    clerk(client, *permissions)
    assert [client.get(address).status_code for address in (CSV, XLSX)] == [403, 403]
    client.post(LIST, {"action": "export_csv", "_selected_action": [contact.pk]})
    assert (b"export" in client.get(LIST).content.lower(), remembered()) == (False, [])


def test_with_both_rights_it_is_offered_for_what_the_list_shows(client):
    make_contact("Ada")
    clerk(client, "view_contact", "export_contact")
    page = client.get(LIST, {"q": "ada", "archived": "all", "p": "1"}).content.decode()
    for address, kind in ((CSV, "CSV"), (XLSX, "XLSX")):
        assert f'<a href="{address}?archived=all&amp;q=ada">Export as {kind}</a>' in page
        assert f'<option value="export_{kind.lower()}">Export selected contacts as {kind}</option>' in page
    assert names(client.get(CSV, {"q": "ada"})) == ["Ada"]


def test_where_a_contact_is_looked_up_for_another_form_nothing_is_exported(admin_client):
    assert b"Export as" not in admin_client.get(LIST, {"_popup": "1"}).content


def test_reading_a_file_leaves_the_contacts_as_they_are(admin_client, people):
    before = list(Contact.objects.values()), list(ContactNumber.objects.values())
    read_csv(admin_client.get(CSV)), read_xlsx(admin_client.get(XLSX))
    assert (list(Contact.objects.values()), list(ContactNumber.objects.values())) == before
