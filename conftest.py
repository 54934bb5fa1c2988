"""What every suite shares: no threads behind a request, no counters from test to test, real transactions."""

import importlib
import os
from functools import cache

import hypothesis
import pytest
from django.core.cache import cache as counters
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from callnotes.models import Disposition
from integrations_3cx import failures, last_use
from people import rights
from people.models import StandardGroup

# What a test finds must not depend on how busy the machine is.
hypothesis.settings.register_profile(
    "steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("steady")

# The browser tests' sync Playwright runs an event loop in the thread that also uses the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


WORK_ON_A_DATABASE = {"db", "transactional_db", "live_server", "new_database"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What works on no database is the same on each of them."""
    for item in items:
        if not (item.get_closest_marker("django_db") or WORK_ON_A_DATABASE & set(item.fixturenames)):
            item.add_marker("once")


@pytest.fixture(autouse=True)
def writes_last_use_at_once(monkeypatch):
    """In a test's transaction no other connection could write: the last use of a key is stored in the request."""
    monkeypatch.setattr(last_use, "run", lambda write: write())
    monkeypatch.setattr(last_use, "_next_write_at", {})


@pytest.fixture(autouse=True)
def failures_not_stored(monkeypatch):
    """Refused requests are remembered by a thread of its own, which most tests can do without."""
    monkeypatch.setattr(failures, "schedule", lambda _seconds, _write: None)
    monkeypatch.setattr(failures, "_gathered", {})
    monkeypatch.setattr(failures, "_is_scheduled", False)


@pytest.fixture
def failures_stored_at_once(failures_not_stored, monkeypatch):
    monkeypatch.setattr(failures, "schedule", lambda _seconds, write: write())


@pytest.fixture(autouse=True)
def no_requests_counted():
    """The rate limit's counters live in the process, and so from test to test."""
    counters.clear()


@cache
def models_of_migrations() -> StateApps:
    """As migrations have them: what is made by them leaves no trace in a history."""
    return MigrationLoader(connection).project_state().apps


@receiver(post_migrate)
def keep_the_contracts_dispositions(sender, **kwargs) -> None:
    """A test with real transactions empties the database at its end: what migrations made is made again."""
    if sender.name == "callnotes" and not Disposition.objects.exists():
        importlib.import_module("callnotes.migrations.0002_contract_dispositions").add(models_of_migrations(), None)


@receiver(post_migrate)
def keep_the_groups(sender, **kwargs) -> None:
    """Likewise; emptying a database comes without the plan that a migration has."""
    if sender.name == "people" and "plan" not in kwargs and not StandardGroup.objects.exists():
        for migration in ("0002_groups", "0004_auditors"):
            importlib.import_module(f"people.migrations.{migration}").make(models_of_migrations(), None)
        rights.give(models_of_migrations())
