"""What people read, in another language: all of it, in step with the sources, and nothing of what machines read."""

import os
import re
import shutil
import subprocess
import sys
import uuid
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from callnotes import do_not_disturb
from callnotes.callbacks import Promise
from callnotes.models import Disposition, Draft
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from desk.tests.calls import make_call, make_chat, make_extension, make_missed_call
from integrations_3cx.tests.factories import make_token
from tests.catalogues import FOLDER, Message, compiled, messages

CATALOGUES = sorted(FOLDER.glob("*/LC_MESSAGES/django.po"))
CHINESE = FOLDER / "zh_Hans" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
NUMBER, SHARED, AT_PEACE = "+6591234567", "+6598765432", "+6591112222"
IN_CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9,en;q=0.8"}

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
MARK_UP = re.compile(r"<[^>]*>|&\w+;")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?.()]|[,;:!?()][\u4e00-\u9fff]")


def of_all(catalogues: list[Path]) -> list[Message]:
    return [message for file in catalogues for message in messages(file)]


# The catalogues


def test_every_language_that_is_offered_has_a_catalogue():
    offered = {translation.to_locale(code) for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE}
    assert {file.parts[-3] for file in CATALOGUES} == offered == {"zh_Hans"}


def test_every_message_is_translated_and_none_is_a_guess():
    assert [message.text for message in of_all(CATALOGUES) if message.is_fuzzy or not all(message.translations)] == []
    assert len(of_all(CATALOGUES)) > 500


def test_a_translation_has_the_placeholders_and_the_mark_up_of_its_message():
    def parts(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text)) + sorted(MARK_UP.findall(text))

    differing = [
        (message.text, translated)
        for message in of_all(CATALOGUES)
        for translated in message.translations
        if parts(translated) != parts(message.plural or message.text)
    ]
    assert differing == []


def test_chinese_sentences_have_full_width_punctuation():
    translated = [text for message in messages(CHINESE) for text in message.translations]
    assert [text for text in translated if HALF_WIDTH.search(MARK_UP.sub("", text))] == []
    assert HALF_WIDTH.search("已保存:")


def test_a_message_that_ends_a_sentence_is_translated_by_one_that_does():
    ends = {"。": ".", "？": "?", "：": ":"}
    differing = [
        (message.text, text)
        for message in messages(CHINESE)
        for text in message.translations
        if message.text[-1:] in ends.values() and ends.get(text[-1:]) != message.text[-1:]
    ]
    assert differing == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parts[-3])
def test_the_compiled_catalogue_says_what_the_readable_one_says(file):
    """The product runs where the programs that compile are not installed: both are kept."""
    expected = {}
    for message in messages(file):
        if message.plural:
            expected |= {(message.key, place): text for place, text in enumerate(message.translations)}
        else:
            expected[message.key] = message.translations[0]
    assert compiled(file.with_suffix(".mo")) == expected


