"""What a deployment sets, and how it is told what is wrong."""

import pytest

from callnotes.calling_hours import read
from contacts.phone import REGIONS
from dbncrm.environment import Environment

SECRET = "0123456789 abcdefghijklmnopqrstuvwxyz $not-a-variable"
PUBLIC_URL_FAULT = "PUBLIC_URL is {!r}; write the address that people open, such as https://crm.example.com."


@pytest.mark.parametrize("text", ["on", "ON", "true", "yes", "1", " on "])
def test_a_switch_is_on(text):
    assert Environment({"DEBUG": text}).switch("DEBUG", default=False) is True


@pytest.mark.parametrize("text", ["off", "False", "no", "0"])
def test_a_switch_is_off(text):
    assert Environment({"DEBUG": text}).switch("DEBUG", default=True) is False


def test_a_mistyped_switch_is_refused():
    env = Environment({"DEBUG": "flase"})
    env.switch("DEBUG", default=False)
    assert env.faults == ["DEBUG is 'flase'; write on or off."]


def test_a_secret_is_taken_as_it_stands():
    env = Environment({"SECRET_KEY": "$" + SECRET})
    assert (env.secrets("SECRET_KEY"), env.faults) == (["$" + SECRET], [])


def test_several_secrets_are_separated_by_commas_and_keep_no_blanks():
    assert Environment({"TOKEN_PEPPER": f" {SECRET}1 , {SECRET}2,"}).secrets("TOKEN_PEPPER") == [
        SECRET + "1",
        SECRET + "2",
    ]


@pytest.mark.parametrize("text", ["short", "a" * 60, "django-insecure-" + SECRET])
def test_a_weak_secret_is_refused(text):
    env = Environment({"SECRET_KEY": text})
    env.secrets("SECRET_KEY")
    assert [fault.split(";")[0] for fault in env.faults] == ["SECRET_KEY is too weak"]


def test_lists_keep_no_blanks():
    assert Environment({"ALLOWED_HOSTS": " a.example, ,b.example "}).items("ALLOWED_HOSTS") == [
        "a.example",
        "b.example",
    ]


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "²", "1 # one proxy"])
def test_a_number_that_is_none_is_refused(text):
    env = Environment({"TRUSTED_PROXY_COUNT": text})
    env.whole_number("TRUSTED_PROXY_COUNT", 0)
    assert env.faults == [f"TRUSTED_PROXY_COUNT is {text!r}; write a whole number, 0 or more."]


@pytest.mark.parametrize(
    "url",
    [
        *("nonsense", "mysql://user:secret@host/name", "postgresql://user:secret@host:port/name"),
        *("postgresql://user:secret@host", "sqlite://", "postgres:/host/name:"),
    ],
)
def test_a_malformed_database_url_is_refused_without_showing_it(url):
    env = Environment({"DATABASE_URL": url})
    env.database("DATABASE_URL")
    assert [fault.split(";")[0] for fault in env.faults] == ["DATABASE_URL is malformed"]
    assert "secret" not in env.faults[0]


@pytest.mark.parametrize(
    ("url", "name", "host"),
    [
        ("postgresql://user:p%40ss@host:5432/crm", "crm", "host"),
        ("postgres://user@host/crm?sslmode=require", "crm", "host"),
        ("sqlite:////srv/crm.sqlite3", "/srv/crm.sqlite3", ""),
        ("sqlite:///crm.sqlite3", "crm.sqlite3", ""),
    ],
)
def test_a_database_url_is_read(url, name, host):
    env = Environment({"DATABASE_URL": url})
    database = env.database("DATABASE_URL")
    assert (database["NAME"], database["HOST"], env.faults) == (name, host, [])


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Asia"])
def test_a_time_zone_that_is_none_is_refused(zone):
    env = Environment({"TIME_ZONE": zone})
    env.time_zone("TIME_ZONE", "Asia/Singapore")
    assert env.faults == [f"TIME_ZONE is {zone!r}; write an IANA name such as Asia/Singapore."]


def test_calling_hours_are_read_and_wrong_ones_refused_with_what_to_write():
    env = Environment({"CALLING_HOURS": "Sa 10:00-14:00", "NIGHT": "Mo 22:00-06:00", "OTHER": "9 to 5"})
    assert env.calling_hours("CALLING_HOURS", "Mo-Fr 09:00-18:00") == read("Sa 10:00-14:00")
    assert env.calling_hours("UNSET", "Mo-Fr 09:00-18:00") == read("Mo-Fr 09:00-18:00")
    assert env.faults == []
    for name in ("NIGHT", "OTHER"):
        assert env.calling_hours(name, "Mo-Fr 09:00-18:00") == read("Mo-Fr 09:00-18:00")
    assert env.faults == [
        "NIGHT is 'Mo 22:00-06:00'; write periods that end after they begin, and a night as two: Mo 22:00-24:00,"
        " Tu 00:00-06:00.",
        "OTHER is '9 to 5'; write days and hours such as Mo-Fr 09:00-12:30 13:30-18:00, Sa 10:00-14:00.",
    ]


