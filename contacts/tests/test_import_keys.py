"""IDs that a file tells, IDs that it leaves open, and those of contacts to come: no two contacts get the same one."""

import pytest
from django.db import connection

from contacts.tests.factories import make_contact
from contacts.tests.import_files import imported

pytestmark = pytest.mark.django_db

HEADINGS = "ID,Name,Company,E-mail,Remarks,Archived,Primary,Number 1,Label 1"
ADA = "1,Ada One,,,,no,number 1,91230001,"


@pytest.fixture(autouse=True)
def fresh_database() -> None:
    """Keys are given from the first one on, as where no contact ever was."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence('contacts_contact', 'id')")
            cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART")
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'contacts_contact'")


@pytest.mark.parametrize("largest", [1, 2, 20_000])
def test_after_told_ids_a_contact_that_is_added_by_hand_gets_the_next_one(largest):
    imported(HEADINGS, ADA.replace("1", str(largest), 1))
    assert make_contact("Later").pk == largest + 1
