
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0013_readings_of_workbooks_counted'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='merge',
            index=models.Index(fields=['-merged_at', '-id'], name='merge_by_moment'),
        ),
        migrations.AddIndex(
            model_name='merge',
            index=models.Index(condition=models.Q(('undone_at__isnull', False)), fields=['-undone_at', '-id'], name='merge_undone_by_moment'),
        ),
    ]
