"""The back office's call notes: searched and filtered, redacted by those who may, and otherwise read-only."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from callnotes.models import CallNote
from callnotes.tests.factories import disposition, make_agent, make_note
from contacts.models import Contact
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER = "+6591234567"
LIST = reverse("admin:callnotes_callnote_changelist")


def _listed(response) -> list[str]:
    return [note.comments for note in response.context["cl"].result_list]


def _page(note: CallNote, page: str = "change") -> str:
    return reverse(f"admin:callnotes_callnote_{page}", args=[note.pk])


def _clerk(client, *permissions: str) -> User:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    return clerk


def _redact(client, *notes: CallNote):
    chosen = {"action": "redact", "_selected_action": [note.pk for note in notes]}
    newest = max((note.pk for note in CallNote.objects.all()), default=0)
    return client.post(LIST, chosen | {"confirmed": "Redact", "newest": newest})


def test_the_list_shows_the_newest_first_with_the_beginning_of_the_comments(admin_client):
    make_contact("Ada Example", NUMBER)
    make_note(NUMBER, "a" * 79 + "bcd")
    make_note("1001", "<b>later</b>", agent=make_agent("agent7"))
    response = admin_client.get(LIST)
    page = response.content.decode()
    assert _listed(response) == ["<b>later</b>", "a" * 79 + "bcd"]
    for shown in ("a" * 79 + "…", "&lt;b&gt;later&lt;/b&gt;", "+65 9123 4567", "Ada Example", "agent7", "Completed"):
        assert shown in page


@pytest.mark.parametrize("notes", [1, 3])
def test_the_list_asks_as_many_questions_for_many_notes_as_for_one(admin_client, django_assert_max_num_queries, notes):
    for number in range(notes):
        make_note(f"100{number}", agent=make_agent(f"agent{number}"))
    with django_assert_max_num_queries(8):
        assert len(_listed(admin_client.get(LIST))) == notes


@pytest.mark.parametrize(
    "text",
    [
        *(
            "+6591234567",
            " 6591234567",
            "006591234567",
            "91234567",
            "9123-4567",
            "tel:+65-9123-4567",
            "９１２３４５６７",
        ),
        *("4567", "ada", "EXAMPLE ada", "ltd"),
    ],
)
def test_notes_are_found_by_number_in_any_spelling_last_digits_name_and_company(admin_client, text):
    make_contact("Ada Example", NUMBER, company="Ltd")
    make_note(NUMBER, "this")
    make_note("+12025550123", "other")
    assert _listed(admin_client.get(LIST, {"q": text})) == ["this"]


@pytest.mark.parametrize("text", ["\x00", "9" * 5000, "'\"\\", "%"], ids=lambda text: ascii(text)[:9])
def test_a_strange_question_is_answered(admin_client, text):
    assert admin_client.get(LIST, {"q": text}).status_code == 200


def test_notes_are_filtered_by_outcome_agent_source_and_day(admin_client):
    agent = make_agent()
    make_note(NUMBER, "by the agent", agent=agent)
    make_note(
        NUMBER,
        "by 3CX",
        key="no_answer",
        source=CallNote.Source.PHONE_SYSTEM,
        now=datetime(2020, 1, 2, 3, 4, tzinfo=UTC),
    )
    filters = {
        f"?disposition__id__exact={disposition('no_answer').pk}": ["by 3CX"],
        f"?agent__id__exact={agent.pk}": ["by the agent"],
        "?source__exact=3cx": ["by 3CX"],
        "?source__exact=desk": ["by the agent"],
        "?created_at__gte=2025-01-01 00:00:00%2B08:00": ["by the agent"],
    }
    assert {question: _listed(admin_client.get(LIST + question)) for question in filters} == filters


def test_the_page_of_a_note_shows_all_and_lets_nothing_be_written(admin_client):
    note = make_note(NUMBER, "a" * 200, token="reception 4f2a", call_id="call 1")
    page = admin_client.get(_page(note)).content.decode()
    for shown in (NUMBER, "a" * 200, "reception 4f2a", "call 1", "Completed"):
        assert shown in page
    assert ('name="comments"' in page, 'name="_save"' in page) == (False, False)


def test_nobody_adds_changes_or_deletes_a_note_in_the_back_office(admin_client):
    note = make_note(NUMBER, "As it was.")
    before = CallNote.objects.values().get()
    sent = {"number": "1001", "comments": "Other.", "disposition": disposition("no_answer").pk, "source": "desk"}
    answers = [
        admin_client.post(reverse("admin:callnotes_callnote_add"), sent).status_code,
        admin_client.get(reverse("admin:callnotes_callnote_add")).status_code,
        admin_client.post(_page(note), sent).status_code,
        admin_client.post(_page(note, "delete"), {"post": "yes"}).status_code,
        admin_client.get(_page(note, "delete")).status_code,
    ]
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [note.pk], "post": "yes"})
    admin_client.post(LIST, {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": note.pk, "_save": "1"} | sent)
    assert answers == [403] * 5
    assert CallNote.objects.values().get() == before


def test_chosen_notes_are_redacted_by_who_is_signed_in(admin_client, admin_user):
    chosen, other = make_note(NUMBER, "Private."), make_note(NUMBER, "Stays.")
    response = _redact(admin_client, chosen)
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Redacted: 1. Their comments are gone for good."
    ]
    chosen.refresh_from_db()
    other.refresh_from_db()
    assert (chosen.comments, chosen.redacted_by, chosen.redacted_at is None) == ("", admin_user, False)
    assert (other.comments, other.redacted_by, other.redacted_at) == ("Stays.", None, None)
    assert "(redacted)" in admin_client.get(LIST).content.decode()


def test_redacting_asks_first(admin_client):
    note = make_note(NUMBER, "Private.")
    response = admin_client.post(LIST, {"action": "redact", "_selected_action": [note.pk]})
    page = response.content.decode()
    assert "The comments of 1 call note will be gone for good" in page
    assert f'name="_selected_action" value="{note.pk}"' in page
    assert "Private." in page
    assert list(CallNote.objects.values_list("comments", "redacted_at")) == [("Private.", None)]


def test_what_is_recorded_after_the_question_is_not_redacted(admin_client):
    asked_about = make_note(NUMBER, "Private.")
    everything = {"action": "redact", "_selected_action": [asked_about.pk], "select_across": "1"}
    newest = admin_client.post(LIST, everything).context["newest"]
    make_note(NUMBER, "Recorded meanwhile.")
    admin_client.post(LIST, everything | {"confirmed": "Redact", "newest": newest})
    assert list(CallNote.objects.order_by("pk").values_list("comments", flat=True)) == ["", "Recorded meanwhile."]


@pytest.mark.parametrize(
    "lookup", ["comments__regex=(.)*", "comments__contains=x", "agent__password__startswith=x", "source__exact=%00"]
)
def test_lists_are_filtered_by_what_they_offer_alone(admin_client, lookup):
    make_note(NUMBER)
    assert admin_client.get(f"{LIST}?{lookup}").status_code == 400


@pytest.mark.parametrize(
    ("bound", "day", "found"),
    [
        ("gte", "0001-01-01 00:00:00+14:00", ["Asked for a quote."]),
        ("lt", "0001-01-01 00:00:00+14:00", []),
        ("gte", "9999-12-31 23:00:00-12:00", []),
        ("lt", "9999-12-31 23:00:00-12:00", ["Asked for a quote."]),
    ],
)
def test_a_day_beyond_the_calendar_is_compared_with_or_where_that_cannot_be_answered_by_all(
    admin_client, bound, day, found
):
    """PostgreSQL knows such days; SQLite does not, and Django leads back to the whole list."""
    make_note(NUMBER, "Asked for a quote.")
    response = admin_client.get(LIST, {f"created_at__{bound}": day}, follow=True)
    if connection.vendor == "postgresql":
        assert (response.redirect_chain, _listed(response)) == ([], found)
    else:
        assert (response.redirect_chain, _listed(response)) == ([(f"{LIST}?e=1", 302)], ["Asked for a quote."])


def test_who_may_redact_does_so_with_that_permission_alone(client):
    clerk = _clerk(client, "view_callnote", "redact_callnote")
    _redact(client, make_note(NUMBER, "Private."))
    assert list(CallNote.objects.values_list("comments", "redacted_by")) == [("", clerk.pk)]


@pytest.mark.parametrize(
    "permissions",
    [
        ("view_callnote",),
        ("view_callnote", "add_callnote", "change_callnote", "delete_callnote"),
        ("redact_callnote",),
        (),
    ],
    ids=["may look", "may all but redact", "may not look", "may nothing"],
)
def test_without_the_permission_nothing_is_redacted(client, permissions):
    _clerk(client, *permissions)
    page = client.get(LIST)
    _redact(client, make_note(NUMBER, "Stays."))
    assert list(CallNote.objects.values_list("comments", "redacted_at")) == [("Stays.", None)]
    assert (page.status_code, b'value="redact"' in page.content) == (
        200 if "view_callnote" in permissions else 403,
        False,
    )


@pytest.mark.parametrize("is_staff", [True, False], ids=["without permissions", "no back office at all"])
def test_who_may_not_look_sees_no_note(client, is_staff):
    client.force_login(User.objects.create_user("clerk", is_staff=is_staff))
    note = make_note(NUMBER, "Private.")
    for address in (LIST, _page(note)):
        response = client.get(address, follow=True)
        assert b"Private." not in response.content


def test_the_notes_stay_when_their_contact_is_deleted(admin_client):
    contact = make_contact("Ada Example", NUMBER)
    make_note(NUMBER, "Asked for a quote.")
    response = admin_client.post(reverse("admin:contacts_contact_delete", args=[contact.pk]), {"post": "yes"})
    assert (response.status_code, Contact.objects.count()) == (302, 0)
    assert list(CallNote.objects.values_list("number", "contact", "contact_name", "comments")) == [
        (NUMBER, None, "Ada Example", "Asked for a quote.")
    ]


def test_the_page_of_a_contact_shows_its_last_notes(admin_client):
    contact = make_contact("Ada Example", NUMBER)
    for number in range(11):
        make_note(NUMBER, f"Note {number:02} <b>")
    page = admin_client.get(reverse("admin:contacts_contact_change", args=[contact.pk])).content.decode()
    assert [f"Note {number:02} &lt;b&gt;" in page for number in range(11)] == [False, *[True] * 10]
