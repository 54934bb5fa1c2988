"""The communication history of a number and of a contact."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from desk.paging import ROWS_PER_PAGE

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def agent(client):
    agent = make_agent("robin")
    client.force_login(agent)
    return agent


def shown(response) -> list[str]:
    return [note.comments for note in response.context["history"].rows]


def test_a_number_has_a_history_also_where_no_contact_exists(client):
    make_note(NUMBER, "First.", now=NOON)
    make_note(NUMBER, "Second.", now=NOON + timedelta(minutes=1))
    make_note("+6598765432", "Elsewhere.")
    response = client.get(f"/numbers/{NUMBER}/")
    assert shown(response) == ["Second.", "First."]
    assert "Nobody is known by it." in response.content.decode()


@pytest.mark.parametrize(
    "spelling", ["91234567", "006591234567", "tel:+6591234567", "６５９１２３４５６７", "+65%209123%204567"]
)
def test_another_spelling_of_a_number_leads_to_its_page(client, spelling):
    response = client.get(f"/numbers/{spelling}/")
    assert (response.status_code, response.url) == (302, f"/numbers/{NUMBER}/")


@pytest.mark.parametrize("spelling", ["anonymous", "hello", "%00", "9" * 300])
def test_what_is_no_number_has_no_page(client, spelling):
    assert client.get(f"/numbers/{spelling}/").status_code == 404


def test_pages_hold_each_note_once_and_lead_from_the_newest_to_the_oldest(client):
    for minute in range(ROWS_PER_PAGE + 3):
        make_note(NUMBER, f"Note {minute}.", now=NOON + timedelta(minutes=minute // 10))
    first = client.get(f"/numbers/{NUMBER}/")
    second = client.get(f"/numbers/{NUMBER}/", {"before": first.context["history"].older})
    assert shown(first) + shown(second) == [f"Note {minute}." for minute in reversed(range(ROWS_PER_PAGE + 3))]
    assert (first.context["history"].is_newest, second.context["history"].is_newest) == (True, False)
    assert second.context["history"].older == ""


@pytest.mark.parametrize(
    "cursor", ["x", "1-", "1-2", "1-note-2-3", "9" * 18 + "-note-1", "1-note-" + "9" * 19, "²-note-1", "1-Note-1", "\0"]
)
def test_a_cursor_that_is_none_has_no_page(client, cursor):
    assert client.get(f"/numbers/{NUMBER}/", {"before": cursor}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("kind", ["number", "contact"])
def test_a_history_costs_as_many_queries_however_long_it_is(client, django_assert_num_queries, kind, count):
    contact = make_contact("Mira Talvane", NUMBER, "+6598765432")
    for _ in range(count):
        make_note(NUMBER, agent=make_agent(f"agent {_}"))
    path, queries = {"number": (f"/numbers/{NUMBER}/", 12), "contact": (f"/contacts/{contact.pk}/", 18)}[kind]
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


def test_a_contact_shows_its_own_notes_and_those_of_which_nobody_knows_whose_they_are(client):
    mira = make_contact("Mira Talvane", NUMBER)
    make_note(NUMBER, "Of Mira.", contact=mira, now=NOON)
    tomas = make_contact("Tomas Ostfield", NUMBER)
    make_note(NUMBER, "Of Tomas.", contact=tomas, now=NOON)
    make_note(NUMBER, "Of one of them.", now=NOON)
    make_note("+6598765432", "Of a stranger.", now=NOON)
    assert shown(client.get(f"/contacts/{mira.pk}/")) == ["Of one of them.", "Of Mira."]


def test_a_deleted_contact_leaves_its_notes_and_its_name_to_the_number(client):
    mira = make_contact("Mira Talvane", NUMBER)
    make_note(NUMBER, "Asked for a quote.")
    mira.delete()
    page = client.get(f"/numbers/{NUMBER}/").content.decode()
    assert "Asked for a quote." in page
    assert "Mira Talvane" in page


def test_the_notes_of_a_deleted_contact_are_nobody_elses(client):
    mira, tomas = make_contact("Mira Talvane", NUMBER), make_contact("Tomas Ostfield", NUMBER)
    make_note(NUMBER, "Of Tomas.", contact=tomas)
    tomas.delete()
    assert shown(client.get(f"/contacts/{mira.pk}/")) == []
    assert shown(client.get(f"/numbers/{NUMBER}/")) == ["Of Tomas."]


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 25])
def test_a_contact_that_is_none_has_no_page(client, pk):
    assert client.get(f"/contacts/{pk}/").status_code == 404


def test_an_archived_contact_is_shown_as_such(client):
    mira = make_contact("Mira Talvane", NUMBER, archived_at=NOON)
    assert "archived" in client.get(f"/contacts/{mira.pk}/").content.decode()
    assert client.get(f"/numbers/{NUMBER}/").context["archived"] == [mira]


def test_only_the_writer_of_a_note_is_offered_to_correct_it(client, agent):
    mine, another = make_note(NUMBER, agent=agent), make_note(NUMBER, agent=make_agent("lee"))
    page = client.get(f"/numbers/{NUMBER}/").content.decode()
    assert f"corrects={mine.pk}" in page
    assert f"corrects={another.pk}" not in page


def test_a_note_that_was_corrected_is_corrected_by_its_last_version_alone(client, agent):
    first = make_note(NUMBER, "Asked for a quote.", agent=agent)
    last = make_note(NUMBER, "Asked for two.", agent=agent, corrects=first)
    page = client.get(f"/numbers/{NUMBER}/").content.decode()
    assert f"corrects={first.pk}" not in page
    assert f"corrects={last.pk}" in page


def test_a_redacted_note_says_by_whom(client, agent):
    make_note(NUMBER, "Secret.").__class__.objects.update(comments="", redacted_at=NOON, redacted_by=agent)
    assert "Comments redacted by robin on 2 Mar 2026." in client.get(f"/numbers/{NUMBER}/").content.decode()


@pytest.mark.parametrize("is_staff", [True, False])
def test_the_way_to_the_back_office_is_shown_to_whom_it_is_open(client, is_staff):
    mira = make_contact("Mira Talvane", NUMBER)
    client.force_login(User.objects.create_user("avery", is_staff=is_staff, is_superuser=True))
    page = client.get(f"/contacts/{mira.pk}/").content.decode()
    assert ("Edit in the back office" in page) is is_staff
