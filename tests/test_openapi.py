"""docs/openapi.yaml says what the code does."""

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command


def test_the_description_is_that_of_the_code(tmp_path):
    written = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(written))
    assert (settings.BASE_DIR / "docs/openapi.yaml").read_text() == written.read_text(), "run: make schema"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/3cx/query", {"get", "post"}),
        ("/3cx/contacts", {"get", "post"}),
        ("/3cx/calls", {"post"}),
        ("/3cx/chats", {"post"}),
    ],
)
def test_every_answer_of_every_endpoint_is_described(path, methods):
    described = yaml.safe_load((settings.BASE_DIR / "docs/openapi.yaml").read_text())["paths"]
    contract = {"200", "400", "401", "403", "404", "405", "409", "413", "415", "429", "503"}
    answers = contract if path == "/3cx/query" else contract - {"404", "409"} | {"500"}
    assert set(described) == {"/3cx/query", "/3cx/contacts", "/3cx/calls", "/3cx/chats"}
    assert {method: set(described[path][method]["responses"]) for method in described[path]} == dict.fromkeys(
        methods, answers
    )
