"""Django's log has no index of its moments, by which the list of changes is read."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0001_histories"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX change_log_newest ON django_admin_log (action_time DESC, id DESC)",
            "DROP INDEX change_log_newest",
        ),
    ]