def test_the_catalogues_are_in_step_with_the_sources(tmp_path):
    """`make messages`, in a copy, finds no message that is new, and none that is gone."""
    missing = [program for program in ("xgettext", "msgmerge", "msgfmt", "make") if not shutil.which(program)]
    if missing:
        said = f"No {missing[0]} on this machine (Debian: apt-get install gettext): texts not gathered."
        (pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip)(said)
    unneeded = shutil.ignore_patterns(".*", "tests", "migrations", "staticfiles", "*.sqlite3*")
    copy = shutil.copytree(settings.BASE_DIR, tmp_path / "copy", ignore=unneeded)
    command = ["make", "-o", ".venv/installed-dev", "messages", f"BIN={Path(sys.executable).parent}"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for file in CATALOGUES:
        now = {message.identity for message in messages(copy / file.relative_to(settings.BASE_DIR))}
        before = {message.identity for message in messages(file)}
        assert (now - before, before - now) == (set(), set())


# The templates and scripts

SAYS = re.compile(r"[A-Za-z]{2}")
SPOKEN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt"}
# Names, and what is typed or sent as it stands.
UNTRANSLATED = {"DBN CRM", "· DBN CRM", "HTTP", "ms", "HR", "CSV", "XLSX"}


class Texts(HTMLParser):
    """What a page says: its texts, and the attributes that are read out or shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        if tag not in {"input", "meta", "link", "br"}:
            self.within.append(tag)
        told = dict(attributes)
        is_button = tag == "input" and told.get("type") == "submit"
        names = SPOKEN_ATTRIBUTES | {"value"} if is_button else SPOKEN_ATTRIBUTES
        self.found += [text for name, text in attributes if name in names and text]

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, text: str) -> None:
        if text.strip() and not {"script", "style", "code", "kbd"} & set(self.within):
            self.found.append(" ".join(text.split()))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(settings.BASE_DIR)))
def test_a_template_has_no_text_that_is_not_marked(file):
    source = re.sub(r"{#.*?#}", "", file.read_text())
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{% block \w+ %}[\w-]*{% endblock %}", "", source)
    source = re.sub(r"{%.*?%}|{{.*?}}", "", source)
    assert [text for text in Texts(source).found if SAYS.search(text) and text not in UNTRANSLATED] == []


def test_a_text_that_is_not_marked_would_be_found():
    assert Texts('<p>Call <b aria-label="now">him</b></p><input type="submit" value="Go">').found == [
        *("Call", "now", "him", "Go")
    ]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(settings.BASE_DIR)))
def test_a_template_writes_no_day_or_time_in_a_form_of_its_own(file):
    forms = re.findall(r"\|date:[\"']([^\"']*)", file.read_text())
    assert set(forms) <= {"c", "U", "Y-m-d"}


def test_the_page_holds_the_words_of_its_scripts():
    scripts = "".join(file.read_text() for file in (settings.BASE_DIR / "static" / "desk").glob("*.js"))
    template = (settings.BASE_DIR / "templates" / "desk" / "_words.html").read_text()
    said, held = set(re.findall(r'word\("([\w-]+)"\)', scripts)), set(re.findall(r'data-word="([\w-]+)"', template))
    assert said == held
    assert len(held) > 10


# The pages

# Names and technical terms, and the one language that is offered in its own words.
AS_IN_ENGLISH = set(
    "DBN CRM 3CX API CSV XLSX HTTP Google Outlook Apple Web English UTC Asia Singapore Microsoft Authenticator Aegis"
    " 2FAS 1Password".split()
)
# What a Chinese administrator sets or reads in English elsewhere.
TECHNICAL = set(
    "PUBLIC_URL DEFAULT_PHONE_REGION SG https http crm example com docs 3cx md Settings Integration Integrations"
    " Ringing Error Handler Transfer Journal calls anonymous ms db8 ID lookup note V18 V20"
    " completed no_answer schedule_later do_not_disturb".split()
)
# What Django's own templates say in English yet, for those who do not see; and the labels of hidden fields.
DJANGOS = {"Model name", "Add link", "Change or view list link", "Search", "True", "False", "Submission:", "Seen:"}
KEY = re.compile(r"dbn_\w+")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_']+|\d*[A-Za-z]{2,}", re.ASCII)


@pytest.fixture
def reader(client, db) -> Client:
    """An administrator who reads Chinese, on a desk with something on every page, and all data in Chinese."""
    agent = make_extension(
        make_agent("罗宾", first_name="罗宾", last_name="陈", is_staff=True, is_superuser=True), "101"
    )
    for disposition in Disposition.objects.all():
        Disposition.objects.filter(pk=disposition.pk).update(label=f"结果{disposition.pk}")
    make_contact("米拉", NUMBER, SHARED, pk=1, company="科菲尔德", remarks="老客户")
    make_contact("托马斯", SHARED, pk=2, archived_at=timezone.now())
    now = timezone.now()
    call = make_call(NUMBER, ago(3), extension="101", queue="801", summary="询价", transcript="你好")
    for result, said in [("completed", "询价。"), ("no_answer", "没有人接。")]:
        make_note(NUMBER, said, key=result, agent=agent)
    first = make_note(SHARED, "错了。", agent=agent, now=ago(2))
    make_note(SHARED, "对了。", agent=agent, corrects=first)
    for promise in [Promise(now + timedelta(hours=3)), Promise(now - timedelta(hours=1)), Promise(by_anyone=True)]:
        make_note(f"+659000000{promise.by_anyone:d}", "请回电。", key="schedule_later", agent=agent, promise=promise)
    make_note(AT_PEACE, "请勿打扰。", key="do_not_disturb", agent=agent)
    do_not_disturb.put(SHARED, agent, "要求", now + timedelta(days=1))
    for hour in (4, 5):
        make_missed_call("+6590000002", ago(hour))
        make_call("", ago(hour), extension="101")
    make_chat(NUMBER, ago(6), "在吗？" * 300, visitor_name="访客")
    draft = {"number": NUMBER, "agent": agent, "fields": {"comments": "还没写完"}, "sequence": 1}
    Draft.objects.create(submission=uuid.uuid4(), window=uuid.uuid4(), opened_at=now, call=call, **draft)
    make_token("电话系统")
    client.force_login(agent)
    client.defaults |= IN_CHINESE
    return client


def ago(hours: int):
    return timezone.now() - timedelta(hours=hours)


def english(client: Client, address: str, allowed: set[str]) -> list[str]:
    """The English words on a page but for those that are allowed."""
    response = client.get(address, follow=True)
    assert response["Content-Language"] == "zh-hans"
    assert 'lang="zh-hans"' in response.content.decode()
    return in_english(response.content.decode(), allowed)


def in_english(page: str, allowed: set[str]) -> list[str]:
    return [text for text in Texts(page).found if set(WORD.findall(KEY.sub("", PLACEHOLDER.sub("", text)))) - allowed]


PAGES = [
    *("/", "/popup?cid=91234567", "/popup?cid=98765432", "/popup?cid=90000000", "/popup?cid=12025550123"),
    *("/popup?cid=anonymous", "/popup?cid=无", f"/popup?cid={AT_PEACE}", "/popup?cid=90000001&new=1"),
    *("/missed/", "/unmatched/", "/unmatched/?whose=everybody", "/callbacks/", "/callbacks/?whose=team"),
    *("/callbacks/calendar/", f"/numbers/{NUMBER}/", f"/numbers/{SHARED}/", f"/numbers/{AT_PEACE}/", "/contacts/1/"),
    *(f"/numbers/{NUMBER}/?kind=note", "/numbers/+6590000000/", f"/numbers/{NUMBER}/call/"),
    *(f"/numbers/{AT_PEACE}/call/", "/calls/1/", "/chats/1/", "/do-not-disturb/", "/do-not-disturb/?number=无"),
    *("/account/", "/account/password/", "/account/second-factor/"),
    *("/contacts/add/", "/contacts/1/add-number/", "/search/?q=米拉", "/search/?q=无人", "/search/?q=99887766"),
    *("/do-not-disturb/?number=91234567", "/no-such-page/"),
    *(f"/reports/{page}?period=this-month" for page in ("", "agents/", "queues/", "notes/", "calls/", "callbacks/")),
    *("/reports/", "/reports/?since=2026-03-11&until=2026-03-10", "/reports/?since=2020-01-01&until=2020-12-31"),
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_the_desk_says_nothing_in_english(reader, address):
    assert english(reader, address, AS_IN_ENGLISH) == []


def test_what_wants_the_agent_now_is_said_in_chinese(reader):
    page = reader.get("/now/").content.decode()
    assert in_english(page, set()) == []
    assert "请立即回拨：" in page or "个回拨到期" in page


@pytest.mark.parametrize("address", ["/login/", "/no-such-page/", "/callbacks/feed/no-such-key.ics"])
def test_a_visitor_is_spoken_to_in_chinese(client, db, address):
    client.defaults |= IN_CHINESE
    assert english(client, address, AS_IN_ENGLISH) == []


BACK_OFFICE = [
    *(f"/admin/callnotes/{name}/" for name in ("callnote", "call", "chat", "callback", "callreason", "disposition")),
    *("/admin/callnotes/donotdisturb/", "/admin/callnotes/donotdisturb/add/", "/admin/callnotes/disposition/add/"),
    *("/admin/contacts/contact/", "/admin/contacts/contact/add/", "/admin/contacts/contact/1/change/"),
    *("/admin/integrations_3cx/apitoken/", "/admin/integrations_3cx/apitoken/add/", "/admin/"),
    *("/admin/integrations_3cx/apitoken/connect/", "/admin/callnotes/callnote/1/change/"),
]


@pytest.mark.parametrize("address", BACK_OFFICE)
def test_a_page_of_the_back_office_says_nothing_in_english(reader, address):
    assert set(english(reader, address, AS_IN_ENGLISH | TECHNICAL)) <= DJANGOS


def test_what_is_wrong_with_a_form_is_said_in_chinese(reader):
    sent = reader.post("/popup/?cid=91234567", {"comments": ""})
    assert "请选择通话结果。" in sent.content.decode()
    assert in_english(sent.content.decode(), AS_IN_ENGLISH) == []


# Which language


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("zh-CN", "zh-hans"),
        ("zh-SG,en;q=0.5", "zh-hans"),
        ("zh-Hans", "zh-hans"),
        ("zh", "zh-hans"),
        ("zh-TW", "zh-hans"),  # who reads the other script reads this one sooner than English
        ("zh-HK,en;q=0.5", "zh-hans"),
        ("en-SG,zh;q=0.5", "en"),
        ("ms,ta;q=0.5", "en"),
        ("fr, zh-CN;q=0.5", "zh-hans"),
        ("", "en"),
        ("*", "en"),
        ("zh-CN" * 500, "en"),
    ],
)
def test_the_browser_says_which_language_its_reader_wants(client, db, wanted, expected):
    response = client.get("/login/", HTTP_ACCEPT_LANGUAGE=wanted)
    assert (response["Content-Language"], f'<html lang="{expected}">' in response.content.decode()) == (expected, True)
    assert "Accept-Language" in response["Vary"]


def chosen(client: Client, language: str, **told) -> tuple[int, str, str | None]:
    """What choosing a language answers, where it leads, and what the browser keeps."""
    response = client.post("/language/", {"language": language}, **told)
    kept = response.cookies.get("django_language")
    return response.status_code, response.url, kept and kept.value


def test_a_reader_chooses_a_language_without_a_sign_in_and_stays_on_the_page(client, db):
    assert chosen(client, "zh-hans", HTTP_REFERER="http://testserver/login/?next=/missed/") == (
        *(302, "/login/?next=/missed/".replace("/login", "http://testserver/login")),
        "zh-hans",
    )
    assert client.get("/login/", HTTP_ACCEPT_LANGUAGE="en")["Content-Language"] == "zh-hans"
    assert chosen(client, "en", HTTP_REFERER="http://testserver/login/")[2] == "en"
    assert client.get("/login/", HTTP_ACCEPT_LANGUAGE="zh-CN")["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["", "fr", "ja", "zh-hans-cn-x", "../../etc", "\0"])
def test_no_language_is_spoken_that_is_not_offered(client, db, language):
    assert chosen(client, language)[:2] == (302, "/")
    assert client.get("/login/")["Content-Language"] == "en"


def test_choosing_a_language_leads_to_no_other_site(client, db):
    assert chosen(client, "zh-hans", HTTP_REFERER="https://elsewhere.example.com/")[1] == "/"
    response = client.post("/language/", {"language": "zh-hans", "next": "https://elsewhere.example.com/"})
    assert response.url == "/"


def test_a_language_is_not_chosen_by_a_link_or_by_another_site(db):
    client = Client(enforce_csrf_checks=True)
    assert "django_language" not in client.get("/language/?language=zh-hans").cookies
    assert client.post("/language/", {"language": "zh-hans"}).status_code == 403


def test_the_cookie_lasts_and_is_not_sent_from_other_sites(client, db, settings):
    settings.LANGUAGE_COOKIE_SECURE = True
    cookie = client.post("/language/", {"language": "zh-hans"}).cookies["django_language"]
    assert (cookie["max-age"], cookie["samesite"], cookie["secure"]) == (31_536_000, "Lax", True)


def test_a_request_leaves_no_language_behind(client, db):
    assert "登录" in client.get("/login/", **IN_CHINESE).content.decode()
    assert translation.get_language() == "en"


# Machines


def asked(client: Client, path: str, **headers) -> tuple:
    response = client.get(path, **headers)
    headers = {name: value for name, value in response.headers.items() if name not in {"Retry-After"}}
    return response.status_code, headers, response.content


@pytest.mark.parametrize(
    "path", ["/3cx/query?cid=91234567", "/3cx/query", "/3cx/contacts?search=x", "/3cx/calls", "/3cx/nowhere", "/3cx/"]
)
def test_a_machine_is_answered_alike_whatever_language_it_names(client, db, path):
    _, key = make_token()
    for sent in ({}, {"HTTP_X_API_KEY": key}, {"HTTP_X_API_KEY": "wrong"}):
        plain = asked(client, path, **sent)
        client.cookies["django_language"] = "zh-hans"
        assert asked(client, path, **sent, **IN_CHINESE) == plain
        assert "Content-Language" not in plain[1]
        assert "Accept-Language" not in plain[1].get("Vary", "")
        client.cookies.clear()


def test_a_machine_is_answered_in_english_after_a_chinese_page(client, db):
    assert client.get("/login/", **IN_CHINESE)["Content-Language"] == "zh-hans"
    assert client.get("/3cx/query?cid=1", **IN_CHINESE).json()["message"].isascii()


def test_the_doctor_shows_in_chinese_what_3cx_would_receive_in_english(client, db):
    client.force_login(User.objects.create_superuser("avery"))
    token, _ = make_token()
    query = {"caller": "91234567", "token": token.pk}
    page = client.get(reverse("admin:connect_3cx"), query, **IN_CHINESE).content.decode()
    assert "呼叫流程：号码是否已知？" in page
    answers = re.findall(r"<td><code>(\{.*?)</code></td>", page)
    assert len(answers) >= 4
    assert all(answer.isascii() for answer in answers)
