"""The list of all that was changed: in words, by whom, with before and after; asked by person, kind, day and number."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from callnotes import do_not_disturb
from callnotes.models import DoNotDisturb, Extension
from callnotes.tests.factories import make_agent, make_peace
from changes.paging import ENTRIES_PER_PAGE
from changes.sources import traced_models
from changes.tests.factories import LIST, listed
from contacts.acting import acting
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge
from contacts.unmerging import undo
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+6591234567", "+6598765432"
# Of contacts, those that are there and those that were removed; entries, people, and tokens.
QUERIES_FOR_NAMES = 5
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def robin() -> User:
    """Robin, whose own making nobody asks about."""
    robin = make_agent("robin", first_name="Robin", last_name="Agent")
    User.history.all().delete()
    return robin


@pytest.fixture(autouse=True)
def without_the_administrators_own_trace(admin_user) -> None:
    User.history.all().delete()


def history_of(row) -> str:
    return f"{LIST}?of={row._meta.label_lower}-{row.pk}"


def test_a_change_is_told_in_words_by_whom_and_with_before_and_after(admin_client, robin):
    with acting(robin, reason="Import list.csv"):
        mira = make_contact("Mira Talvane", NUMBER)
        mira.company, mira.archived_at = "Korfield Motors", NOON
        mira.save()
    assert listed(admin_client.get(LIST)) == [
        "Robin Agent (robin) changed Contact Mira Talvane (Korfield Motors) Import list.csv Field Before After"
        " Company – | Korfield Motors | Archived – | Wed 4 Mar 2026, 20:00 |",
        "Robin Agent (robin) added Contact number +65 9123 4567, Mira Talvane (Korfield Motors) Import list.csv"
        " Field After Number +65 9123 4567 | Primary Yes |",
        "Robin Agent (robin) added Contact Mira Talvane Import list.csv Field After Name Mira Talvane |",
    ]


def test_a_removed_row_is_told_with_what_was_there_and_its_contact_by_the_name_it_had(admin_client):
    mira = make_contact("Mira Talvane", NUMBER)
    mira.delete()
    assert [told.split(" Field ")[0] for told in listed(admin_client.get(LIST))] == [
        "not known removed Contact Mira Talvane",
        "not known removed Contact number +65 9123 4567, Mira Talvane",
        "not known added Contact number +65 9123 4567, Mira Talvane",
        "not known added Contact Mira Talvane",
    ]


def test_people_choices_truth_and_lists_are_words(admin_client, robin):
    entry = make_peace(NUMBER, set_by=robin)
    with acting(robin):
        DoNotDisturb.objects.update(lifted_by=robin, lifting_reason="Asked again.")
        token, _ = make_token("Reception")
        token.scopes = ["lookup"]
        token.save()
    told = listed(admin_client.get(LIST))
    assert told[0].endswith("Field Before After Scopes lookup, note | lookup |")
    assert told[2].endswith("Field Before After Lifted by – | robin | Lifting reason – | Asked again. |")
    assert str(entry.set_at.year) in told[3]


def test_rights_tell_what_was_given_and_taken_away_by_name(admin_client, robin):
    group = Group.objects.create(name="Night shift")
    group.permissions.set(Permission.objects.filter(codename="redact_callnote"))
    robin.groups.add(group)
    robin.groups.clear()
    assert [told.split(" After ")[1] for told in listed(admin_client.get(LIST))] == [
        "Groups taken away: Night shift | – |",
        "Groups – | given: Night shift |",
        "Permissions – | given: Can redact call notes |",
        "Name Night shift |",
    ]


def test_a_password_is_told_without_it(admin_client, robin):
    robin.set_password("another of the tests")
    robin.save()
    [told] = listed(admin_client.get(LIST))
    assert told.endswith("Password – | Changed. It is kept nowhere in clear. |")


def log(person: User, said: str, **fields) -> None:
    """What an export or import leaves in Django's log."""
    kind = ContentType.objects.get_for_model(Contact)
    LogEntry.objects.create(
        user=person, content_type=kind, action_flag=CHANGE, object_repr="Contacts", change_message=said, **fields
    )


