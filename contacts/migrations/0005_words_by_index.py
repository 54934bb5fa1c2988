"""PostgreSQL finds parts of words by an index of their trigrams; SQLite, for smaller companies, reads the table."""

import logging

from django.db import migrations

# Since PostgreSQL 13, who may create in a database may add this extension, where its files are installed.
MAY_HAVE_IT = """
    SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')
        OR (EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')
            AND has_database_privilege(current_database(), 'CREATE'))
"""
MISSING = "The extension pg_trgm cannot be added: searches by words read all contacts. See docs/deployment.md, Limits."


def add_index(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(MAY_HAVE_IT)
        if not cursor.fetchone()[0]:
            logging.getLogger(__name__).warning(MISSING)
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("CREATE INDEX contact_by_words ON contacts_contact USING gin (search_text gin_trgm_ops)")


def drop_index(apps, schema_editor):
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS contact_by_words")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_archived_by_name")]

    operations = [migrations.RunPython(add_index, drop_index)]
