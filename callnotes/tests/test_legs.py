"""A call counts once, however many phones rang, and in whatever order they are reported."""

from itertools import permutations

import pytest

from callnotes.models import Call
from callnotes.tests.factories import make_call, make_missed, minute

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+6591234567", "+6598765432"


def counted() -> list[tuple[str, str]]:
    return list(Call.objects.counted().order_by("pk").values_list("extension", "result"))


def answered(extension: str, number: str = NUMBER) -> None:
    make_call(number, extension=extension)


def missed(extension: str, number: str = NUMBER) -> None:
    make_missed(number, extension=extension)


def test_a_call_of_one_leg_is_counted_by_it():
    missed("101")
    assert counted() == [("101", "missed")]


@pytest.mark.parametrize("order", list(permutations("123")))
def test_a_call_that_somebody_answered_is_counted_by_that_leg_in_whatever_order_they_come(order):
    for place in order:
        (answered if place == "2" else missed)(f"10{place}")
    assert counted() == [("102", "answered")]


def test_a_call_that_nobody_answered_is_counted_by_the_leg_that_was_reported_first():
    for extension in ("103", "101", "102"):
        missed(extension)
    assert counted() == [("103", "missed")]


def test_of_hidden_callers_of_one_moment_each_that_was_answered_is_a_call_and_phones_that_rang_in_vain_are_one():
    for extension in ("101", "102"):
        missed(extension, "")
    assert counted() == [("101", "missed")]
    for extension in ("103", "104"):
        answered(extension, "")
    assert counted() == [("103", "answered"), ("104", "answered")]


def test_a_leg_that_is_reported_again_changes_nothing():
    for extension in ("101", "102", "101"):
        missed(extension)
    assert counted() == [("101", "missed")]


def test_another_number_another_moment_and_another_direction_are_other_calls():
    missed("101")
    missed("101", OTHER)
    make_missed(NUMBER, minute(1), extension="101")
    make_call(NUMBER, extension="101", direction="outbound", result="not_answered", duration_seconds=0)
    assert len(counted()) == 4
