"""Who sees reports, and when."""

import pytest
import time_machine
from django.contrib.auth.models import Permission, User

from callnotes.tests.factories import make_agent
from desk.tests.reports import NOW


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def supervisor(client) -> User:
    """Robin, signed in, who may see reports and is no staff."""
    robin = make_agent("robin", extension="101", first_name="Robin", last_name="Agent")
    robin.user_permissions.add(Permission.objects.get(codename="view_reports"))
    client.force_login(robin)
    return robin
