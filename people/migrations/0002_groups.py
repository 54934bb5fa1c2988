"""The four groups. Their rights come when Django has made the permissions: see people/rights.py."""

from django.db import migrations

NAMES = ["Agent", "Supervisor", "Back office", "Integrator"]


def make(apps, schema_editor):
    """A group that an administrator made before under one of the names stays the administrator's."""
    Group = apps.get_model("auth", "Group")
    for name in NAMES:
        group, is_ours = Group.objects.get_or_create(name=name)
        apps.get_model("people", "StandardGroup").objects.get_or_create(
            name=name, defaults={"group": group if is_ours else None}
        )


def remove(apps, schema_editor):
    standard = apps.get_model("people", "StandardGroup").objects.exclude(group=None)
    apps.get_model("auth", "Group").objects.filter(pk__in=list(standard.values_list("group", flat=True))).delete()
    apps.get_model("people", "StandardGroup").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0001_standard_groups")]
    operations = [migrations.RunPython(make, remove)]
