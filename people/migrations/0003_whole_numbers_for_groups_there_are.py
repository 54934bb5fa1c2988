"""Whoever is in a group before there are masked numbers goes on seeing whole ones.

Groups that come later see masked numbers until they are given the right.
"""

from django.db import migrations


def permission(apps):
    """Django makes it after all migrations, and finds this one then."""
    contact, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="contacts", model="contact"
    )
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=contact, codename="view_whole_numbers", defaults={"name": "Can see whole phone numbers"}
    )
    return found


def give(apps, schema_editor):
    permission(apps).group_set.add(*apps.get_model("auth", "Group").objects.all())


def take(apps, schema_editor):
    permission(apps).group_set.clear()


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_groups"),
        ("contacts", "0011_whole_numbers_permission"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, take)]
