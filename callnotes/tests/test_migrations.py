"""The contract's dispositions come with a migration, and go with it."""

import pytest
from django.core.management import call_command

from callnotes.models import Disposition


def _migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0, interactive=False)


@pytest.fixture
def migrated(transactional_db):
    yield
    _migrate()


def test_the_contracts_dispositions_come_and_go_with_their_migration(migrated):
    Disposition.objects.create(key="wrong_number", label="Wrong Number")
    before = list(Disposition.objects.order_by("key").values())
    _migrate("callnotes", "0001")
    assert list(Disposition.objects.values_list("key", flat=True)) == ["wrong_number"]
    _migrate("callnotes", "0002")
    after = list(Disposition.objects.order_by("key").values())
    assert [row | {"id": 0} for row in after] == [row | {"id": 0} for row in before]


@pytest.mark.django_db
def test_the_models_have_no_change_without_a_migration():
    call_command("makemigrations", "contacts", "callnotes", check=True, dry_run=True, verbosity=0)
