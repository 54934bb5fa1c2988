"""The four dispositions of the 3CX contract."""

from django.db import migrations

CONTRACT_DISPOSITIONS = [
    {"key": "no_answer", "label": "No Answer", "color": "grey", "position": 10, "requires_comments": False},
    {
        "key": "schedule_later",
        "label": "Schedule Later",
        "color": "amber",
        "position": 20,
        "asks_for_time": True,
        "opens_callback": True,
        "counts_as_reached": True,
    },
    {
        "key": "do_not_disturb",
        "label": "Do not Disturb",
        "color": "red",
        "position": 30,
        "closes_callbacks": True,
        "sets_do_not_disturb": True,
        "counts_as_reached": True,
    },
    {
        "key": "completed",
        "label": "Completed",
        "color": "green",
        "position": 40,
        "closes_callbacks": True,
        "counts_as_reached": True,
    },
]


def add(apps, schema_editor):
    Disposition = apps.get_model("callnotes", "Disposition")
    for row in CONTRACT_DISPOSITIONS:
        Disposition.objects.create(is_protected=True, **row)


def remove(apps, schema_editor):
    keys = [row["key"] for row in CONTRACT_DISPOSITIONS]
    apps.get_model("callnotes", "Disposition").objects.filter(key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("callnotes", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
