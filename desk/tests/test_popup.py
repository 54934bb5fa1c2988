"""The pop-up that 3CX's client opens: who calls, and the note."""

import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact
from contacts.tests.pages import section, words
from desk.people import PEOPLE_AT_MOST
from desk.tests.calls import ANOTHER, NOON, make_call, make_missed_call

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
MINUTE = timedelta(minutes=1)


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
    assert '<h1 id="caller"><bdi>Mira Talvane</bdi></h1>' in page
    assert "+65 9123 4567" in page
    assert "Korfield Motors" in page
    assert "Speaks Malay." in page


def test_it_shows_the_last_five_notes_newest_first(client, agent):
    for count in range(6):
        make_note(NUMBER, f"Note {count}.")
    notes = client.get("/popup", {"cid": NUMBER}).context["notes"]
    assert [note.comments for note in notes] == ["Note 5.", "Note 4.", "Note 3.", "Note 2.", "Note 1."]


def last_notes(client) -> str:
    """What the pop-up says of what was before, its heading left out."""
    return words(section(client.get("/popup", {"cid": NUMBER}), "last")).removeprefix("Last notes ")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "No note has been written on this number yet."),
        (["Mira Talvane"], "No note has been written of this contact yet."),
        (["Mira Talvane", "Tomas Ostfield"], "No note has been written on this number yet."),
    ],
    ids=["nobody's", "a contact's", "shared"],
)
def test_where_there_is_no_note_it_says_so(client, agent, names, said):
    for name in names:
        make_contact(name, NUMBER)
    make_call(NUMBER, NOON)
    assert last_notes(client) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [([30], "1 missed call, last Mon 2 Mar, 11:30"), ([50, 20], "2 missed calls, last Mon 2 Mar, 11:40")],
    ids=len,
)
def test_it_says_how_many_missed_calls_of_the_number_wait_and_when_the_last_was(client, agent, minutes, said):
    for before in minutes:
        make_missed_call(NUMBER, NOON - before * MINUTE)
    assert last_notes(client) == f"{said} No note has been written on this number yet."


def test_it_tells_of_no_missed_call_where_none_of_the_number_waits(client, agent):
    make_missed_call(NUMBER, NOON - 50 * MINUTE)
    make_call(NUMBER, NOON - 40 * MINUTE)
    make_missed_call(ANOTHER, NOON - 30 * MINUTE)
    make_missed_call("", NOON - 30 * MINUTE)
    assert last_notes(client) == "No note has been written on this number yet."


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


@pytest.mark.parametrize(
    ("cid", "said"),
    [
        ("anonymous", "Number withheld"),
        ("", "Number withheld"),
        ("1-800-FLOWERS", "“1-800-FLOWERS” is no phone number"),
        ("%CallerNumber%", "“%CallerNumber%” is no phone number"),
        ("5" * 5000, f"“{'5' * 40}” is no phone number"),
        ("\0", "Number withheld"),
    ],
)
def test_it_says_so_where_there_is_no_number(client, agent, cid, said):
    response = client.get("/popup", {"cid": cid})
    assert response.status_code == 200
    assert f"<h1>{said}</h1>" in response.content.decode()


def test_the_number_has_its_name_in_any_case_as_in_the_contract(client, agent):
    assert client.get("/popup?CID=91234567").context["number"] == NUMBER


def test_an_address_without_a_number_says_what_it_has_to_be(client, agent):
    said = words(client.get("/popup").content.decode().partition("<main")[2])
    assert "No number was sent" in said
    assert "its address for this page has to end in /popup?cid=%CallerNumber%, and that variable was missing" in said


def test_a_saved_note_is_on_the_history_page_of_the_number(client, agent):
    contact = make_contact("Mira Talvane", NUMBER)
    response = client.post("/popup?cid=91234567", form(), follow=True)
    note = CallNote.objects.get()
    assert response.redirect_chain == [(f"/numbers/{NUMBER}/?saved={note.pk}", 302)]
    assert "Saved: Completed, Mira Talvane, +65 9123 4567." in words(response.content.decode())
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
        ({"comments": "x" * 10_001}, {"comments": ["Comments are 10,001 characters long; shorten them to 10,000."]}),
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
    address = f"/popup?cid=91234567&corrects={earlier.pk}"
    assert client.get(address).context["form"]["comments"].value() == "Asked for a quote."
    client.post(address, form(comments="Asked for two quotes."))
    assert CallNote.objects.newest_first()[0].corrects == earlier


