"""The back office's contacts: listed, searched, added with their numbers, archived and brought back."""

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.urls import reverse

from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

LIST = reverse("admin:contacts_contact_changelist")
ADD = reverse("admin:contacts_contact_add")


def _listed(response) -> list[str]:
    return [contact.name for contact in response.context["cl"].result_list]


def _said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def _sent(name: str, *numbers: dict, initial: int = 0) -> dict:
    sent = {"name": name, "company": "", "email": "", "remarks": ""}
    sent |= {"numbers-TOTAL_FORMS": len(numbers), "numbers-INITIAL_FORMS": initial}
    for place, number in enumerate(numbers):
        sent |= {f"numbers-{place}-{key}": value for key, value in number.items()}
    return sent


def test_the_list_shows_active_contacts_with_their_primary_number(admin_client):
    make_contact("Ada Example", "+6591234567", "+12025550123", company="Example Ltd", email="ada@example.com")
    make_contact("Old Example", archived_at="2026-01-02T03:04Z")
    response = admin_client.get(LIST)
    page = response.content.decode()
    assert _listed(response) == ["Ada Example"]
    assert ("+65 9123 4567" in page, "+1 202-555-0123" in page, "Example Ltd" in page) == (True, False, True)


@pytest.mark.parametrize(
    ("archive", "names"),
    [("", ["Ada Example"]), ("?archived=yes", ["Old Example"]), ("?archived=all", ["Ada Example", "Old Example"])],
    ids=["active", "archived", "all"],
)
def test_the_list_can_be_narrowed_to_the_archive(admin_client, archive, names):
    make_contact("Ada Example")
    make_contact("Old Example", archived_at="2026-01-02T03:04Z")
    assert _listed(admin_client.get(LIST + archive)) == names


@pytest.mark.parametrize("contacts", [1, 3])
def test_the_list_asks_as_many_questions_for_many_contacts_as_for_one(
    admin_client, django_assert_max_num_queries, contacts
):
    for number in range(contacts):
        make_contact(f"Ada {number}", f"+120255501{number:02}", "1001")
    with django_assert_max_num_queries(7):
        assert len(_listed(admin_client.get(LIST))) == contacts


@pytest.mark.parametrize(
    "text",
    [
        *("ada", "EXAMPLE ada", "ada@", "91234567", "+65 9123-4567", " 6591234567", "006591234567", "tel:+6591234567"),
        *("９１２３４５６７", "4567", "34567"),
    ],
)
def test_a_contact_is_found_by_words_and_by_a_number_in_any_spelling(admin_client, text):
    make_contact("Ada Example", "+6591234567", email="ada@example.com")
    make_contact("Bea Other", "+12025550123")
    assert _listed(admin_client.get(LIST, {"q": text})) == ["Ada Example"]


@pytest.mark.parametrize("text", ["567", "nobody", "%", "+1 202 555 0199"])
def test_what_nobody_is_called_finds_nobody(admin_client, text):
    make_contact("Ada Example", "+6591234567")
    response = admin_client.get(LIST, {"q": text})
    assert (response.status_code, _listed(response)) == (200, [])


@pytest.mark.parametrize("text", ["\x00", "9" * 5000, "'\"\\", "\u202e", "%00"], ids=ascii)
def test_a_strange_question_is_answered(admin_client, text):
    assert admin_client.get(LIST, {"q": text}).status_code == 200


def test_a_contact_is_added_with_two_numbers(admin_client):
    sent = _sent(
        "Ada Example", {"number": "9123 4567", "label": "mobile", "is_primary": "on"}, {"number": " 12025550123"}
    )
    response = admin_client.post(ADD, sent)
    assert (response.status_code, response.headers["Location"]) == (302, LIST)
    assert list(Contact.objects.get(name="Ada Example").numbers.values_list("number", "label", "is_primary")) == [
        ("+6591234567", "mobile", True),
        ("+12025550123", "", False),
    ]


