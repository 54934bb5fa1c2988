"""Lists of the back office over tables of any length are sorted and filtered by indexes alone."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import DateTimeField, Field
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from callnotes.models import Call, Disposition
from callnotes.tests.factories import NOON, make_agent
from callnotes.tests.test_history_at_length import plan, whole_tables
from contacts.admin import BackOfficeAdmin
from contacts.models import ImportMapping, ImportRun
from integrations_3cx.models import ApiToken
from people.models import FailedSignIn
from privacy.models import Deed

# A company has a screenful of these; and of failed sign-ins, those of the last half hour alone are there.
SHORT = {Disposition, ApiToken, ImportMapping, ImportRun, User, Group, FailedSignIn, Deed}
LISTS = [
    entry for model, entry in admin.site._registry.items() if isinstance(entry, BackOfficeAdmin) and model not in SHORT
]


def _sorted_by(entry: BackOfficeAdmin, column: str) -> str:
    """The field that a column's heading sorts by."""
    _label, attribute = label_for_field(column, entry.model, entry, return_attr=True)
    return getattr(attribute, "admin_order_field", None) or column


@pytest.mark.parametrize("entry", LISTS, ids=lambda entry: entry.opts.model_name)
def test_a_list_is_sorted_by_columns_that_lead_an_index(entry):
    columns = entry.get_sortable_by(RequestFactory().get("/"))
    leading = {field.lstrip("-") for index in entry.opts.indexes for field in index.fields[:1]}
    assert (bool(columns), {_sorted_by(entry, column) for column in columns} - leading) == (True, set())


def _filtered_by(entry: BackOfficeAdmin) -> list[Field]:
    """The columns that a list is filtered by; what filters of its own read, their queries' indexes serve."""
    named = [each[0] if isinstance(each, tuple) else each for each in entry.list_filter]
    return [entry.opts.get_field(name) for name in named if isinstance(name, str)]


def _ordering(entry: BackOfficeAdmin) -> list[str]:
    return [name.replace("pk", "id") for name in entry.ordering or entry.opts.ordering]


@pytest.mark.parametrize("entry", LISTS, ids=lambda entry: entry.opts.model_name)
def test_what_a_list_is_filtered_by_leads_an_index_in_the_order_of_the_list(entry):
    """Else the newest rows of a rare value would be looked for through the whole table."""
    indexes = [index.fields for index in entry.opts.indexes if not index.condition]
    needed = {
        column.name: [column.name] if isinstance(column, DateTimeField) else [column.name, *_ordering(entry)]
        for column in _filtered_by(entry)
    }
    served = {
        name
        for name, fields in needed.items()
        if any(
            [each.lstrip("-") for each in index[: len(fields)]] == [each.lstrip("-") for each in fields]
            for index in indexes
        )
    }
    assert set(needed) - served == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["direction__exact=outbound", "result__exact=not_answered", "agent__id__exact={rare}"]
)
def test_the_few_calls_of_a_rare_value_are_found_without_looking_through_the_table(admin_client, query):
    often, rare = make_agent(), make_agent("rare")
    usual = {"number": "+6591234567", "started_at": NOON, "ended_at": NOON, "duration_seconds": 0}
    sorts = [("inbound", "answered", often)] * 3000 + [("outbound", "not_answered", rare)] * 3
    Call.objects.bulk_create(
        Call(**usual, direction=direction, result=result, agent=agent, content_key=str(place))
        for place, (direction, result, agent) in enumerate(sorts)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        response = admin_client.get(f"/admin/callnotes/call/?{query.format(rare=rare.pk)}")
    questions = [question["sql"] for question in asked if 'FROM "callnotes_call"' in question["sql"]]
    found = [call.agent for call in response.context["cl"].result_list]
    assert (found, len(questions), whole_tables([plan(sql) for sql in questions])) == ([rare] * 3, 2, [])
