"""docs/openapi.yaml says what the code does."""

import pytest
from django.conf import settings
from django.core.management import call_command


def test_the_description_is_that_of_the_code(tmp_path):
    written = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(written))
    assert (settings.BASE_DIR / "docs/openapi.yaml").read_text() == written.read_text(), "run: make schema"


@pytest.mark.parametrize("status", ["200", "400", "401", "403", "404", "405", "409", "413", "415", "429", "503"])
def test_every_answer_of_the_contract_is_described(status):
    assert (settings.BASE_DIR / "docs/openapi.yaml").read_text().count(f"        '{status}':") == 2
