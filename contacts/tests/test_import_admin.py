"""The back office's pages of imports: who may do what, and what the pages say."""

import re
import uuid
from unittest.mock import ANY

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from contacts.importing import files, saving
from contacts.models import Contact
from contacts.models.imports import ImportMapping, ImportRun, KeepRule, SharedRule, State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, counts, csv_file, done, imported, xlsx_file
from contacts.tests.pages import pieces, section, table, words

pytestmark = pytest.mark.django_db

LIST = "/admin/contacts/importrun/"
LINES = ("Name,Mobile", "Mira Talvane,6591234567", "Tomas Ostfield,6.59E+9")


@pytest.fixture
def clerk(client) -> User:
    """Staff who may import, signed in."""
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="add_importrun"))
    client.force_login(clerk)
    return clerk


def upload(client, *lines: str, **fields):
    file = SimpleUploadedFile("people.csv", csv_file(*lines).getvalue())
    return client.post(f"{LIST}add/", {"file": file, **fields})


def page(client, run: ImportRun, query: str = "") -> str:
    response = client.get(f"{LIST}{run.pk}/change/{query}")
    assert response.status_code == 200
    return response.content.decode()


def mapping_fields(run: ImportRun, **changes) -> dict:
    columns = {
        f"{name}_{place}": value
        for place, column in enumerate(run.columns)
        for name, value in zip(("target", "label"), column, strict=True)
    }
    return {**columns, "keep_rule": run.keep_rule, "shared_rule": run.shared_rule, **changes}


def test_a_file_is_uploaded_mapped_checked_imported_and_undone(client, clerk):
    response = upload(client, *LINES)
    run = ImportRun.objects.get()
    assert (response.url, run.created_by, run.state) == (f"{LIST}{run.pk}/change/", clerk, State.DRAFT)
    assert "not checked yet" in words(page(client, run))
    client.post(f"{LIST}{run.pk}/mapping/", mapping_fields(run, label_1="direct", save_as="Monthly"))
    assert "It waits for the worker." in words(page(client, run))
    call_command("run_imports", "--once")
    advice = "Mobile, “6.59E+9”: A spreadsheet has lost digits of it. Write the number in full, as text."
    rejected = section(client.get(f"{LIST}{run.pk}/change/"), "rows")
    assert table(rejected) == [["3", advice, "Tomas Ostfield · 6.59E+9"]]
    assert "+65 9123 4567 lost plus put back" in words(page(client, run, "?show=repaired"))
    assert Contact.objects.count() == 0
    client.post(f"{LIST}{run.pk}/start/")
    call_command("run_imports", "--once")
    assert [number.label for number in Contact.objects.get().numbers.all()] == ["direct"]
    client.post(f"{LIST}{run.pk}/undo/")
    call_command("run_imports", "--once")
    assert (Contact.objects.count(), ImportRun.objects.get().state) == (0, State.UNDONE)
    assert ImportMapping.objects.get().columns == {"name": ["name", ""], "mobile": ["number", "direct"]}


def test_a_workbook_is_read_by_the_worker_and_then_mapped_as_was_saved(client, clerk):
    mapping = files.remember(an_import("Who,Reach", "Mira,91234567", shared_rule=SharedRule.ADD), "Monthly")
    mapping.columns = {"who": ["name", ""], "reach": ["number", "direct"]}
    mapping.save()
    file = SimpleUploadedFile("people.xlsx", xlsx_file(["Who", "Reach"], ["Mira", 6591234567]).getvalue())
    client.post(f"{LIST}add/", {"file": file, "sheet": "People", "mapping": mapping.pk})
    run = ImportRun.objects.first()
    assert (run.state, run.asked_by, run.headings) == (State.READING, clerk, [])
    assert "It waits for the worker." in words(page(client, run))
    ImportRun.objects.filter(pk=run.pk).update(lease=uuid.uuid4())
    assert "The file is being read." in words(page(client, run))
    ImportRun.objects.filter(pk=run.pk).update(lease=None)
    call_command("run_imports", "--once")
    run.refresh_from_db()
    found = run.state, run.sheet, run.rows, run.columns, run.shared_rule
    assert found == (State.DRAFT, "People", 2, [["name", ""], ["number", "direct"]], SharedRule.ADD)
    assert "Mira" in words(page(client, run))