@pytest.mark.parametrize(
    ("second", "error"),
    [
        ({"number": "006591234567"}, "Please correct the duplicate"),
        ({"number": "1001", "is_primary": "on"}, "Only one number can be the primary one."),
        ({"number": "nobody"}, "“nobody” is no phone number."),
    ],
    ids=["the same number", "two primary ones", "no number"],
)
def test_a_contact_whose_numbers_are_wrong_is_not_added(admin_client, second, error):
    sent = _sent("Ada Example", {"number": "9123 4567", "is_primary": "on"}, second)
    response = admin_client.post(ADD, sent)
    assert response.status_code == 200
    assert error in response.content.decode()
    assert (Contact.objects.count(), ContactNumber.objects.count()) == (0, 0)


def test_the_page_of_a_contact_is_saved_as_it_is_shown(admin_client):
    contact = make_contact("Ada Example", "+6591234567", "1001")
    rows = [
        {"id": n.pk, "contact": contact.pk, "number": n.number, "is_primary": "on" if n.is_primary else ""}
        for n in contact.numbers.all()
    ]
    change = reverse("admin:contacts_contact_change", args=[contact.pk])
    page = admin_client.get(change).content.decode()
    assert all(f'value="{row["number"]}"' in page for row in rows)
    assert admin_client.post(change, _sent("Ada Example", *rows, initial=2)).status_code == 302
    assert list(contact.numbers.values_list("number", "is_primary")) == [("+6591234567", True), ("1001", False)]


def test_what_was_typed_over_a_contact_that_somebody_else_changed_asks_once(admin_client):
    contact = make_contact("Ada Example")
    change = reverse("admin:contacts_contact_change", args=[contact.pk])
    seen = admin_client.get(change).context["adminform"].form["seen"].value()
    contact.company = "Another's Ltd"
    contact.save()
    sent = _sent("Typed") | {"seen": seen}
    page = admin_client.post(change, sent)
    assert "This contact was changed while you typed" in page.content.decode()
    assert list(Contact.objects.values_list("name", "company")) == [("Ada Example", "Another's Ltd")]
    form = page.context["adminform"].form
    assert admin_client.post(change, sent | {"seen": form["seen"].value()}).status_code == 302
    assert list(Contact.objects.values_list("name", "company")) == [("Typed", "")]


def test_chosen_contacts_are_archived(admin_client):
    ada, bea = make_contact("Ada Example", "+6591234567"), make_contact("Bea Example")
    response = admin_client.post(LIST, {"action": "archive", "_selected_action": [ada.pk]})
    assert _said(response) == ["Archived: 1. Their history stays."]
    assert (list(Contact.objects.active()), list(Contact.objects.archived())) == ([bea], [ada])


def test_chosen_contacts_are_brought_back(admin_client):
    ada, bea = (make_contact(name, archived_at="2026-01-02T03:04Z") for name in ("Ada Example", "Bea Example"))
    response = admin_client.post(LIST + "?archived=yes", {"action": "bring_back", "_selected_action": [ada.pk]})
    assert _said(response) == ["Brought back: 1."]
    assert (list(Contact.objects.active()), list(Contact.objects.archived())) == ([ada], [bea])


def test_archiving_twice_keeps_the_first_moment(admin_client):
    contact = make_contact("Ada Example", archived_at="2026-01-02T03:04Z")
    contact.refresh_from_db()
    archive = {"action": "archive", "_selected_action": [contact.pk]}
    assert _said(admin_client.post(LIST + "?archived=all", archive)) == ["Archived: 0. Their history stays."]
    assert Contact.objects.get().archived_at == contact.archived_at


def test_who_may_only_look_cannot_archive(client):
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_contact"))
    client.force_login(clerk)
    contact = make_contact("Ada Example")
    page = client.get(LIST)
    client.post(LIST, {"action": "archive", "_selected_action": [contact.pk]})
    assert (_listed(page), b'value="archive"' in page.content) == (["Ada Example"], False)
    assert list(Contact.objects.active()) == [contact]