def test_exports_and_imports_are_told_and_what_a_history_tells_is_not_told_twice(admin_client, robin):
    mira = make_contact("Mira Talvane")
    log(robin, "Exported 3 rows as CSV.")
    log(robin, "Changed name.", object_id=str(mira.pk))
    told = listed(admin_client.get(LIST))
    assert told[0] == "Robin Agent (robin) Contact Contacts Exported 3 rows as CSV."
    assert len(told) == 2
    assert listed(admin_client.get(LIST, {"kind": "log"})) == told[:1]


def test_it_is_asked_by_person_and_by_kind(admin_client, robin):
    make_token("Reception")
    with acting(robin):
        make_contact("Mira Talvane", NUMBER)
    assert len(listed(admin_client.get(LIST, {"by": robin.pk}))) == 2
    assert len(listed(admin_client.get(LIST, {"by": robin.pk, "kind": "contacts.contact"}))) == 1
    assert listed(admin_client.get(LIST, {"kind": "callnotes.disposition"})) == ["Nothing was found."]


def test_a_day_is_that_of_the_readers_clock(admin_client):
    for hour, name in [(15, "late"), (16, "after midnight in Singapore")]:
        with time_machine.travel(NOON.replace(hour=hour), tick=False):
            make_contact(name)
    [told] = listed(admin_client.get(LIST, {"on": "2026-03-05"}))
    assert "after midnight" in told


@pytest.mark.parametrize("asked", ["91234567", "+65 9123-4567", "4567", "mira"])
def test_a_number_or_contact_finds_the_contact_its_numbers_and_their_do_not_disturb(admin_client, asked):
    make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", OTHER)
    make_peace(NUMBER)
    make_peace(OTHER)
    log(User.objects.get(), "Exported 3 rows as CSV.")
    kinds = [told.split()[3] for told in listed(admin_client.get(LIST, {"q": asked}))]
    assert kinds == (["Contact", "Contact"] if asked == "mira" else ["Do-not-disturb", "Contact", "Contact"])


def test_a_number_also_finds_whose_it_was_and_a_name_who_was_removed(admin_client):
    mira = make_contact("Mira Talvane", NUMBER)
    mira.numbers.get().delete()
    assert len(listed(admin_client.get(LIST, {"q": NUMBER}))) == 3
    mira.delete()
    assert len(listed(admin_client.get(LIST, {"q": "talvane"}))) == 4


def test_an_undone_note_is_found_by_its_number(admin_client, robin):
    note_of = ContentType.objects.get(app_label="callnotes", model="callnote")
    fields = {"content_type": note_of, "object_id": "7", "action_flag": 3, "change_message": "Undone."}
    LogEntry.objects.create(user=robin, object_repr="+65 9123 4567: Completed", **fields)
    assert listed(admin_client.get(LIST, {"q": NUMBER})) == [
        "Robin Agent (robin) removed Call note +65 9123 4567: Completed Undone."
    ]
    assert listed(admin_client.get(LIST, {"q": OTHER})) == ["Nothing was found."]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        *(
            ({"by": "no number"}, 200),
            ({"kind": "no.such"}, 200),
            ({"on": "yesterday"}, 200),
            ({"on": "9999-12-31"}, 200),
        ),
        *(({"q": "\0"}, 200), ({"q": "9" * 5000}, 200), ({"q": "%' --"}, 200), ({"before": "9" * 60}, 404)),
        *(({"of": "auth.permission-1"}, 404), ({"of": "contacts.contact-" + "9" * 19}, 404), ({"of": ""}, 404)),
        *(({"of": "log-1"}, 404), ({"of": "contacts.contact-x"}, 404), ({"before": "1-log-1"}, 200)),
    ],
    ids=str,
)
def test_a_strange_question_is_answered(admin_client, asked, status):
    assert admin_client.get(LIST, asked).status_code == status


