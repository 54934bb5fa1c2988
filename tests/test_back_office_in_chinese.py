"""The back office's own pages, with something on each of them, say nothing in English to who reads Chinese."""

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from contacts import duplicates
from contacts.acting import acting
from contacts.models import Contact
from contacts.models.imports import ImportMapping, ImportRun, KeepRule, SharedRule, State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, done, imported
from contacts.tests.merges import make_merge
from people.tests.factories import PASSWORD, code_of, make_staff, wrong_code
from tests.test_translations import AS_IN_ENGLISH, DJANGOS, IN_CHINESE, english, in_english

NUMBER, OTHER_NUMBER = "+6591234567", "+6598765432"
IMPORTS, MERGES, PAIRS = "/admin/contacts/importrun/", "/admin/contacts/merge/", "/admin/contacts/duplicate/"
MAPPINGS = "/admin/contacts/importmapping/"
COMPARE = f"{MERGES}compare/"
NUMBERS = "/admin/callnotes/donotdisturb/import/"
# The file's name and cells, how files may be written, and the process of which the page speaks.
OF_FILES = set("people People csv ext li example com ID MB UTF LE BE Windows Big5 Shift JIS EUC KR GB worker".split())
# Every repair and most of the faults.
LINES = (
    "编号,姓名,手机,公司,邮箱,归档,说明",
    ",米拉,6591234567,,,,",
    ',李娜,"81110003; 81110004 ext 12",,<li@example.com>,,',
    ",王芳,'+6581110005,,,,",
    ',,"=""81110006""",科菲尔德,,,',
    ",陈伟,6.591110007E+9,,,,",
    ",赵一,81110008.0,,,,",
    ",钱二,081110006 手机,,,,",
    ",孙三,6.59E+9,,,,",
    ",周四,无,,,,",
    ",吴五,,,,,",
    ",,81110009,,,,",
    ",郑六,81110010,,不是,,",
    ",冯七,81110011,,,也许,",
    "九,,,,,,",
    "999,,,,,,",
    ",褚八,81110012,,,,,,多",
    f",卫九,81110013,{'长' * 300},,,",
    ",老李,98765432,,,,",
)


@pytest.fixture
def keeper(client, db) -> User:
    """An administrator who reads Chinese, signed in; the groups are named in Chinese."""
    for group in Group.objects.all():
        Group.objects.filter(pk=group.pk).update(name=f"组{group.pk}")
    keeper = User.objects.create_superuser("罗宾", first_name="罗宾", last_name="陈")
    keeper.groups.set(Group.objects.all())
    client.force_login(keeper)
    client.defaults |= IN_CHINESE
    return keeper


def left_in_english(client: Client, address: str, allowed: set[str] = frozenset()) -> set[str]:
    return set(english(client, address, AS_IN_ENGLISH | allowed)) - DJANGOS


def page_of(run: ImportRun) -> str:
    return f"{IMPORTS}{run.pk}/change/"


@pytest.mark.parametrize("state", [State.DRAFT, State.CHECKED, State.DONE, State.UNDONE])
@pytest.mark.parametrize("show", ["rejected", "repaired", "new", "changed", "kept"])
def test_an_import_says_nothing_in_english_whatever_became_of_it(client, keeper, state, show):
    make_contact("老陈", OTHER_NUMBER)
    run = an_import(*LINES, by=keeper)
    for work in {State.CHECKED: [State.CHECKING], State.DONE: [State.IMPORTING]}.get(state, []):
        run = done(run, work)
    if state == State.UNDONE:
        run = done(run, State.IMPORTING)
        Contact.objects.filter(name="米拉").update(company="科菲尔德")
        run = done(run, State.UNDOING)
    assert run.state == state
    assert left_in_english(client, f"{page_of(run)}?show={show}", OF_FILES) == set()


@pytest.mark.parametrize("state", [State.CHECKING, State.IMPORTING, State.UNDOING, State.STOPPED])
def test_an_import_that_is_under_way_says_so_in_chinese(client, keeper, state):
    run = an_import(*LINES, by=keeper)
    for told in ({}, {"lease": "4b1c0a56-0000-4000-8000-000000000000"}, {"is_stopping": True}):
        ImportRun.objects.filter(pk=run.pk).update(state=state, **told)
        assert left_in_english(client, page_of(run), OF_FILES) == set()
        piece = client.get(f"{IMPORTS}{run.pk}/progress/").content.decode()
        assert in_english(piece, AS_IN_ENGLISH | OF_FILES) == []


def test_the_lists_and_the_upload_of_imports_say_nothing_in_english(client, keeper):
    imported("姓名,手机", "米拉,91234567", by=keeper)
    ImportMapping.objects.create(name="表", columns={}, keep_rule=KeepRule.FILL, shared_rule=SharedRule.REJECT)
    for address in (IMPORTS, f"{IMPORTS}add/", MAPPINGS, f"{MAPPINGS}{ImportMapping.objects.get().pk}/change/"):
        assert left_in_english(client, address, OF_FILES) == set()


def test_an_import_of_numbers_says_nothing_in_english_before_and_after_it_is_written(client, keeper):
    rows = "号码,Until\n91234567,\n无,\n98765432,明天\n6.59E+9,\n98765432 / 91234567,\n"
    assert left_in_english(client, NUMBERS, {"MB"}) == set()
    for sent in ({"rows": rows}, {"rows": rows, "import": "x"}, {"rows": "姓名\n米拉\n"}):
        page = client.post(NUMBERS, sent).content.decode()
        assert set(in_english(page, AS_IN_ENGLISH | {"Until", "Number", "MB", "T20"})) - DJANGOS == set()


