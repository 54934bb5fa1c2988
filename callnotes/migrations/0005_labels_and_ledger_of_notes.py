"""Notes keep their disposition's label; those that ask for peace stand in the ledger."""

from itertools import islice

from django.db import migrations

ROWS_AT_ONCE = 1000


def keep_labels(apps, schema_editor):
    Disposition = apps.get_model("callnotes", "Disposition")
    CallNote = apps.get_model("callnotes", "CallNote")
    for disposition in Disposition.objects.all():
        CallNote.objects.filter(disposition=disposition).update(disposition_label=disposition.label)


def fill_ledger(apps, schema_editor):
    CallNote = apps.get_model("callnotes", "CallNote")
    DoNotDisturb = apps.get_model("callnotes", "DoNotDisturb")
    asking = CallNote.objects.filter(disposition__sets_do_not_disturb=True, corrections=None, do_not_disturb=None)
    entries = (
        DoNotDisturb(number=note.number, note_id=note.pk, set_by_id=note.agent_id, set_at=note.created_at)
        for note in asking.order_by("pk").iterator(ROWS_AT_ONCE)
    )
    while rows := list(islice(entries, ROWS_AT_ONCE)):
        DoNotDisturb.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("callnotes", "0004_callbacks_drafts_and_ledger")]
    operations = [
        migrations.RunPython(keep_labels, migrations.RunPython.noop),
        migrations.RunPython(fill_ledger, migrations.RunPython.noop),
    ]
