"""One line for each request, and no key in any line."""

import copy
import io
import logging
import logging.config

import pytest

from callnotes import calendar_feeds
from callnotes.tests.factories import make_agent
from dbncrm.logs import WithoutKeys

KEY = "dbn_0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        (f"Not Found: /3cx/query?cid=1&token={KEY}", "Not Found: /3cx/query?cid=1&token=..."),
        ("GET /3cx/query%3Ftoken=key-of-an-older-system&cid=1", "GET /3cx/query%3Ftoken=...&cid=1"),
        (f"GET /callbacks/feed/{KEY}.ics 200", "GET /callbacks/feed/dbn_... 200"),
        (f"Key {KEY} was sent", "Key dbn_... was sent"),
        ("GET /numbers/+6591234567/ 200", "GET /numbers/+6591234567/ 200"),
    ],
)
def test_a_key_is_taken_out_of_a_line(line, logged):
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (line,), None)
    assert WithoutKeys().filter(record)
    assert record.getMessage() == logged


def test_every_handler_of_the_project_takes_keys_out(settings):
    handlers = settings.LOGGING["handlers"].values()
    assert [handler["filters"] for handler in handlers] == [["without_keys", "refusals_in_one_line"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/3cx/query?cid=1&token=key-of-an-older-system", "GET /3cx/query 401"),
        ("/nope%0aFAKE%20LINE", "GET /nope%0AFAKE%20LINE 404"),
    ],
)
def test_a_request_is_one_line_without_its_query(client, caplog, path, line):
    caplog.set_level(logging.INFO, "dbncrm.access")
    client.get(path)
    [logged] = [record.getMessage() for record in caplog.records if record.name == "dbncrm.access"]
    assert logged.startswith(f"{line} ")
    assert logged.endswith(" ms")


@pytest.fixture
def log(settings):
    """What the project's own handler writes."""
    written = io.StringIO()
    told = copy.deepcopy(settings.LOGGING)
    configurator = logging.config.DictConfigurator(told)
    handler = logging.StreamHandler(written)
    for name in told["handlers"]["console"]["filters"]:
        handler.addFilter(configurator.configure_filter(told["filters"][name]))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(("is_revoked", "status"), [(False, 200), (True, 404)])
def test_the_key_of_a_calendar_is_in_no_line_also_where_it_opens_nothing(client, log, caplog, is_revoked, status):
    caplog.set_level(logging.INFO)
    agent = make_agent()
    key = calendar_feeds.issue(agent)
    if is_revoked:
        calendar_feeds.revoke(agent)
    assert client.get(f"/callbacks/feed/{key}.ics").status_code == status
    assert f"GET /callbacks/feed/dbn_... {status} " in log.getvalue()
    assert key[4:] not in log.getvalue()


@pytest.mark.django_db
def test_a_page_that_is_refused_is_no_traceback(client, log, caplog):
    caplog.set_level(logging.INFO)
    client.force_login(make_agent(is_staff=True))
    assert client.get("/admin/auth/user/").status_code == 403
    refused, accessed = log.getvalue().splitlines()
    assert refused == "Forbidden (Permission denied): /admin/auth/user/"
    assert accessed.startswith("GET /admin/auth/user/ 403 ")


@pytest.mark.django_db
def test_a_filter_that_there_is_not_is_one_line_without_what_was_asked(admin_client, log, caplog):
    caplog.set_level(logging.INFO)
    assert admin_client.get("/admin/contacts/contact/?6591244275__x=1").status_code == 400
    refused, accessed = log.getvalue().splitlines()
    assert refused == "Refused: DisallowedModelAdminLookup"
    assert accessed.startswith("GET /admin/contacts/contact/ 400 ")