def test_pages_follow_one_another_without_a_gap_or_a_double_also_within_one_moment(admin_client):
    with time_machine.travel(NOON, tick=False):
        Contact.objects.bulk_create(Contact(name=f"Contact {place:03}") for place in range(70))
        ContactNumber.objects.bulk_create(
            ContactNumber(contact=contact, number=NUMBER) for contact in Contact.objects.all()
        )
        log(User.objects.get(), "Exported 70 rows as CSV.")
    told, query = [], "?"
    while query:
        response = admin_client.get(LIST + query)
        told += listed(response)
        assert len(response.context["page"].entries) <= ENTRIES_PER_PAGE
        query = response.context["older"] and "?" + response.context["older"]
    assert (len(told), len(set(told))) == (141, 141)


@pytest.mark.parametrize("times", [1, 3])
def test_the_list_asks_as_many_questions_for_many_changes_as_for_one(admin_client, times):
    with CaptureQueriesContext(connection) as counted:
        admin_client.get(LIST)
    empty = len(counted)
    for place in range(times):
        agent = make_agent(f"agent{place}", extension=f"10{place}")
        contact = make_contact(f"Contact {place}", f"+659123456{place}")
        do_not_disturb.put(f"+659123456{place}", agent, "Asked.")
        make_token(f"Reception {place}")
        contact.delete()
        log(agent, "Exported.")
    with CaptureQueriesContext(connection) as counted:
        admin_client.get(LIST)
    assert len(counted) - empty == QUERIES_FOR_NAMES


def test_a_row_leads_to_its_page_and_a_part_to_that_of_what_it_is_part_of(admin_client, robin):
    mira = make_contact("Mira Talvane", NUMBER)
    Extension.objects.create(agent=robin, number="101")
    make_contact("Tomas Ostfield").delete()
    entries = admin_client.get(LIST).context["page"].entries
    of_mira, of_robin = (
        reverse("admin:contacts_contact_change", args=[mira.pk]),
        f"/admin/auth/user/{robin.pk}/change/",
    )
    shown = [(entry.kind, entry.address) for entry in entries if "Tomas" not in entry.what]
    assert shown == [("Extension", of_robin), ("Contact number", of_mira), ("Contact", of_mira)]
    assert entries[0].address == ""


def test_the_history_of_a_row_is_that_of_itself_and_its_parts(admin_client, robin):
    mira = make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", OTHER)
    Extension.objects.create(agent=robin, number="101")
    response = admin_client.get(reverse("admin:contacts_contact_history", args=[mira.pk]), follow=True)
    assert (response.redirect_chain, response.context["title"]) == ([(history_of(mira), 302)], "History: Mira Talvane")
    assert ["Tomas" in told for told in listed(response)] == [False, False]
    page = admin_client.get(reverse("admin:auth_user_history", args=[robin.pk]), follow=True)
    assert [told.split(" Field")[0] for told in listed(page)] == ["not known added Extension 101, robin"]


def test_the_kept_contacts_history_tells_a_merge_and_its_undoing_and_leads_to_it(admin_client, admin_user, robin):
    mira, again = make_contact("Mira Talvane", NUMBER), make_contact("M. Talvane")
    merge = make_merge(mira, again, by=robin)
    undo(merge, admin_user)
    response = admin_client.get(history_of(mira))
    assert [told for told in listed(response) if "Merge" in told] == [
        "admin undone Merge M. Talvane into Mira Talvane",
        "Robin Agent (robin) merged Merge M. Talvane into Mira Talvane",
    ]
    page = reverse("admin:contacts_merge_change", args=[merge.pk])
    assert response.content.decode().count(f'href="{page}"') == 2
    assert [told for told in listed(admin_client.get(history_of(make_contact("Tomas")))) if "Merge" in told] == []


def test_merges_are_asked_by_kind_person_day_and_contact_as_other_changes_are(admin_client, admin_user, robin):
    with time_machine.travel(NOON, tick=False):
        merge = make_merge(make_contact("Mira Talvane", NUMBER), make_contact("M. Talvane"), by=robin)
    undo(merge, admin_user, now=NOON + timedelta(days=1))
    what = "Merge M. Talvane into Mira Talvane"
    merged, undone = f"Robin Agent (robin) merged {what}", f"admin undone {what}"
    for asked, told in [
        ({"kind": "merges"}, [merged]),
        ({"kind": "merges.undone"}, [undone]),
        ({"by": robin.pk, "q": "mira"}, [merged]),
        ({"on": "2026-03-04", "q": NUMBER}, [merged]),
    ]:
        assert [line for line in listed(admin_client.get(LIST, asked)) if "Merge" in line] == told, asked


