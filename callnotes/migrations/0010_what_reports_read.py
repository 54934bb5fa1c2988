"""Who may see reports, and what they count by: one leg of a call, when a note was first written, how promises ended."""

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("callnotes", "0009_export_permissions"),
        ("contacts", "0009_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="call",
            options={
                "ordering": ["-started_at", "-pk"],
                "permissions": [("export_call", "Can export calls"), ("view_reports", "Can view reports")],
                "verbose_name": "call",
                "verbose_name_plural": "calls",
            },
        ),
        migrations.AddField(
            model_name="call",
            name="is_counted",
            field=models.BooleanField(
                default=True, editable=False, help_text="Of the legs of one call, the one by which it is counted."
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="closed_as",
            field=models.CharField(
                blank=True,
                choices=[
                    ("kept", "Kept"),
                    ("replaced", "Replaced by a later promise"),
                    ("taken back", "Taken back by a correction"),
                    ("by hand", "Done without a note"),
                ],
                default="",
                editable=False,
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="callnote",
            name="first_written_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="When the first version was written: a correction has it too.",
            ),
        ),
    ]
