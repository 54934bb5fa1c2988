"""A phone system beside the running product."""

import pytest

from integrations_3cx import crm_template
from integrations_3cx.models import Scope
from integrations_3cx.tests.factories import make_token
from tests.threecx import Engine


@pytest.fixture
def pbx(live_server, settings) -> Engine:
    """A phone system with the template, with a key of its own, and with all else as the template has it."""
    settings.PUBLIC_URL = "https://crm.example.com"
    _, key = make_token(scopes=[Scope.CONTACTS, Scope.JOURNAL])
    return Engine(crm_template.xml(live_server.url), ApiKey=key)