def test_a_workbook_that_cannot_be_read_says_why_and_is_not_kept(client, clerk):
    client.post(f"{LIST}add/", {"file": SimpleUploadedFile("people.xlsx", b"PK\x03\x04" + b"x" * 600)})
    call_command("run_imports", "--once")
    run = ImportRun.objects.get()
    markup = words(page(client, run))
    assert (run.state, run.pieces.count()) == (State.REFUSED, 0)
    assert "cannot be read" in markup
    assert "This is no XLSX workbook, or a damaged one." in markup
    assert "Check all rows" not in markup


def test_the_way_back_names_the_file_as_its_owner_does(client, clerk):
    run = an_import(*LINES)
    shown = [
        page(client, run),
        client.post(f"{LIST}{run.pk}/mapping/", mapping_fields(run, target_0="")).content.decode(),
    ]
    trails = [words(nav) for markup in shown for nav in pieces(markup, "nav") if 'class="breadcrumbs"' in nav]
    assert trails == ["Back office › Customers › Imports › people.csv"] * 2


def test_the_list_counts_rows_of_data_and_no_headings_or_blank_ones(client, clerk):
    imported("All customers", "", *LINES, ",", "Sven,61234567")
    an_import(*LINES)
    listed = re.findall(r'field-rows_of_data">([^<]*)<', client.get(LIST).content.decode())
    assert listed == ["-", "3"]


def test_the_list_is_sorted_by_the_rows_that_it_shows(client, clerk):
    imported("All customers", "", "", "", "Name,Mobile", "Sven,61234567")
    imported(*LINES)
    assert done(an_import(*LINES), State.CHECKING).rows_dealt_with == 2
    ImportRun.objects.filter(state=State.CHECKED).update(state=State.DRAFT)
    for order, shown in (("2", ["-", "1", "2"]), ("-2", ["2", "1", "-"])):
        page = client.get(LIST, {"o": order}).content.decode()
        assert re.findall(r'field-rows_of_data">([^<]*)<', page) == shown


def test_an_undo_that_kept_rows_opens_on_them(client, clerk):
    run = imported(*LINES)
    assert "Tomas Ostfield" in section(client.get(f"{LIST}{run.pk}/change/"), "rows")
    Contact.objects.update(remarks="Called back")
    done(run, State.UNDOING)
    kept = section(client.get(f"{LIST}{run.pk}/change/"), "rows")
    assert [row[:2] for row in table(kept)] == [["2", "Mira Talvane"]]
    assert "Tomas Ostfield" in section(client.get(f"{LIST}{run.pk}/change/?show=rejected"), "rows")


def test_a_check_says_field_by_field_what_would_change(client, clerk):
    mira = make_contact("Mira Talvane", "+6591234567", company="Korfield", remarks="Mornings.")
    lines = ("Name,Company,Mobile,Office,Remarks", "Mira Talvane,Korfield Motors,91234567,61234567,")
    run = done(an_import(*lines, "Sven,,91110000,,", keep_rule=KeepRule.FILE_WINS), State.CHECKING)
    told = section(client.get(f"{LIST}{run.pk}/change/?show=changed"), "rows")
    changes = "Company: Korfield → Korfield Motors Number: — → +65 6123 4567, office Number: {} → {}"
    mobile = ("+65 9123 4567", "+65 9123 4567, mobile")
    assert table(told) == [["2", "Mira Talvane (Korfield)", changes.format(*mobile), ANY]]
    assert "Korfield Motors" not in str(Contact.objects.get(pk=mira.pk))
    done(run, State.IMPORTING)
    told = section(client.get(f"{LIST}{run.pk}/change/?show=changed"), "rows")
    assert table(told)[0][2] == changes.format(*mobile)
    done(ImportRun.objects.get(), State.UNDOING)
    told = section(client.get(f"{LIST}{run.pk}/change/?show=changed"), "rows")
    assert table(told)[0][2] == ""