def test_a_correction_starts_with_the_contact_that_was_chosen(client, agent):
    make_contact("Mira Talvane", NUMBER)
    tomas = make_contact("Tomas Ostfield", NUMBER)
    earlier = make_note(NUMBER, "Asked for a quote.", agent=agent, contact=tomas)
    page = client.get("/popup", {"cid": NUMBER, "corrects": earlier.pk}).content.decode()
    assert f'name="contact" value="{tomas.pk}" checked' in page


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/popup?cid=91234567", "/contacts/add/", "/", "/search/"])
def test_pages_are_read_and_forms_are_sent_and_nothing_else(client, agent, address, method):
    assert getattr(client, method)(address).status_code == 405


def test_a_correction_that_changes_nothing_is_not_stored(client, agent):
    earlier = make_note(NUMBER, "Asked for a quote.", agent=agent)
    response = client.post(f"/popup?cid=91234567&corrects={earlier.pk}", form())
    said = "Nothing was changed: correct the words or the outcome, or leave this page."
    assert dict(response.context["form"].errors) == {"comments": [said]}
    assert CallNote.objects.count() == 1


def test_a_correction_of_several_lines_that_changes_nothing_is_not_stored(client, agent):
    make_contact("Mira Talvane", NUMBER)
    earlier = make_note(NUMBER, "One.\nTwo.", agent=agent)
    client.post(f"/popup?cid=91234567&corrects={earlier.pk}", form(comments="One.\r\nTwo."))
    assert CallNote.objects.count() == 1


def test_a_correction_stays_with_the_contact_of_its_note(client, agent):
    mira = make_contact("Mira Talvane", NUMBER)
    earlier = make_note(NUMBER, "Asked for a quote.", agent=agent)
    Contact.objects.filter(pk=mira.pk).update(archived_at=timezone.now())
    make_contact("Tomas Ostfield", NUMBER)
    client.post(f"/popup?cid=91234567&corrects={earlier.pk}", form(comments="Asked for two quotes."))
    assert CallNote.objects.newest_first()[0].contact == mira


def test_a_note_that_was_redacted_meanwhile_is_not_written_anew_by_its_correction(client, agent):
    earlier = make_note(NUMBER, "Secret.", agent=agent)
    CallNote.objects.filter(pk=earlier.pk).update(redacted_at=timezone.now(), redacted_by=agent, comments="")
    response = client.post(f"/popup?cid=91234567&corrects={earlier.pk}", form(comments="Secret, mended."))
    page = response.content.decode()
    assert "cannot be corrected any more" in page
    assert "Secret, mended.</textarea>" in page
    assert CallNote.objects.count() == 1


def test_what_others_said_on_the_number_is_shown_with_the_notes_of_its_contact(client, agent):
    make_contact("Mira Talvane", NUMBER)
    old = make_contact("Mira Talvane, twice", NUMBER, archived_at=timezone.now())
    make_note(NUMBER, "Does not want calls.", contact=old)
    make_note(NUMBER, "Nobody's.", contact=None)
    make_note(NUMBER, "Mira's.")
    notes = client.get("/popup", {"cid": NUMBER}).context["notes"]
    assert [note.comments for note in notes] == ["Mira's.", "Nobody's.", "Does not want calls."]


def test_archived_contacts_never_crowd_out_an_active_one(client, agent):
    for count in range(PEOPLE_AT_MOST + 1):
        make_contact(f"A person {count}", NUMBER, archived_at=timezone.now())
    make_contact("Zed", NUMBER)
    assert [contact.name for contact in client.get("/popup", {"cid": NUMBER}).context["contacts"]] == ["Zed"]


def test_an_outcome_that_is_no_longer_offered_stays_on_its_correction(client, agent):
    busy = Disposition.objects.create(key="busy", label="Busy")
    earlier = make_note(NUMBER, "Line busy.", key="busy", agent=agent)
    Disposition.objects.filter(pk=busy.pk).update(is_active=False)
    offered = client.get("/popup", {"cid": NUMBER, "corrects": earlier.pk}).context["form"].fields["disposition"]
    assert busy in offered.queryset
    assert busy not in client.get("/popup", {"cid": NUMBER}).context["form"].fields["disposition"].queryset


@pytest.mark.parametrize("corrects", ["0", "x", "9" * 18, "9" * 5000, "²"])
def test_a_correction_of_no_note_is_an_ordinary_note(client, agent, corrects):
    response = client.get("/popup", {"cid": NUMBER, "corrects": corrects})
    assert (response.status_code, response.context["corrected"]) == (200, None)


