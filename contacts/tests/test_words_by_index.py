"""The index of parts of words comes where the database's user may have it, and is told to be missing elsewhere."""

import importlib
import logging

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db

MIGRATION = importlib.import_module("contacts.migrations.0005_words_by_index")
IS_POSTGRESQL = connection.vendor == "postgresql"


def has_index() -> bool:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "contacts_contact")
    return "contact_by_words" in found


def test_the_index_is_there_on_postgresql_alone_goes_and_comes_back():
    editor = connection.schema_editor()
    found = [has_index()]
    MIGRATION.drop_index(apps, editor)
    found.append(has_index())
    MIGRATION.add_index(apps, editor)
    assert [*found, has_index()] == [IS_POSTGRESQL, False, IS_POSTGRESQL]


def test_who_may_not_add_the_extension_migrates_all_the_same_and_is_told(caplog):
    """On SQLite there is nothing to tell."""
    if IS_POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION pg_trgm CASCADE; CREATE ROLE poor; SET LOCAL ROLE poor")
    with caplog.at_level(logging.WARNING):
        MIGRATION.add_index(apps, connection.schema_editor())
    assert caplog.messages == [MIGRATION.MISSING] * IS_POSTGRESQL
    assert not has_index()
