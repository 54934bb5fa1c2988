"""A supervisor and the reports, in a browser: a period, a figure, its rows, a file."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from callnotes.tests.factories import make_note
from contacts.tests.factories import make_contact

NUMBER = "+6591234567"


@pytest.fixture
def supervisor(agent) -> User:
    """Robin, signed in, who is of the group Supervisor."""
    agent.groups.add(Group.objects.get(name="Supervisor"))
    return agent


def test_a_supervisor_chooses_a_period_follows_a_figure_to_its_rows_and_takes_the_table_along(crm: Page, supervisor):
    make_contact("Mira Talvane", NUMBER)
    make_note(NUMBER, "Asked for a quote.", agent=supervisor, now=timezone.now() - timedelta(days=40))
    make_note(NUMBER, "Not at home.", key="no_answer", agent=supervisor, now=timezone.now() - timedelta(days=41))
    crm.goto(f"{crm.base}/")
    crm.get_by_role("link", name="Reports").click()
    expect(crm.get_by_role("link", name="Today")).to_have_attribute("aria-current", "true")
    expect(crm.get_by_role("region", name="Notes by outcome")).to_contain_text("None in this period.")

    crm.get_by_label("From").fill((timezone.localdate() - timedelta(days=50)).isoformat())
    crm.get_by_label("To", exact=True).fill(timezone.localdate().isoformat())
    crm.get_by_role("button", name="Show").click()
    crm.get_by_role("link", name="By agent").click()
    row = crm.get_by_role("row", name="Robin Agent")
    expect(row.first.get_by_role("cell").last).to_have_text("2")
    row.first.get_by_role("link", name="Robin Agent").click()
    completed = crm.get_by_role("row", name="Completed 1")
    completed.get_by_role("link", name="1").click()
    expect(crm.get_by_role("heading", name="Notes · Completed")).to_be_visible()
    expect(crm.get_by_text("Asked for a quote.")).to_be_visible()
    assert crm.get_by_text("Not at home.").count() == 0

    crm.go_back()
    with crm.expect_download() as taken:
        crm.get_by_role("link", name="CSV Notes by outcome").click()
    lines = Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "outcome,Notes"
    assert {"No Answer,1", "Completed,1"} <= set(lines)