def test_only_ones_own_notes_that_are_not_redacted_can_be_corrected(client, agent):
    of_another = make_note(NUMBER, "Of a colleague.", agent=make_agent("lee"))
    redacted = make_note(NUMBER, "Secret.", agent=agent)
    CallNote.objects.filter(pk=redacted.pk).update(redacted_at=timezone.now(), redacted_by=agent, comments="")
    elsewhere = make_note("+6598765432", "Elsewhere.", agent=agent)
    for note in (of_another, redacted, elsewhere):
        address = f"/popup?cid=91234567&corrects={note.pk}"
        assert client.get(address).context["corrected"] is None
        assert "cannot be corrected any more" in client.post(address, form()).content.decode()
    assert CallNote.objects.count() == 3


def test_of_one_contact_the_notes_on_every_number_are_shown(client, agent):
    make_contact("Mira Talvane", NUMBER, "+6598765432")
    make_note("+6598765432", "From the office.")
    notes = client.get("/popup", {"cid": NUMBER}).context["notes"]
    assert [note.comments for note in notes] == ["From the office."]


def test_a_crowd_on_one_number_is_cut_and_said(client, agent):
    for count in range(PEOPLE_AT_MOST):
        make_contact(f"Person {count}", NUMBER)
    assert client.get("/popup", {"cid": NUMBER}).context["people_limit"] is None
    make_contact("One more", NUMBER)
    response = client.get("/popup", {"cid": NUMBER})
    assert len(response.context["contacts"]) == PEOPLE_AT_MOST
    assert f"These are the first {PEOPLE_AT_MOST};" in response.content.decode()


def test_the_popup_costs_as_many_queries_however_many_notes_and_missed_calls_there_are(
    client, agent, django_assert_num_queries
):
    make_contact("Mira Talvane", NUMBER)
    for place in range(3):
        make_note(NUMBER, key="no_answer")
        make_missed_call(NUMBER, NOON - place * MINUTE)
    with django_assert_num_queries(13):
        client.get("/popup", {"cid": NUMBER})


def test_a_form_that_comes_after_the_sign_in_ended_shows_what_was_typed(client, agent):
    client.logout()
    response = client.post("/popup?cid=91234567", form(comments="Asked for <b>two</b> quotes."))
    page = response.content.decode()
    assert (response.status_code, stored()) == (401, [])
    assert "This was not saved" in page
    assert "Asked for &lt;b&gt;two&lt;/b&gt; quotes.</textarea>" in page
    assert 'href="/login/?next=/popup%3Fcid%3D91234567"' in page


def test_a_form_that_is_older_than_the_sign_in_shows_what_was_typed(agent):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    response = client.post("/popup?cid=91234567", form())
    assert (response.status_code, stored()) == (403, [])
    assert "Press Back in the browser: your words are still there." in response.content.decode()
    assert "Asked for a quote.</textarea>" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "field"),
    [("/admin/auth/user/add/", "password1"), ("/admin/password_change/", "new_password1"), ("/login/", "password")],
)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_password_is_never_shown_back(agent, address, field, is_signed_in):
    client = Client(enforce_csrf_checks=True)
    if is_signed_in:
        client.force_login(agent)
    response = client.post(address, {field: "a-secret-word", "name": "Avery"})
    assert "a-secret-word" not in response.content.decode()


def test_what_an_agent_typed_is_never_read_as_markup(client, agent):
    make_note(NUMBER, "<script>alert(1)</script>")
    page = client.get("/popup", {"cid": NUMBER}).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("then", "led_to"),
    [
        ("missed", "/missed/"),
        ("unmatched", "/unmatched/"),
        ("callbacks", "/callbacks/"),
        ("https://elsewhere.example/", f"/numbers/{NUMBER}/"),
        ("", f"/numbers/{NUMBER}/"),
    ],
)
def test_whoever_writes_a_note_from_a_list_goes_on_with_the_list(client, agent, then, led_to):
    fields = {"disposition": disposition("completed").pk, "comments": "Asked.", "submission": str(uuid.uuid4())}
    response = client.post(f"/popup/?{urlencode({'cid': NUMBER, 'then': then})}", fields)
    assert (response.status_code, response.url) == (302, f"{led_to}?saved={CallNote.objects.get().pk}")
