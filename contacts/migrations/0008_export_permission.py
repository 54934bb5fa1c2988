"""Who may export contacts has a right of its own."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0007_merges_and_duplicates'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='contact',
            options={'ordering': ['name', 'pk'], 'permissions': [('export_contact', 'Can export contacts')], 'verbose_name': 'contact', 'verbose_name_plural': 'contacts'},
        ),
    ]
