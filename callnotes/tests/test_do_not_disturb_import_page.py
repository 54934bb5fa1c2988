"""The back office's page that imports numbers into the ledger: what it shows first, what it writes, who may."""

import html
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from callnotes.import_forms import MOST_BYTES, MOST_ROWS
from callnotes.models import DoNotDisturb
from callnotes.tests.factories import make_agent, make_peace
from changes.tests.factories import traces
from contacts.tests.import_files import SHEET, changed_workbook, xlsx_file
from contacts.tests.pages import addresses, pieces, section, table, words

pytestmark = pytest.mark.django_db

LIST = "/admin/callnotes/donotdisturb/"
PAGE = f"{LIST}import/"
NUMBER, OTHER_NUMBER, THIRD_NUMBER = "+6591234567", "+12025550123", "+442079460958"
OVER = "2020-01-01T00:00:00+08:00"
ROWS = f"Phone;Reason;Until;Name\r\n9123 4567;Brief;;Jürgen\r\n{OTHER_NUMBER};;;\r\n{THIRD_NUMBER};;{OVER};\r\n"
NOT_ONE = "A row is about one number. Write one in each."
TOO_MUCH = "The file has more than 1 MB or 2,000 rows."
TOO_MUCH += " Split it, or have it imported on the server by python manage.py import_do_not_disturb."


