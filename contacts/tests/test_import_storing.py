"""Rows are stored as they are; what the database refuses is told as Django tells it, and is none that was stored."""

import pytest
from django.db import IntegrityError, transaction

from contacts.importing.storing import insert
from contacts.models import ContactNumber
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

COLUMNS = ["contact_id", "number", "label", "is_primary", "number_reversed"]


def test_what_the_database_refuses_is_told_as_django_tells_it():
    mira = make_contact("Mira Talvane", "1001")
    row = [mira.pk, "1002", "", False, "2001"]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(ContactNumber, COLUMNS, [row, [mira.pk, None, "", False, "2001"]])
    assert list(mira.numbers.values_list("number", flat=True)) == ["1001"]
    insert(ContactNumber, COLUMNS, [row])
    assert list(mira.numbers.order_by("pk").values_list("number", flat=True)) == ["1001", "1002"]
