"""The pop-up that 3CX's client opens: who calls, and the note."""

import uuid

import pytest
from django.urls import reverse

from callnotes.models import CallNote
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"


@pytest.fixture
def agent(client):
    agent = make_agent("robin", first_name="Robin", last_name="Agent")
    client.force_login(agent)
    return agent


def form(**fields) -> dict:
    return {
        "disposition": disposition("completed").pk,
        "comments": "Asked for a quote.",
        "submission": str(uuid.uuid4()),
    } | fields


def stored() -> list[tuple]:
    return list(
        CallNote.objects.order_by("pk").values_list("number", "contact_name", "disposition__key", "comments", "source")
    )


def test_it_asks_a_visitor_to_sign_in_and_comes_back(client):
    response = client.get("/popup?cid=91234567")
    assert (response.status_code, response.url) == (302, "/login/?next=/popup%3Fcid%3D91234567")


@pytest.mark.parametrize("path", ["/popup", "/popup/"])
@pytest.mark.parametrize("cid", [NUMBER, " 6591234567", "006591234567", "6591234567", "91234567", "tel:+6591234567"])
def test_it_shows_who_calls_by_any_spelling_of_the_number(client, agent, path, cid):
    make_contact("Mira Talvane", NUMBER, company="Korfield Motors", remarks="Speaks Malay.")
    page = client.get(path, {"cid": cid}).content.decode()
    assert '<h1 id="caller">Mira Talvane</h1>' in page
    assert "+65 9123 4567" in page
    assert "Korfield Motors" in page
    assert "Speaks Malay." in page


def test_it_shows_the_last_five_notes_newest_first(client, agent):
    for count in range(6):
        make_note(NUMBER, f"Note {count}.")
    notes = client.get("/popup", {"cid": NUMBER}).context["notes"]
    assert [note.comments for note in notes] == ["Note 5.", "Note 4.", "Note 3.", "Note 2.", "Note 1."]


def test_it_offers_every_active_contact_of_a_shared_number_to_choose_from(client, agent):
    make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", NUMBER)
    response = client.get("/popup", {"cid": NUMBER})
    assert [contact.name for contact in response.context["contacts"]] == ["Mira Talvane", "Tomas Ostfield"]
    assert response.content.decode().count('type="radio" name="contact"') == 3


def test_it_offers_to_add_a_contact_with_a_number_that_is_nobodys(client, agent):
    page = client.get("/popup", {"cid": "91234567"}).content.decode()
    assert "Nobody is known by this number." in page
    assert 'href="/contacts/add/?number=%2B6591234567"' in page


@pytest.mark.parametrize("cid", ["anonymous", "", "1-800-FLOWERS", "5" * 5000, "\0"])
def test_it_says_so_where_there_is_no_number(client, agent, cid):
    response = client.get("/popup", {"cid": cid})
    assert response.status_code == 200
    assert "No number to look up" in response.content.decode()


def test_a_saved_note_is_on_the_history_page_of_the_number(client, agent):
    contact = make_contact("Mira Talvane", NUMBER)
    response = client.post("/popup?cid=91234567", form(), follow=True)
    note = CallNote.objects.get()
    assert response.redirect_chain == [(reverse("desk:number", args=[NUMBER]), 302)]
    assert "Saved: Completed, +65 9123 4567." in response.content.decode()
    assert stored() == [(NUMBER, "Mira Talvane", "completed", "Asked for a quote.", "desk")]
    assert (note.contact, note.agent) == (contact, agent)


def test_a_form_that_is_sent_twice_is_stored_once(client, agent):
    fields = form()
    answers = [client.post("/popup?cid=91234567", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert stored() == [(NUMBER, "", "completed", "Asked for a quote.", "desk")]


def test_a_form_that_is_sent_again_with_other_words_corrects_the_first_note(client, agent):
    fields = form()
    client.post("/popup?cid=91234567", fields)
    client.post("/popup?cid=91234567", fields | {"comments": "Asked for two quotes."})
    first, second = CallNote.objects.order_by("pk")
    assert [note.comments for note in (first, second)] == ["Asked for a quote.", "Asked for two quotes."]
    assert (first.corrects, second.corrects) == (None, first)


def test_the_chosen_contact_of_a_shared_number_is_kept(client, agent):
    make_contact("Mira Talvane", NUMBER)
    tomas = make_contact("Tomas Ostfield", NUMBER)
    client.post("/popup?cid=91234567", form(contact=tomas.pk))
    assert CallNote.objects.get().contact == tomas


def test_no_contact_is_guessed_on_a_shared_number(client, agent):
    make_contact("Mira Talvane", NUMBER)
    make_contact("Tomas Ostfield", NUMBER)
    client.post("/popup?cid=91234567", form(contact=""))
    assert CallNote.objects.get().contact is None


def test_a_contact_without_that_number_cannot_be_chosen(client, agent):
    make_contact("Mira Talvane", NUMBER)
    stranger = make_contact("Tomas Ostfield", "+6598765432")
    response = client.post("/popup?cid=91234567", form(contact=stranger.pk))
    assert list(response.context["form"].errors) == ["contact"]
    assert stored() == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"disposition": ""}, {"disposition": ["Choose what came of the call."]}),
        ({"comments": ""}, {"comments": ["“Completed” asks for comments; write what came of the call."]}),
        ({"comments": "x" * 10_001}, {"comments": ["Comments are 10001 characters long; shorten them to 10000."]}),
    ],
    ids=["no disposition", "no comments", "too long"],
)
def test_a_note_that_cannot_be_saved_says_why_and_keeps_what_was_typed(client, agent, fields, errors):
    response = client.post("/popup?cid=91234567", form() | fields)
    assert (response.status_code, dict(response.context["form"].errors)) == (200, errors)
    assert fields.get("comments", "Asked for a quote.") in response.content.decode()
    assert stored() == []


def test_no_answer_needs_no_comments(client, agent):
    client.post("/popup?cid=91234567", form(disposition=disposition("no_answer").pk, comments=""))
    assert stored() == [(NUMBER, "", "no_answer", "", "desk")]


def test_lines_count_as_one_character_however_the_browser_sends_them(client, agent):
    client.post("/popup?cid=91234567", form(comments="\r\n" * 4_999 + "ab"))
    assert stored() == [(NUMBER, "", "completed", "\n" * 4_999 + "ab", "desk")]


def test_a_correction_starts_with_the_earlier_note_and_names_it(client, agent):
    earlier = make_note(NUMBER, "Asked for a quote.", agent=agent)
    page = client.get("/popup", {"cid": NUMBER, "corrects": earlier.pk})
    assert page.context["form"]["comments"].value() == "Asked for a quote."
    client.post("/popup?cid=91234567", form(comments="Asked for two quotes.", corrects=earlier.pk))
    assert CallNote.objects.newest_first()[0].corrects == earlier


@pytest.mark.parametrize("corrects", ["0", "x", "9" * 18, "9" * 5000, "²"])
def test_a_correction_of_no_note_is_an_ordinary_note(client, agent, corrects):
    response = client.get("/popup", {"cid": NUMBER, "corrects": corrects})
    assert (response.status_code, response.context["form"].initial) == (200, {})


def test_what_an_agent_typed_is_never_read_as_markup(client, agent):
    make_note(NUMBER, "<script>alert(1)</script>")
    page = client.get("/popup", {"cid": NUMBER}).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
