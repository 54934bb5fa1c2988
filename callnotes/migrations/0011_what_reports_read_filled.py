"""Fills what reports count by, for calls and notes from before."""

from django.db import migrations
from django.db.models import Count, F


def fill_first_written_at(apps, schema_editor):
    """A correction is stored after what it corrects: in the order of keys, what it takes over is there."""
    CallNote = apps.get_model("callnotes", "CallNote")
    CallNote.objects.filter(corrects=None).update(first_written_at=F("created_at"))
    corrections = CallNote.objects.exclude(corrects=None).order_by("pk")
    for note, corrected in list(corrections.values_list("pk", "corrects")):
        first = CallNote.objects.values_list("first_written_at", flat=True).get(pk=corrected)
        CallNote.objects.filter(pk=note).update(first_written_at=first)


def count_calls_once(apps, schema_editor):
    """By the first leg that was answered, or else the first that was reported; hidden callers by each that was answered."""
    Call = apps.get_model("callnotes", "Call")
    same = Call.objects.order_by().values("number", "direction", "started_at").annotate(legs=Count("pk"))
    for call in list(same.filter(legs__gt=1).values("number", "direction", "started_at")):
        legs = sorted(Call.objects.filter(**call).values_list("pk", "result"), key=lambda leg: (leg[1] != "answered", leg[0]))
        is_hidden = not call["number"]
        counted = [pk for place, (pk, result) in enumerate(legs) if not place or (is_hidden and result == "answered")]
        Call.objects.filter(**call).exclude(pk__in=counted).update(is_counted=False)


def tell_how_promises_ended(apps, schema_editor):
    Callback = apps.get_model("callnotes", "Callback")
    by_note = Callback.objects.exclude(closing_note=None)
    Callback.objects.exclude(closed_at=None).filter(closing_note=None).update(closed_as="by hand")
    by_note.update(closed_as="kept")
    by_note.filter(closing_note__disposition__opens_callback=True).update(closed_as="replaced")
    by_note.filter(closing_note__corrects=F("note")).update(closed_as="taken back")


class Migration(migrations.Migration):
    dependencies = [("callnotes", "0010_what_reports_read")]
    operations = [
        migrations.RunPython(fill_first_written_at, migrations.RunPython.noop),
        migrations.RunPython(count_calls_once, migrations.RunPython.noop),
        migrations.RunPython(tell_how_promises_ended, migrations.RunPython.noop),
    ]