def test_who_may_not_merge_reads_of_a_merge_without_a_way_to_a_closed_page(client, robin):
    mira = make_contact("Mira Talvane")
    make_merge(mira, make_contact("M. Talvane"), by=robin)
    staff(client, "view_contact")
    response = client.get(history_of(mira))
    assert "M. Talvane into Mira Talvane" in " ".join(listed(response))
    assert b"/contacts/merge/" not in response.content.partition(b"changes__list")[2]


def test_the_history_of_a_removed_row_can_still_be_read(admin_client):
    mira = make_contact("Mira Talvane")
    address = history_of(mira)
    mira.delete()
    response = admin_client.get(address)
    assert (response.context["title"], len(listed(response))) == ("History: Mira Talvane", 2)


def test_each_model_with_a_history_shows_that_as_its_history(admin_client, robin):
    token, _ = make_token()
    rows = [token, robin, make_peace(NUMBER), Group.objects.create(name="Night shift"), make_contact()]
    for row in rows:
        page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])
        assert (admin_client.get(page).status_code, admin_client.get(page).url) == (302, history_of(row))
        assert admin_client.get(history_of(row)).status_code == 200


def staff(client, *permissions: str) -> User:
    person = User.objects.create_user("clerk", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(person)
    return person


def test_who_may_see_contacts_reads_their_history_and_nothing_else(client):
    mira = make_contact("Mira Talvane")
    staff(client, "view_contact")
    token, _ = make_token()
    answers = [client.get(address).status_code for address in (history_of(mira), history_of(token), LIST)]
    assert answers == [200, 403, 403]


def test_all_is_for_who_has_the_permission(client):
    token, _ = make_token()
    staff(client, "view_change")
    assert [client.get(address).status_code for address in (LIST, history_of(token))] == [200, 200]
    assert b"Who did what" in client.get("/admin/").content


def test_nobody_changes_or_removes_anything_of_it(admin_client):
    make_contact("Mira Talvane")
    log(User.objects.get(), "Exported.")
    entry = LogEntry.objects.get()
    tries = [
        f"{LIST}{entry.pk}/change/",
        f"{LIST}{entry.pk}/delete/",
        f"{LIST}add/",
        "/admin/contacts/historicalcontact/",
    ]
    assert {admin_client.post(address, {"post": "yes"}).status_code for address in tries} == {404}
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert (LogEntry.objects.count(), Contact.history.count()) == (1, 1)


def test_no_permission_but_that_to_see_all_comes_with_histories():
    made = Permission.objects.filter(content_type__app_label="changes") | Permission.objects.filter(
        codename__contains="historical"
    )
    assert [permission.codename for permission in made] == ["view_change"]


def test_words_from_people_are_no_markup(admin_client):
    make_contact("<b>Mira</b>", remarks="<script>" + "x" * 300)
    page = admin_client.get(LIST).content.decode()
    assert ("<b>Mira" in page, "&lt;b&gt;Mira" in page, "<script>x" in page) == (False, True, False)


def test_a_person_who_is_removed_stays_named(admin_client, robin):
    with acting(robin):
        make_contact("Mira Talvane")
    robin.delete()
    assert listed(admin_client.get(LIST))[1].startswith("Robin Agent (robin) added Contact Mira Talvane")


def test_what_is_older_than_a_day_is_left_out_of_that_day(admin_client):
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        make_contact("Mira Talvane")
    assert listed(admin_client.get(LIST, {"on": f"{timezone.localdate()}"})) == ["Nothing was found."]


@pytest.mark.parametrize("model", [model for model in traced_models() if admin.site.is_registered(model)])
def test_whatever_was_changed_has_a_page_that_the_list_leads_to(model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    assert reverse(name, args=[1]).startswith("/admin/")
