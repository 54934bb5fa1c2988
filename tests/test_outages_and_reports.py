"""What is answered, and what is written down, when something breaks."""

import sys
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.views.debug import technical_500_response

from callnotes.tests.factories import make_agent
from dbncrm.error_reports import DiscreetExceptionReporter

KEY = "dbn_a-key-that-nobody-may-read"


@contextmanager
def database_away():
    def refuse(*arguments):
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/popup?cid=91234567", "/numbers/+6591234567/", "/admin/"])
def test_people_are_told_that_the_database_does_not_answer(client, address):
    client.force_login(make_agent())
    client.raise_request_exception = False
    with database_away():
        response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The database does not answer" in response.content.decode()


@pytest.mark.django_db
def test_the_process_is_alive_but_not_ready_while_the_database_is_away(client):
    with database_away():
        alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"ok": True})
    assert (ready.status_code, ready.json()) == (
        503,
        {"ok": False, "message": "The database does not answer; the log tells why."},
    )


@pytest.mark.django_db
def test_the_process_is_not_ready_before_the_database_is_migrated(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'callnotes' AND name >= '0003'")
    response = client.get("/readyz")
    message = "The database is not migrated: run python manage.py migrate."
    assert (response.status_code, response.json()) == (503, {"ok": False, "message": message})


@pytest.mark.django_db
def test_the_process_is_ready_with_a_migrated_database(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ok": True})


@pytest.mark.django_db
def test_another_fault_of_ours_is_a_page_with_500(client, monkeypatch):
    client.force_login(make_agent())
    client.raise_request_exception = False

    def break_down(*arguments):
        raise RuntimeError("unforeseen")

    with connection.execute_wrapper(break_down):
        response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()


def test_a_host_name_that_is_not_allowed_is_told_to_the_phone_system_as_json(client):
    response = client.get("/3cx/query", {"cid": "1"}, headers={"host": "other.example"})
    assert (response.status_code, response["Cache-Control"]) == (400, "no-store")
    assert response.json() == {
        "success": False,
        "error": "bad_request",
        "message": "The request was refused before it was read; check that ALLOWED_HOSTS lists the host name it used.",
    }


def broken_report(reporter) -> str:
    """The page that Django would show or mail for an error, with a key in the query, the form and a variable."""
    request = RequestFactory().post(f"/3cx/query?token={KEY}", {"token": KEY}, headers={"x-api-key": KEY})
    request.exception_reporter_class = reporter
    try:
        parameters = {"token": KEY}
        raise RuntimeError(f"unforeseen, with {len(parameters)} parameter")
    except RuntimeError:
        return technical_500_response(request, *sys.exc_info()).content.decode()


def test_an_error_report_holds_no_key(settings):
    from django.views.debug import ExceptionReporter  # noqa: PLC0415

    assert KEY in broken_report(ExceptionReporter), "Django's own report would leak, so this test can fail"
    report = broken_report(DiscreetExceptionReporter)
    assert KEY not in report
    assert "unforeseen, with 1 parameter" in report
    assert settings.DEFAULT_EXCEPTION_REPORTER == "dbncrm.error_reports.DiscreetExceptionReporter"
