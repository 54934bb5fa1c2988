"""Indexes of what reports read; after the rows are filled, so that each is built once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callnotes", "0011_what_reports_read_filled")]
    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("is_counted", True)),
                fields=["-started_at", "-id", "direction", "result", "agent", "queue"],
                name="call_for_reports",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("is_counted", True), ("result", "missed")),
                fields=["-started_at", "-id", "handled_at", "handled_by", "number", "agent", "queue"],
                name="call_missed_for_reports",
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                fields=["-due_at", "-id", "closed_at", "closed_as", "agent"], name="callback_for_reports"
            ),
        ),
        migrations.AddIndex(
            model_name="callnote",
            index=models.Index(fields=["-first_written_at", "-id", "disposition", "agent", "reported_call"], name="call_note_for_reports"),
        ),
    ]
