"""Lists are filtered by a person who is found by typing a part of a name."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from callnotes.tests.factories import make_agent, make_note
from contacts.tests.pages import addresses, words

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+6591234567", "+6598765432"
LIST = reverse("admin:callnotes_callnote_changelist")
CHOOSE = reverse("admin:autocomplete")
ASKED = {"app_label": "callnotes", "model_name": "callnote", "field_name": "agent"}


@pytest.fixture
def robin(db) -> User:
    return make_agent("robin", first_name="Robin", last_name="Agent")


def listed(client, **asked) -> list[str]:
    return [note.number for note in client.get(LIST, asked).context["cl"].result_list]


def found(client, term: str, **asked) -> list[str]:
    answer = client.get(CHOOSE, ASKED | {"term": term} | asked)
    return [person["text"] for person in answer.json()["results"]]


def test_a_list_shows_what_is_of_one_person_of_nobody_or_of_all(admin_client, robin):
    make_note(NUMBER, agent=robin), make_note(OTHER)
    assert listed(admin_client, agent__id__exact=robin.pk) == [NUMBER]
    assert listed(admin_client, agent__isnull="True") == [OTHER]
    assert listed(admin_client, agent__id__exact="") == [OTHER, NUMBER]


def test_hundreds_of_agents_cost_a_list_nothing(admin_client, robin):
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            page = admin_client.get(LIST).content.decode()
        assert "robin" not in page
        return len(questions)

    before = asked()
    User.objects.bulk_create(User(username=f"agent{place}") for place in range(300))
    assert asked() == before


def test_the_chosen_person_is_named_and_the_other_filters_stay_when_another_is_chosen(admin_client, robin):
    page = admin_client.get(LIST, {"agent__id__exact": robin.pk, "source__exact": "desk"}).content.decode()
    assert f"?agent__id__exact={robin.pk}&source__exact=desk" in addresses(page)
    assert '<input type="hidden" name="source__exact" value="desk">' in page
    assert "By agent All Robin Agent (robin) Nobody" in words(page)


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("rob", ["Robin Agent (robin)"]),
        ("AGENT robin", ["Robin Agent (robin)"]),
        ("", ["admin", "Robin Agent (robin)"]),
        ("robin@", []),
        ("\0", ["admin", "Robin Agent (robin)"]),
    ],
)
def test_people_are_found_by_parts_of_their_names_alone(admin_client, robin, term, names):
    User.objects.filter(pk=robin.pk).update(email="robin@example.com")
    assert found(admin_client, term) == names


def test_a_supervisor_who_may_not_open_the_list_of_people_finds_colleagues(client, robin):
    robin.is_staff = True
    robin.save()
    robin.groups.add(Group.objects.get(name="Supervisor"))
    client.force_login(robin)
    assert found(client, "robin") == ["Robin Agent (robin)"]


def test_other_rows_are_found_by_who_may_see_them_alone(client, robin):
    robin.is_staff = True
    robin.save()
    client.force_login(robin)
    assert client.get(CHOOSE, ASKED | {"term": "x", "field_name": "contact"}).status_code == 403


def test_an_agent_finds_nobody(client, robin):
    client.force_login(robin)
    assert client.get(CHOOSE, ASKED | {"term": "robin"}).status_code == 302
