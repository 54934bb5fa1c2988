"""Who may export has a right of its own, list by list."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('callnotes', '0008_histories'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='call',
            options={'ordering': ['-started_at', '-pk'], 'permissions': [('export_call', 'Can export calls')], 'verbose_name': 'call', 'verbose_name_plural': 'calls'},
        ),
        migrations.AlterModelOptions(
            name='callback',
            options={'ordering': ['due_at', 'pk'], 'permissions': [('export_callback', 'Can export callbacks')], 'verbose_name': 'callback', 'verbose_name_plural': 'callbacks'},
        ),
        migrations.AlterModelOptions(
            name='callnote',
            options={'ordering': ['-created_at', '-pk'], 'permissions': [('redact_callnote', 'Can redact call notes'), ('export_callnote', 'Can export call notes')], 'verbose_name': 'call note', 'verbose_name_plural': 'call notes'},
        ),
        migrations.AlterModelOptions(
            name='callreason',
            options={'ordering': ['-created_at', '-pk'], 'permissions': [('export_callreason', 'Can export call reasons')], 'verbose_name': 'call reason', 'verbose_name_plural': 'call reasons'},
        ),
        migrations.AlterModelOptions(
            name='chat',
            options={'ordering': ['-started_at', '-pk'], 'permissions': [('export_chat', 'Can export chats')], 'verbose_name': 'chat', 'verbose_name_plural': 'chats'},
        ),
        migrations.AlterModelOptions(
            name='donotdisturb',
            options={'ordering': ['-set_at', '-pk'], 'permissions': [('lift_donotdisturb', 'Can lift do-not-disturb'), ('export_donotdisturb', 'Can export the do-not-disturb ledger')], 'verbose_name': 'do-not-disturb entry', 'verbose_name_plural': 'do-not-disturb entries'},
        ),
    ]