def test_names_archive_and_the_primary_number_are_words_too(client, clerk):
    make_contact("Mira Talvane", "+6591234567", "+6561234567")
    pk = Contact.objects.get().pk
    lines = ("ID,Name,Number 1,Number 2,Primary,Archived", f"{pk},Mira Ostfield,+6591234567,+6561234567,Number 2,yes")
    run = done(an_import(*lines, keep_rule=KeepRule.FILE_WINS), State.CHECKING)
    [row] = table(section(client.get(f"{LIST}{run.pk}/change/?show=changed"), "rows"))
    assert re.fullmatch(
        r"Name: Mira Talvane → Mira Ostfield Archived: — → .* 20\d\d, .*"
        r" Primary: \+65 9123 4567 → \+65 6123 4567",
        row[2],
    )


def test_a_check_keeps_the_changes_of_the_first_rows_alone_and_says_so(client, clerk, monkeypatch):
    monkeypatch.setattr(saving, "CHANGES_OF_A_CHECK", 2)
    for place in range(3):
        make_contact(f"Person {place}", f"+6591234{place:03}")
    lines = [f"Person {place},6591234{place:03},Firm" for place in range(3)]
    run = done(an_import("Name,Mobile,Company", *lines, keep_rule=KeepRule.FILE_WINS), State.CHECKING)
    assert list(run.kept_rows.order_by("number").values_list("before__company", flat=True)) == ["", "", None]
    told = section(client.get(f"{LIST}{run.pk}/change/?show=changed"), "rows")
    assert [row[0] for row in table(told)] == ["2", "3"]
    assert "These are the first 2 of 3: a check keeps no more." in words(told)


def test_a_saved_mapping_is_taken_for_another_file(client, clerk):
    mapping = files.remember(an_import("Who,Reach", "Mira,91234567", shared_rule=SharedRule.ADD), "Monthly")
    mapping.columns = {"who": ["name", ""], "reach": ["number", "direct"]}
    mapping.save()
    upload(client, "Reach,Who", "98765432,Tomas", mapping=mapping.pk)
    run = ImportRun.objects.first()
    assert (run.columns, run.shared_rule) == ([["number", "direct"], ["name", ""]], SharedRule.ADD)


def test_a_saved_mapping_shows_its_columns_and_rules_in_words(admin_client):
    columns = {"remarks": ["remarks", ""], "": ["", ""], "mobile": ["number", "direct"], "name": ["name", ""]}
    rules = {"keep_rule": "file_wins", "shared_rule": SharedRule.ADD}
    saved = ImportMapping.objects.create(name="Monthly", columns=columns, **rules)
    shown = admin_client.get(f"/admin/contacts/importmapping/{saved.pk}/change/").content.decode()
    columns = pieces(shown.partition("field-columns_in_words")[2], "table")[0]
    assert table(columns) == [
        ["mobile", "Phone numbers", "direct"],
        ["name", "Name", ""],
        ["remarks", "Remarks", ""],
        ["(no heading)", "— not imported —", ""],
    ]
    assert '<option value="file_wins" selected>The file wins; an empty cell changes nothing' in shown
    assert '<option value="add" selected>Add another contact who shares the number' in shown


def test_a_file_that_cannot_be_read_is_refused_where_it_was_chosen(client, clerk):
    response = upload(client, "Name,Mobile", 'Mira,"9')
    assert "a quotation mark opens a cell" in words(response.content.decode())
    assert ImportRun.objects.count() == 0


def test_a_file_over_the_limit_is_refused_before_it_is_read(client, clerk):
    response = client.generic("POST", f"{LIST}add/", b"", CONTENT_LENGTH=str(files.MOST_BYTES * 2))
    assert response.status_code == 413
    assert "The file has more than 200 MB. Split it" in words(response.content.decode())


