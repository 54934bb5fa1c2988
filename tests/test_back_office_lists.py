"""Lists of the back office over tables of any length are sorted by indexes alone."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import User
from django.test import RequestFactory

from callnotes.models import Disposition
from contacts.admin import BackOfficeAdmin
from contacts.models import ImportMapping, ImportRun
from integrations_3cx.models import ApiToken
from people.models import FailedSignIn

# A company has a screenful of these; and of failed sign-ins, those of the last half hour alone are there.
SHORT = {Disposition, ApiToken, ImportMapping, ImportRun, User, FailedSignIn}
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