@pytest.fixture
def clerk(client) -> User:
    """Staff who may add entries, signed in."""
    clerk = make_agent("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["add_donotdisturb", "view_donotdisturb"]))
    client.force_login(clerk)
    return clerk


def upload(client: Client, content: bytes | str, name: str = "list.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content)})


def send(client: Client, shown, button: str):
    """The form of a page as a browser sends it, with each line end as two characters."""
    [rows] = re.findall(r'name="rows" value="([^"]*)"', shown.content.decode())
    return client.post(PAGE, {"rows": html.unescape(rows).replace("\n", "\r\n"), button: "x"})


def counted(response) -> dict[str, str]:
    counts = section(response, "counts")
    return dict(zip(map(words, pieces(counts, "dt")), map(words, pieces(counts, "dd")), strict=True))


def refusal(response) -> str:
    """What stands at the field."""
    [errors] = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', response.content.decode(), re.DOTALL)
    return words(errors)


def entries() -> list[tuple]:
    return list(DoNotDisturb.objects.order_by("pk").values_list("number", "reason", "set_by__username"))


def buttons(response) -> list[str]:
    [form] = [markup for markup in pieces(response.content.decode(), "form") if 'name="rows"' in markup]
    return [*re.findall(r'type="submit" name="(\w+)"', form), *map(words, pieces(form, "a"))]


def test_a_file_is_looked_at_first_and_written_when_that_is_asked_for(client, clerk):
    make_peace(OTHER_NUMBER)
    shown = upload(client, ROWS.encode("cp1252"))
    assert counted(shown) == {"added": "1", "unchanged": "1", "lifted or over": "1", "rejected": "0"}
    assert "Headings found: Phone, Reason, Until, Name" in words(shown.content.decode())
    assert "Read of them: Phone, Reason, Until" in words(shown.content.decode())
    assert buttons(shown) == ["import", "Choose another file"]
    assert [entry[0] for entry in entries()] == [OTHER_NUMBER]
    done = send(client, shown, "import")
    assert done.url == LIST
    assert "Added: 1, unchanged: 1, lifted or over: 1." in words(client.get(LIST).content.decode())
    assert entries()[1:] == [(NUMBER, "Brief", "clerk")]
    assert traces(DoNotDisturb.objects.get(number=NUMBER)) == [("clerk", "+", {})]


def test_what_is_sent_twice_is_added_once(client, clerk):
    shown = upload(client, ROWS)
    for _time in range(2):
        assert send(client, shown, "import").url == LIST
    assert [entry[0] for entry in entries()] == [NUMBER, OTHER_NUMBER]
    again = upload(client, ROWS)
    assert counted(again)["added"] == "0"
    assert "No row adds a number." in words(again.content.decode())
    assert buttons(again) == ["Choose another file"]


def test_a_workbook_is_imported_likewise(client, clerk):
    shown = upload(client, xlsx_file(["Number", "Reason"], [6591234567, "For ever."]).getvalue(), "list.xlsx")
    assert counted(shown)["added"] == "1"
    send(client, shown, "import")
    assert entries() == [(NUMBER, "For ever.", "clerk")]


def test_rejected_rows_are_shown_and_stay_when_the_others_are_imported(client, clerk):
    rows = f'Number,Reason\r\nnone,"Brief, <b>\n""again"""\r\n{NUMBER},\r\n{NUMBER} / {OTHER_NUMBER},\r\n'
    shown = upload(client, rows)
    rejected = [["2", NOT_ONE, 'none · Brief, <b> "again"'], ["4", NOT_ONE, f"{NUMBER} / {OTHER_NUMBER} ·"]]
    assert (table(section(shown, "rejected")), entries()) == (rejected, [])
    assert buttons(shown) == ["import", "download", "Choose another file"]
    done = send(client, shown, "import")
    assert (done.status_code, table(section(done, "rejected"))) == (200, rejected)
    assert "The numbers are imported, but for the rejected rows." in words(done.content.decode())
    assert buttons(done) == ["download", "Choose another file", "To the list"]
    assert entries() == [(NUMBER, "", "clerk")]


def test_the_download_is_the_file_that_the_command_writes(client, clerk, tmp_path):
    rows = f"Number,Since,Until\r\nnone\r\n=1+1,,\r\n{NUMBER},tomorrow,\r\n{NUMBER},,{OVER}\r\n{NUMBER},2999-01-01,\r\n"
    (tmp_path / "list.csv").write_text(rows, newline="")
    with pytest.raises(CommandError, match=r"Rejected: 4\."):
        call_command("import_do_not_disturb", tmp_path / "list.csv", "--by=clerk", "--check")
    downloaded = send(client, upload(client, rows), "download")
    assert b"".join(downloaded) == (tmp_path / "list.rejected.csv").read_bytes()
    assert re.fullmatch(
        r'attachment; filename="do-not-disturb-rejected-\d{4}-\d\d-\d\d.csv"', downloaded["Content-Disposition"]
    )
    assert entries() == []


def test_of_many_rejected_rows_the_first_hundred_are_shown_and_that_is_said(client, clerk):
    shown = upload(client, "Number\r\n" + "none\r\n" * 101)
    assert [row[0] for row in table(section(shown, "rejected"))] == [str(row) for row in range(2, 102)]
    assert "The first 100 are shown; the download has all." in words(shown.content.decode())
    assert len(b"".join(send(client, shown, "download")).splitlines()) == 102


def test_what_a_file_says_is_no_part_of_the_page(client, clerk):
    shown = upload(client, f'Number,"<script>""1"""\r\n{NUMBER},"</script>""><b>"\r\n').content.decode()
    assert ("<script>&quot;1" in shown, "</script>&quot;" in shown, '"><b>' in shown) == (False, False, False)


def far_reaching() -> bytes:
    """A workbook that is small, and over which a web process would have to reserve millions of cells."""
    file = xlsx_file(["Number", "Reason"], [NUMBER, "Brief"])
    return changed_workbook(file, SHEET, lambda sheet: sheet.replace(b'"B2"', b'"GA5000"')).getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The submitted file is empty."),
        (b"Number\r\n", "The file has no rows below its headings. Choose a file with rows."),
        (
            b"Name,Company\r\nMira,Korfield\r\n",
            "The file needs one column of phone numbers. Give it the heading Number.",
        ),
        (
            b"Number,Phone\r\n91234567,91234567\r\n",
            "The file needs one column of phone numbers. Give it the heading Number.",
        ),
        (
            b"\xd0\xcf\x11\xe0" + b"x" * 600,
            "This is a workbook of Excel 97-2003 or one with a password. Save it as XLSX or CSV.",
        ),
        (
            b"PK\x03\x04" + b"x" * 600,
            "This is no XLSX workbook, or a damaged one. Open it in a spreadsheet and save it anew.",
        ),
        (
            far_reaching(),
            "A sheet reaches over 915,000 cells; at most 500,000 are read. Save it as CSV, or split it.",
        ),
        (
            b'Number\r\n"9\r\n',
            "Row 2 (line 2): a quotation mark opens a cell and does not close it properly. Mend it, or choose another"
            " delimiter.",
        ),
        (b"Number\r\n" + b"91234567\r\n" * (MOST_ROWS + 1), TOO_MUCH),
        (b"Number\r\n91234567\r\n" + b"\r\n" * (MOST_BYTES // 2), TOO_MUCH),
        ("号码,原因\r\n91234567,".encode("gb18030") + "请勿打扰".encode("gb18030") * 50 + b"\r\n" * 499_900, TOO_MUCH),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_file_that_cannot_be_imported_says_why_at_its_field(client, clerk, content, said):
    assert refusal(upload(client, content)) == said
    assert entries() == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "This field is required."),
        ({"rows": ""}, "This field is required."),
        ({"rows": "Number\r\n"}, "The file has no rows below its headings. Choose a file with rows."),
        (
            {"rows": "Number\r\n\0\r\n"},
            "Row 2 (line 1) holds NUL characters: this is no text, or text of another encoding.",
        ),
        ({"rows": "Number\r\n" + "91234567\r\n" * (MOST_ROWS + 1)}, TOO_MUCH),
    ],
    ids=["nothing", "no rows", "no row", "no text", "too many rows"],
)
@pytest.mark.parametrize("button", ["import", "download"])
def test_rows_that_come_back_are_checked_anew(client, clerk, sent, said, button):
    assert refusal(client.post(PAGE, sent | {button: "x"})) == said
    assert entries() == []


def test_as_many_rows_as_are_allowed_travel_on_in_the_page(client, clerk):
    row = f"{NUMBER},{'x' * 480}\r\n"
    content = "Number,Remarks\r\n" + row * (MOST_ROWS - 1) + f"{OTHER_NUMBER},"
    content += "x" * (MOST_BYTES - len(content))
    shown = upload(client, content)
    assert counted(shown) == {"added": "2", "unchanged": "1998", "lifted or over": "0", "rejected": "0"}
    done = send(client, shown, "import")
    assert int(done.request["CONTENT_LENGTH"]) > MOST_BYTES
    assert (done.url, len(entries())) == (LIST, 2)


def test_a_file_over_the_limit_is_refused_before_it_is_read(client, clerk):
    length = str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    response = client.generic("POST", PAGE, b"", CONTENT_LENGTH=length)
    assert (response.status_code, refusal(response)) == (413, TOO_MUCH)


def test_the_limits_are_said_on_the_page(client, clerk):
    said = "At most 1 MB and 2,000 rows. Longer files are imported on the server by python manage.py"
    assert said in words(client.get(PAGE).content.decode())


def test_an_import_needs_the_forms_token(client, clerk):
    client.handler.enforce_csrf_checks = True
    assert upload(client, ROWS).status_code == 403
    assert client.post(PAGE, {"rows": ROWS, "import": "x"}).status_code == 403
    assert entries() == []


def person(kind: str) -> User:
    """Somebody who may not import, each for another reason."""
    who = make_agent(kind, is_staff=kind != "agent")
    right = Permission.objects.get(codename="add_donotdisturb" if kind != "viewer" else "view_donotdisturb")
    who.user_permissions.add(right)
    if kind == "auditor":
        who.groups.add(Group.objects.get(name="Auditor"))
    return who


@pytest.mark.parametrize(("kind", "status"), [("agent", 302), ("viewer", 403), ("auditor", 403)])
def test_who_may_add_no_entries_or_sees_numbers_masked_imports_none(client, kind, status):
    client.force_login(person(kind))
    sent = {"rows": ROWS, "import": "x"}
    answered = [client.get(PAGE), client.post(PAGE, sent), upload(client, ROWS)]
    assert [response.status_code for response in answered] == [status] * 3
    assert entries() == []
    if status == 403:
        assert PAGE not in addresses(client.get(LIST).content.decode())


def test_the_list_leads_to_the_page_and_the_page_back(client, clerk):
    assert PAGE in addresses(client.get(LIST).content.decode())
    assert LIST in addresses(client.get(PAGE).content.decode())
