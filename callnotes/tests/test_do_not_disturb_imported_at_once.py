"""A list of numbers that two people import in the same moment, in threads of their own."""

import io

import pytest

from callnotes.importing_do_not_disturb import Ledger, tally
from callnotes.models import DoNotDisturb
from callnotes.tests.factories import make_agent
from contacts.tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5
NUMBERS = [f"+659123456{digit}" for digit in range(10)]


def ledger(numbers: list[str]) -> Ledger:
    content = "\r\n".join(["Number", *numbers]).encode()
    return Ledger(lambda: io.BytesIO(content))


def test_each_number_is_added_once_in_whichever_order_they_stand():
    robin, bea = make_agent("robin"), make_agent("bea")
    for _ in range(ROUNDS):
        one, other = at_once(
            lambda: tally(ledger(NUMBERS).take(robin)).counts,
            lambda: tally(ledger(NUMBERS[::-1]).take(bea)).counts,
        )
        assert one + other == {"added": 10, "unchanged": 10}
        assert sorted(DoNotDisturb.objects.values_list("number", flat=True)) == NUMBERS
        DoNotDisturb.objects.all().delete()