def test_how_the_file_is_read_can_be_changed(client, clerk):
    run = an_import("Name;Mobile", "Mira,Talvane;91234567")
    fields = {"encoding": "utf-8-sig", "delimiter": ",", "header_row": 0}
    client.post(f"{LIST}{run.pk}/dialect/", fields)
    assert ImportRun.objects.get().headings == ["Column 1", "Column 2"]
    response = client.post(f"{LIST}{run.pk}/dialect/", fields | {"encoding": "utf-16"})
    assert "not written in UTF-16. Choose another encoding." in words(response.content.decode())
    assert ImportRun.objects.get().dialect["encoding"] == "utf-8-sig"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target_1": "name"}, "“Name” is chosen for more than one column. Choose it once."),
        ({"target_1": ""}, "Choose the columns that hold phone numbers"),
        ({"target_0": ""}, "Choose the column that holds the name."),
        ({"target_0": "label"}, "Labels stand behind the column of their numbers."),
        ({"target_0": "nonsense"}, "Select a valid choice."),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(client, clerk, changes, said):
    run = an_import(*LINES)
    response = client.post(f"{LIST}{run.pk}/mapping/", mapping_fields(run, **changes))
    assert said in words(response.content.decode())
    assert ImportRun.objects.get().state == State.DRAFT


def test_rejected_rows_are_downloaded(client, clerk):
    run = imported(*LINES)
    response = client.get(f"{LIST}{run.pk}/rejected/")
    assert b"".join(response).decode("utf-8-sig").splitlines()[1].startswith("Tomas Ostfield,6.59E+9,")
    assert response["Content-Disposition"] == f'attachment; filename="rejected-rows-{run.pk}.csv"'


def test_what_cannot_be_done_any_more_is_said_and_not_done(client, clerk):
    run = imported(*LINES)
    for verb in ("start", "stop", "mapping", "dialect"):
        fields = mapping_fields(run) | {"encoding": "utf-8-sig", "delimiter": ",", "header_row": 1}
        response = client.post(f"{LIST}{run.pk}/{verb}/", fields, follow=True)
        assert "The import has gone on meanwhile" in words(response.content.decode()), verb
    assert counts(ImportRun.objects.get()) == {"new": 1, "rejected": 1, "repaired": 1}


def test_who_may_only_look_may_not_work(client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_importrun"))
    client.force_login(viewer)
    run = done(an_import(*LINES), State.CHECKING)
    assert "Import now" not in page(client, run)
    for verb in ("start", "stop", "undo", "discard", "mapping", "dialect"):
        assert client.post(f"{LIST}{run.pk}/{verb}/").status_code == 403
    assert upload(client, *LINES).status_code == 403


def test_only_who_may_delete_discards(client, clerk):
    run = imported(*LINES)
    assert client.post(f"{LIST}{run.pk}/discard/").status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="delete_importrun"))
    client.force_login(User.objects.get(pk=clerk.pk))
    assert client.post(f"{LIST}{run.pk}/discard/").url == LIST
    assert (ImportRun.objects.count(), Contact.objects.count()) == (0, 1)


@pytest.mark.parametrize("verb", ["start", "stop", "undo", "discard", "mapping", "dialect"])
def test_nothing_is_done_by_following_a_link(client, clerk, verb):
    run = an_import(*LINES)
    assert client.get(f"{LIST}{run.pk}/{verb}/").status_code == 405


def test_an_upload_needs_the_forms_token(client, clerk):
    client.handler.enforce_csrf_checks = True
    assert upload(client, *LINES).status_code == 403
    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize("query", ["?show=nonsense", "?after=x", "?show=repaired&after=999", "?show=kept"])
def test_an_address_with_nonsense_shows_a_page(client, clerk, query):
    assert "Rows" in page(client, imported(*LINES), query)


def test_a_page_of_rows_costs_the_same_queries_however_many_there_are(client, clerk, django_assert_num_queries):
    few = imported(*LINES)
    many = imported("Name,Mobile", *(f"Person {place},+65912{place:05}" for place in range(150)))
    for run in (few, many):
        with django_assert_num_queries(QUERIES_OF_A_PAGE):
            markup = page(client, run, "?show=new")
    assert "Further rows" in markup


QUERIES_OF_A_PAGE = 6
