"""Indexes by which reports find the queue of a note and of a callback, which is that of a call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callnotes", "0016_fields_named")]
    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["queue", "id"], name="call_by_queue"),
        ),
        migrations.AddIndex(
            model_name="callnote",
            index=models.Index(fields=["id", "reported_call"], name="call_note_with_call"),
        ),
    ]