@pytest.fixture
def alike(keeper) -> list[Contact]:
    """Contacts that may be one: with and without company, e-mail, remarks, labels; one of them archived."""
    mei = make_contact("梅", NUMBER, company="科菲尔德", email="mei@example.com", remarks="上午")
    again = make_contact("梅 林", NUMBER, OTHER_NUMBER, remarks="门卫")
    third = make_contact("梅", OTHER_NUMBER, archived_at=timezone.now())
    duplicates.search(100)
    return [mei, again, third]


def test_duplicates_are_shown_compared_and_dismissed_in_chinese(client, alike):
    mei, again, third = alike
    compare = f"{COMPARE}?contact={mei.pk}&contact={again.pk}"
    for address in (PAIRS, compare, f"{compare}&contact={third.pk}", f"{PAIRS}?dismissed=on"):
        assert left_in_english(client, address, {"mei", "example", "com"}) == set()
    client.post(f"{PAIRS}dismiss/", {"first": mei.pk, "second": again.pk})
    assert left_in_english(client, f"{PAIRS}?dismissed=on", {"mei", "example", "com"}) == set()


def test_a_merge_and_its_undoing_say_nothing_in_english(client, alike):
    mei, again, _third = alike
    merge = make_merge(mei, again)
    Contact.objects.filter(pk=mei.pk).update(company="新公司")
    mei.numbers.filter(number=OTHER_NUMBER).update(label="手机")
    for _ in range(2):
        for address in (MERGES, f"{MERGES}?contact={mei.pk}", f"{MERGES}{merge.pk}/"):
            assert left_in_english(client, address, {"mei", "example", "com"}) == set()
        client.post(f"{MERGES}{merge.pk}/undo/")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [(1, "请选择至少两个不同的联系人。"), (2, "这些已是同一个联系人。"), (0, "请选择两个联系人。")],
)
def test_too_few_contacts_to_merge_are_refused_in_the_words_for_it(client, alike, chosen, said):
    mei, again, _third = alike
    make_merge(mei, again)
    response = client.get(COMPARE, {"contact": [contact.pk for contact in (mei, again)[:chosen]]})
    assert [str(message) for message in get_messages(response.wsgi_request)] == [said]


def test_the_historys_line_of_a_merge_is_in_english_whoever_merges(client, alike):
    mei, again, _third = alike
    form = client.get(f"{COMPARE}?contact={mei.pk}&contact={again.pk}").context["form"]
    fields = {name: str(form[name].value()) for name in form.fields}
    client.post(f"{COMPARE}?contact={mei.pk}&contact={again.pk}", fields)
    merge = mei.merges.get()
    client.post(f"{MERGES}{merge.pk}/undo/")
    assert [entry.change_message for entry in User.objects.get().logentry_set.order_by("pk")] == [
        "Merged: 梅 林 into 梅.",
        "Undone: 梅 林 into 梅.",
    ]


def test_people_who_failed_and_who_did_what_say_nothing_in_english(client, keeper):
    with acting(keeper):
        contact = make_contact("米拉", NUMBER, company="科菲尔德")
        contact.archived_at = timezone.now()
        contact.save()
        contact.delete()
        keeper.groups.clear()
        Group.objects.first().permissions.clear()
    for name in ("无人", "无人"):
        Client().post("/login/", {"username": name, "password": "错"})
    pages = ("/admin/auth/user/", "/admin/people/failedsignin/", "/admin/changes/change/", "/admin/auth/group/")
    for address in pages:
        assert left_in_english(client, address, {"IP"}) == set()
    page = client.get(f"/admin/auth/group/{Group.objects.last().pk}/change/").content.decode()
    assert "| 可以查看联系人<" in page
    assert "| 可以查看完整电话号码<" in page
    assert "Can " not in page


def left_on(response) -> list[str]:
    """The English on a page; what is set as code (secrets, recovery codes) is none."""
    return in_english(response.content.decode(), AS_IN_ENGLISH)


def test_a_second_factor_is_set_up_and_asked_for_in_chinese(client, db, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    client.defaults |= IN_CHINESE
    staff = make_staff("罗宾")
    client.post("/login/", {"username": "罗宾", "password": PASSWORD})
    set_up = client.get("/login/code/", follow=True)
    app = staff.totpdevice_set.get()
    wrong = client.post("/account/second-factor/", {"code": wrong_code(app)})
    app.refresh_from_db()
    app.throttle_reset()
    codes = client.post("/account/second-factor/", {"code": code_of(app)})
    account = client.get("/account/")
    client.post("/logout/")
    client.post("/login/", {"username": "罗宾", "password": PASSWORD})
    code = client.get("/login/code/")
    refused = client.post("/login/code/", {"code": wrong_code(app)})
    pages = [set_up, wrong, codes, account, code, refused]
    assert [left_on(page) for page in pages] == [[]] * len(pages)
    assert "您的恢复码" in codes.content.decode()
    assert "两步验证的验证码" in code.content.decode()


def test_who_is_locked_out_is_told_so_in_chinese(client, db, settings):
    client.defaults |= IN_CHINESE
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/login/", {"username": "无人", "password": "错"})
    assert (response.status_code, left_on(response)) == (429, [])
    assert "30 分钟后重试" in response.content.decode()
