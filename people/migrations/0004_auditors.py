"""The group that sees numbers masked. Its rights come as those of the others do: see people/rights.py."""

from django.db import migrations

NAME = "Auditor"


def make(apps, schema_editor):
    """A group that an administrator made before under the name stays the administrator's."""
    group, is_ours = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    standard = apps.get_model("people", "StandardGroup").objects
    standard.get_or_create(name=NAME, defaults={"group": group if is_ours else None})


def remove(apps, schema_editor):
    """What was given to its members goes with it: they see what agents see then."""
    standard = apps.get_model("people", "StandardGroup").objects.filter(name=NAME).first()
    if standard and standard.group_id:
        apps.get_model("auth", "Group").objects.filter(pk=standard.group_id).delete()
    apps.get_model("people", "StandardGroup").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0003_whole_numbers_for_groups_there_are")]
    operations = [migrations.RunPython(make, remove)]
