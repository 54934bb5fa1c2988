"""A number is recognised by its digest under the key alone."""

import pytest
from django.core.checks import run_checks

from callnotes import do_not_disturb
from callnotes.checks import WITHOUT_KEY
from callnotes.models import DoNotDisturb
from callnotes.suppression import KeyMissing, digest, numbers_by_digest
from callnotes.tests.factories import make_peace
from contacts import phone

KEY, NUMBER, OTHER = "a key", "+6591234567", "+6598765432"


def test_a_digest_is_of_number_and_key():
    digests = {digest(number, key) for number in (NUMBER, OTHER) for key in (KEY, "another")}
    assert len(digests) == 4
    assert digest(NUMBER, KEY) == digest(NUMBER, KEY)
    assert NUMBER not in digest(NUMBER, KEY)


def test_without_a_key_there_is_none():
    with pytest.raises(KeyMissing):
        digest(NUMBER, "")
    assert numbers_by_digest([NUMBER], "") == {}


@pytest.mark.django_db
def test_asking_for_many_numbers_costs_one_query(django_assert_num_queries, settings):
    kept = digest(NUMBER, settings.DO_NOT_DISTURB_KEY)
    make_peace(phone.erased_number(), number_digest=kept)
    make_peace(OTHER)
    with django_assert_num_queries(1):
        assert do_not_disturb.asked_for([NUMBER, OTHER, *map(str, range(100_000, 100_300))]) == {NUMBER, OTHER}


@pytest.mark.django_db
def test_a_number_is_looked_for_by_indexes():
    plan = DoNotDisturb.objects.on([NUMBER]).explain()
    assert "peace_by_number_digest" in plan or "Seq Scan" in plan
    assert "SCAN callnotes" not in plan


def warnings() -> list[str]:
    return [warning.msg for warning in run_checks(databases=["default"]) if warning.id == "callnotes.W001"]


@pytest.mark.django_db
def test_without_the_key_a_check_warns_where_wishes_of_erased_people_are_kept(settings):
    make_peace(NUMBER)
    settings.DO_NOT_DISTURB_KEY = ""
    assert warnings() == []
    make_peace(phone.erased_number(), number_digest=digest(NUMBER, "any key"))
    assert warnings() == [WITHOUT_KEY]
    settings.DO_NOT_DISTURB_KEY = "any key"
    assert warnings() == []
