"""Who may import whom: contacts <- callnotes <- the doors; people <- desk; privacy last; and nobody the project."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ALLOWED = {
    "contacts": {"contacts"},
    "callnotes": {"callnotes", "contacts"},
    "integrations_3cx": {"integrations_3cx", "callnotes", "contacts"},
    "changes": {"changes", "contacts"},
    "people": {"people", "callnotes", "contacts"},
    "privacy": {"privacy", "integrations_3cx", "changes", "callnotes", "contacts"},
    "desk": {"desk", "people", "callnotes", "contacts"},
}
OURS = [*ALLOWED, "dbncrm"]
PURE = [
    *(f"contacts/{name}.py" for name in ("phone", "masks", "clocks", "names", "spreadsheets", "workbooks")),
    *(f"contacts/importing/{name}.py" for name in ("repairing", "mapping")),
    *(
        f"callnotes/{name}.py"
        for name in ("naming", "matching", "wall_clock", "calling_hours", "quick_times", "periods", "suppression")
    ),
    "desk/reports/charts.py",
    *(f"integrations_3cx/{name}.py" for name in ("wire", "keys", "addresses", "moments", "phonebook")),
]


def modules(app: str) -> list[Path]:
    return [path for path in (settings.BASE_DIR / app).rglob("*.py") if "tests" not in path.parts]


def imported(path: Path) -> list[tuple[str, int]]:
    """What a module imports, with the depth of the statement: 0 at its top."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.col_offset) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module, node.col_offset))
    return found


def attributes(path: Path) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}


def test_the_tests_of_every_app_are_run(pytestconfig):
    assert {*ALLOWED, "tests"} == set(pytestconfig.getini("testpaths"))


@pytest.mark.parametrize("app", ALLOWED)
def test_an_app_imports_only_what_stands_before_it(app):
    of_ours = {(path.name, name) for path in modules(app) for name, _ in imported(path) if name.split(".")[0] in OURS}
    assert {(file, name) for file, name in of_ours if name.split(".")[0] not in ALLOWED[app]} == set()
    assert of_ours


@pytest.mark.parametrize("app", OURS)
def test_no_import_stands_inside_a_function(app):
    deep = {(str(path), name) for path in modules(app) for name, depth in imported(path) if depth}
    assert deep == set()


@pytest.mark.parametrize("file", PURE)
def test_a_pure_module_knows_no_django_and_no_clock(file):
    path = settings.BASE_DIR / file
    names = {name.split(".")[0] for name, _ in imported(path)}
    assert names & {"django", "rest_framework", "time"} == set()
    assert {attribute for attribute in attributes(path) if attribute in {"now", "today", "utcnow"}} == set()