def test_a_phone_region_is_read_in_any_case_and_a_wrong_one_refused():
    env = Environment({"DEFAULT_PHONE_REGION": "my", "OTHER": "XX"})
    assert env.choice("DEFAULT_PHONE_REGION", "SG", REGIONS, example="SG") == "MY"
    assert env.faults == []
    env.choice("OTHER", "SG", REGIONS, example="SG")
    assert env.faults == ["OTHER is 'XX'; write SG."]


@pytest.mark.parametrize(
    "url",
    [
        *("crm.example.com", "//crm.example.com", "ftp://crm.example.com", "javascript:alert(1)", "https:"),
        *("https://crm.example.com/path", "https://crm.example.com?x=1", "https://crm.example.com#x"),
        *("https://robin@crm.example.com", "https://robin:word@crm.example.com", "https://:8443"),
    ],
)
def test_a_public_address_that_is_none_is_refused(url):
    env = Environment({"PUBLIC_URL": url})
    assert env.public_url("PUBLIC_URL") == ""
    assert env.faults == [PUBLIC_URL_FAULT.format(url)]


@pytest.mark.parametrize(
    "url",
    [
        *("https://crm.example.com?", "https://crm.example.com#", "https://:word@crm.example.com"),
        *("https://crm.example.com:port", "https://crm.example.com:99999", "https://crm example.com"),
    ],
)
def test_a_public_address_that_only_looks_like_one_is_refused(url):
    env = Environment({"PUBLIC_URL": url})
    assert env.public_url("PUBLIC_URL") == ""
    assert env.faults == [PUBLIC_URL_FAULT.format(url)]


def test_a_public_address_with_a_broken_bracket_is_refused_like_any_other():
    url = "https://[2001:db8::7"
    env = Environment({"PUBLIC_URL": url})
    assert env.public_url("PUBLIC_URL") == ""
    assert env.faults == [PUBLIC_URL_FAULT.format(url)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://crm.example.com", "https://crm.example.com"),
        (" https://crm.example.com/ ", "https://crm.example.com"),
        ("https://crm.example.com:8443/", "https://crm.example.com:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://[2001:db8::7]:8443", "https://[2001:db8::7]:8443"),
        ("", ""),
    ],
)
def test_a_public_address_keeps_no_slash_at_its_end(text, url):
    env = Environment({"PUBLIC_URL": text})
    assert (env.public_url("PUBLIC_URL"), env.faults) == (url, [])


@pytest.mark.parametrize(
    "text",
    [
        *("https://pbx.example.com", "https://pbx.example.com/", " https://pbx.example.com "),
        *("https://pbx.example.com/webclient", "https://pbx.example.com/webclient/"),
        *("https://pbx.example.com/webclient/#", "https://pbx.example.com/webclient/#/", "https://pbx.example.com/#/"),
    ],
)
def test_the_web_clients_address_is_taken_as_a_browser_shows_it(text):
    env = Environment({"THREECX_WEBCLIENT_URL": text})
    assert env.web_client_url("THREECX_WEBCLIENT_URL") == "https://pbx.example.com/webclient"
    assert env.faults == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://pbx.example.com:5001", "https://pbx.example.com:5001/webclient"),
        ("http://192.0.2.7/webclient", "http://192.0.2.7/webclient"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_the_web_client_may_have_a_port_and_need_not_be_there(text, url):
    env = Environment({"THREECX_WEBCLIENT_URL": text})
    assert (env.web_client_url("THREECX_WEBCLIENT_URL"), env.faults) == (url, [])


@pytest.mark.parametrize(
    "url",
    [
        *("pbx.example.com", "pbx.example.com:5001", "tel:", "javascript:alert(1)", "ftp://pbx.example.com"),
        *("https://pbx.example.com/webclient/#/people", "https://pbx.example.com/portal", "https://[pbx.example.com"),
        *("https://robin@pbx.example.com", "https://pbx.example.com?x=1"),
    ],
)
def test_a_web_clients_address_that_is_none_is_refused(url):
    env = Environment({"THREECX_WEBCLIENT_URL": url})
    assert env.web_client_url("THREECX_WEBCLIENT_URL") == ""
    what_to_write = "write the address of 3CX's web client, such as https://pbx.example.com"
    assert env.faults == [f"THREECX_WEBCLIENT_URL is {url!r}; {what_to_write}."]


@pytest.mark.parametrize("hosts", ["https://crm.example.com", "crm.example.com/path"])
def test_a_host_that_is_an_address_is_refused(hosts):
    env = Environment({"ALLOWED_HOSTS": hosts})
    env.required_hosts("ALLOWED_HOSTS", example="crm.example.com")
    assert [fault.split(";")[0] for fault in env.faults] == ["ALLOWED_HOSTS holds an address"]


def test_one_secret_may_hold_a_comma():
    env = Environment({"SECRET_KEY": SECRET + ",$"})
    assert (env.secret("SECRET_KEY"), env.faults) == (SECRET + ",$", [])
