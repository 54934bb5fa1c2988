"""Demonstration data stays away from real data, and from production."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from callnotes.tests.factories import make_agent
from contacts.models import Contact

pytestmark = pytest.mark.django_db


def test_it_never_mixes_with_real_data(settings, tmp_path, capsys):
    settings.DEBUG, settings.BASE_DIR = True, tmp_path
    make_agent()
    call_command("demo")
    assert capsys.readouterr().out == "DBN CRM serves on http://127.0.0.1:8000/ from your own data.\n"
    assert not Contact.objects.exists()


def test_it_refuses_production(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for DEBUG=on alone"):
        call_command("demo")
    assert not User.objects.exists()
