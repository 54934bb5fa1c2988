"""Lists of the back office over tables of any length."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import long_lists
from contacts.models import Contact
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

LIST = reverse("admin:contacts_contact_changelist")


@pytest.fixture
def counted_to_three(monkeypatch):
    monkeypatch.setattr(long_lists, "COUNTED_AT_MOST", 3)


def paginator(response):
    return response.context["cl"].paginator


def test_a_list_is_counted_where_it_is_short(admin_client, counted_to_three):
    for number in range(3):
        make_contact(f"Ada {number}")
    response = admin_client.get(LIST)
    page = response.content.decode()
    assert (paginator(response).count, "3 contacts" in page, "The first 3 are listed" in page) == (3, True, False)


def test_a_longer_list_says_that_there_are_more_and_counts_no_further(admin_client, counted_to_three):
    for number in range(5):
        make_contact(f"Ada {number}")
    with CaptureQueriesContext(connection) as asked:
        response = admin_client.get(LIST)
    counts = [question["sql"] for question in asked if "COUNT(" in question["sql"]]
    assert [("LIMIT 4" in sql, "ORDER BY" in sql) for sql in counts] == [(True, False)]
    page = response.content.decode()
    assert (paginator(response).count, "3+ contacts" in page, "The first 3 are listed" in page) == (3, True, True)


def test_nothing_is_counted_beside_the_filters_even_if_the_address_asks_for_it(admin_client):
    make_contact("Ada Example")
    with CaptureQueriesContext(connection) as asked:
        response = admin_client.get(LIST, {"_facets": "True"})
    assert sum("COUNT(" in question["sql"] for question in asked) == 1
    assert "Show counts" not in response.content.decode()


def test_the_first_ten_thousand_rows_are_listed_page_by_page(admin_client):
    Contact.objects.bulk_create(Contact(name=f"Ada {number:05}") for number in range(10_001))
    response = admin_client.get(LIST, {"p": 100})
    listed = response.context["cl"].result_list
    assert (len(listed), listed[99].name, paginator(response).num_pages) == (100, "Ada 09999", 100)
    assert "10,000+ contacts" in response.content.decode()
    assert admin_client.get(LIST, {"p": 101}).headers["Location"] == f"{LIST}?e=1"


def test_an_action_on_all_of_a_list_takes_the_rows_beyond_the_count_too(admin_client, counted_to_three):
    rows = [make_contact(f"Ada {number}") for number in range(5)]
    admin_client.post(LIST, {"action": "archive", "_selected_action": [rows[0].pk], "select_across": "1"})
    assert Contact.objects.archived().count() == 5
