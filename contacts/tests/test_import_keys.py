"""IDs that a file tells, IDs that it leaves open, and those of contacts to come: no two contacts get the same one."""

import pytest
from django.db import connection

from contacts.importing.storing import fresh_keys, take_keys
from contacts.models import Contact
from contacts.tests.factories import make_contact
from contacts.tests.import_files import counts, imported

pytestmark = pytest.mark.django_db

HEADINGS = "ID,Name,Company,E-mail,Remarks,Archived,Primary,Number 1,Label 1"
ADA = "1,Ada One,,,,no,number 1,91230001,"
BEA = "2,Bea Two,,,,no,number 1,91230002,"
CID = ",Cid Three,,,,no,number 1,91230003,"


@pytest.fixture(autouse=True)
def fresh_database() -> None:
    """Keys are given from the first one on, as where no contact ever was."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence('contacts_contact', 'id')")
            cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART")
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'contacts_contact'")


def keys() -> dict[str, int]:
    return dict(Contact.objects.values_list("name", "pk"))


@pytest.mark.parametrize("largest", [1, 2, 20_000])
def test_after_told_ids_a_contact_that_is_added_by_hand_gets_the_next_one(largest):
    imported(HEADINGS, ADA.replace("1", str(largest), 1))
    assert make_contact("Later").pk == largest + 1


@pytest.mark.parametrize("rows", [[ADA, BEA, CID], [CID, BEA, ADA]])
def test_rows_with_an_id_and_rows_without_one_stand_in_one_file(rows):
    run = imported(HEADINGS, *rows)
    later = make_contact("Later")
    assert (counts(run), later.pk) == ({"new": 3}, 4)
    assert keys() == {"Ada One": 1, "Bea Two": 2, "Cid Three": 3, "Later": 4}


def test_a_first_row_with_an_id_and_one_without_stand_in_one_file():
    imported(HEADINGS, ADA, CID)
    assert (keys(), make_contact("Later").pk) == ({"Ada One": 1, "Cid Three": 2}, 3)


def test_a_told_id_below_those_that_were_given_changes_nothing_of_the_next():
    make_contact("First").delete()
    make_contact("Second")
    imported(HEADINGS, ADA, CID)
    assert keys() == {"Ada One": 1, "Second": 2, "Cid Three": 3}


def test_told_keys_are_taken_once():
    take_keys(Contact, 5)
    take_keys(Contact, 5)
    assert fresh_keys(Contact, 2, above=5) == [6, 7]
