"""One line for each request, and no key in any line."""

import logging

import pytest

from dbncrm.logs import WithoutKeys

KEY = "dbn_0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        (f"Not Found: /3cx/query?cid=1&token={KEY}", "Not Found: /3cx/query?cid=1&token=..."),
        ("GET /3cx/query%3Ftoken=key-of-an-older-system&cid=1", "GET /3cx/query%3Ftoken=...&cid=1"),
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
    assert [handler["filters"] for handler in handlers] == [["without_keys"]]


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
