"""The groups come by migration with exactly the rights they need; what an administrator changes stays changed."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from callnotes.tests.factories import make_agent
from people import rights, sight
from people.models import StandardGroup
from people.rights import WHOLE_NUMBERS

pytestmark = pytest.mark.django_db

OURS = ["contacts", "callnotes", "integrations_3cx", "changes", "people"]
GROUPS = importlib.import_module("people.migrations.0002_groups")


def rights_of(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def there() -> set[str]:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_there_are_five_groups():
    named = {"Agent", "Supervisor", "Back office", "Integrator", "Auditor"}
    assert set(Group.objects.values_list("name", flat=True)) == named


def test_agents_need_no_right_for_their_pages_but_to_see_whole_numbers_there():
    assert rights_of("Agent") == {WHOLE_NUMBERS}


def test_supervisors_read_and_export_what_was_said_see_reports_and_lift_do_not_disturb():
    conversations = ("callnote", "call", "chat", "callback", "callreason", "donotdisturb")
    assert rights_of("Supervisor") == {
        "contacts.view_contact",
        "contacts.view_contactnumber",
        "callnotes.view_disposition",
        "callnotes.add_donotdisturb",
        "callnotes.lift_donotdisturb",
        "callnotes.view_reports",
        *(f"callnotes.view_{model}" for model in conversations),
        *(f"callnotes.export_{model}" for model in conversations),
        WHOLE_NUMBERS,
    }


def test_the_back_office_keeps_contacts_and_dispositions_and_redacts():
    kept = {
        f"{app}.{verb}_{model}"
        for app, model in [("contacts", "contact"), ("contacts", "contactnumber"), ("callnotes", "disposition")]
        for verb in ("view", "add", "change", "delete")
    }
    held = rights_of("Back office")
    assert kept | {"callnotes.redact_callnote", "callnotes.lift_donotdisturb"} <= held
    assert held > rights_of("Supervisor") | {"contacts.merge_contact", "contacts.export_contact"}
    assert not held & {"callnotes.change_callnote", "callnotes.delete_callnote", "auth.change_user"}


def test_integrators_make_and_revoke_keys_and_see_no_contact():
    assert rights_of("Integrator") - {WHOLE_NUMBERS} == {
        "integrations_3cx.view_apitoken",
        "integrations_3cx.add_apitoken",
        "integrations_3cx.change_apitoken",
        "integrations_3cx.view_failedrequest",
    }


def named() -> list[str]:
    """All rights that people/rights.py names."""
    return [right for names in [*rights.RIGHTS.values(), *rights.ADMINISTRATORS_ALONE.values()] for right in names]


@pytest.mark.parametrize("name", rights.RIGHTS)
def test_a_group_has_what_is_named_for_it_and_nothing_else(name):
    assert rights_of(name) == set(rights.RIGHTS[name])


def test_each_right_that_is_named_exists():
    assert set(named()) - there() == set()


def test_each_right_of_our_models_is_a_groups_or_administrators_alone_for_a_reason():
    ours = {right for right in there() if right.partition(".")[0] in {*OURS, "auth"}}
    assert ours - set(named()) == set()
    assert len(ours) > 100


def test_what_is_administrators_alone_is_no_groups():
    alone = {right for names in rights.ADMINISTRATORS_ALONE.values() for right in names}
    assert alone & {right for names in rights.RIGHTS.values() for right in names} == set()


def test_no_group_may_change_people_or_groups_or_the_product_beneath():
    held = {right for name in rights.RIGHTS for right in rights_of(name)}
    assert {right.partition(".")[0] for right in held} == {"contacts", "callnotes", "integrations_3cx", "privacy"}


def test_auditors_read_and_have_no_right_that_masking_would_take_away():
    held = rights_of("Auditor")
    assert held == sight.OPEN_TO_MASKED
    assert {right for right in held if ".view_" not in right} == set()


def test_what_an_administrator_took_away_or_added_stays_so():
    group = Group.objects.get(name="Supervisor")
    taken, added = (Permission.objects.get(codename=name) for name in ("view_chat", "redact_callnote"))
    group.permissions.remove(taken)
    group.permissions.add(added)
    before = rights_of("Supervisor")
    rights.give(apps)
    assert rights_of("Supervisor") == before
    assert "callnotes.view_chat" not in before


def test_a_right_that_comes_later_is_given_once_it_is_there():
    rights.give(apps, {"Agent": ["callnotes.view_call", "callnotes.not_there_as_yet"]})
    assert rights_of("Agent") == {WHOLE_NUMBERS, "callnotes.view_call"}
    call = Permission.objects.get(codename="view_call")
    Permission.objects.create(codename="not_there_as_yet", name="Later", content_type=call.content_type)
    Group.objects.get(name="Agent").permissions.remove(call)
    rights.give(apps, {"Agent": ["callnotes.view_call", "callnotes.not_there_as_yet"]})
    assert rights_of("Agent") == {WHOLE_NUMBERS, "callnotes.not_there_as_yet"}


def test_a_group_that_was_deleted_does_not_come_back():
    Group.objects.get(name="Integrator").delete()
    GROUPS.make(apps, None)
    rights.give(apps)
    assert rights_of("Integrator") == set()
    assert StandardGroup.objects.get(name="Integrator").group is None


def test_a_renamed_group_keeps_getting_what_is_new():
    Group.objects.filter(name="Agent").update(name="Telephonists")
    rights.give(apps, {"Agent": ["callnotes.view_call"]})
    assert rights_of("Telephonists") == {WHOLE_NUMBERS, "callnotes.view_call"}


def test_a_group_that_was_there_before_under_the_name_stays_as_it_is():
    GROUPS.remove(apps, None)
    Group.objects.create(name="Supervisor")
    GROUPS.make(apps, None)
    rights.give(apps)
    assert (rights_of("Supervisor"), rights_of("Integrator") != set()) == (set(), True)


def test_taking_the_groups_back_leaves_those_of_an_administrator():
    Group.objects.create(name="Night shift")
    GROUPS.remove(apps, None)
    assert list(Group.objects.values_list("name", flat=True)) == ["Night shift"]


def test_a_supervisor_lifts_do_not_disturb_without_being_staff():
    agent = make_agent("robin")
    assert not agent.has_perm("callnotes.lift_donotdisturb")
    agent.groups.add(Group.objects.get(name="Supervisor"))
    assert type(agent).objects.get(pk=agent.pk).has_perm("callnotes.lift_donotdisturb")


@pytest.fixture
def migrated(transactional_db):
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.parametrize("target", ["0001", "zero"])
def test_the_groups_come_and_go_with_their_migration(migrated, target):
    before = {name: rights_of(name) for name in rights.RIGHTS}
    call_command("migrate", "people", target, verbosity=0)
    assert not Group.objects.exists()
    call_command("migrate", verbosity=0)
    assert {name: rights_of(name) for name in rights.RIGHTS} == before
    assert before["Back office"] != set()
