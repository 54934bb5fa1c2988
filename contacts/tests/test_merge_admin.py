"""The back office's pages on duplicates and merges: who may, what they show, and what a click does."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from contacts import duplicates
from contacts.models import Contact, Duplicate, Merge
from contacts.tests.factories import make_contact
from contacts.tests.merges import make_merge, numbers_of
from contacts.tests.pages import words

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
CONTACTS = reverse("admin:contacts_contact_changelist")
PAIRS = reverse("admin:contacts_duplicate_changelist")
MERGES = reverse("admin:contacts_merge_changelist")
COMPARE = reverse("admin:compare_contacts")
DISMISS, SEARCH = reverse("admin:dismiss_duplicate"), reverse("admin:search_duplicates")


def page_of(merge: Merge) -> str:
    return reverse("admin:contacts_merge_change", args=[merge.pk])


def compared(*contacts: Contact) -> str:
    return f"{COMPARE}?{'&'.join(f'contact={contact.pk}' for contact in contacts)}"


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def read(response) -> str:
    return words(response.content.decode().partition('id="content"')[2].partition("<footer")[0])


def offered(response) -> dict[str, str]:
    """The form as the page has it: what is chosen and what is filled in."""
    form = response.context["form"]
    return {name: str(form[name].value()) for name in form.fields}


@pytest.fixture
def ada() -> Contact:
    return make_contact("Ada Example", NUMBER, company="Example Ltd", remarks="Mornings.")


@pytest.fixture
def bea() -> Contact:
    return make_contact("A. Example", NUMBER, OTHER_NUMBER, email="ada@example.com", remarks="Gate 12.")


def test_the_list_of_duplicates_shows_pairs_and_why(admin_client, ada, bea):
    assert "Nobody has looked yet." in read(admin_client.get(PAIRS))
    assert said(admin_client.post(SEARCH)) == ["Looked through 2 contacts."]
    page = read(admin_client.get(PAIRS))
    assert f"+65 9123 4567 Ada Example #{ada.pk} Example Ltd +65 9123 4567 Mornings." in page
    assert "All were last looked through on" in page


def test_two_that_are_not_one_leave_the_list_and_can_come_back(admin_client, ada, bea):
    duplicates.search()
    response = admin_client.post(DISMISS, {"first": bea.pk, "second": ada.pk})
    assert said(response) == ["A. Example and Ada Example (Example Ltd) are two: this is remembered."]
    assert "None that is known." in read(admin_client.get(PAIRS))
    page = admin_client.get(PAIRS, {"dismissed": "on"})
    assert "Said by admin" in read(page)
    admin_client.post(reverse("admin:take_back_duplicate"), {"duplicate": Duplicate.objects.get().pk})
    assert "Ada Example" in read(admin_client.get(PAIRS))


@pytest.mark.parametrize("sent", [{}, {"first": "x", "second": "1"}, {"first": "9" * 30, "second": ""}])
def test_a_pair_that_is_none_is_not_remembered(admin_client, sent):
    assert said(admin_client.post(DISMISS, sent)) == ["One of them was merged or deleted before."]
    assert Duplicate.objects.count() == 0


def test_contacts_stand_side_by_side_with_what_is_chosen_for_them(admin_client, ada, bea):
    response = admin_client.get(compared(bea, ada))
    assert {name: value for name, value in offered(response).items() if name != "seen"} == {
        "keep": str(ada.pk),
        "name": str(ada.pk),
        "company": str(ada.pk),
        "email": str(bea.pk),
        "remarks": "join",
        "label_0": "",
        "label_1": "",
        "primary": NUMBER,
    }
    page = read(response)
    assert "Mornings. Gate 12. all together" in page
    assert f"+1 202-555-0123 #{bea.pk}" in page


def test_what_was_chosen_is_merged(admin_client, ada, bea):
    sent = offered(admin_client.get(compared(ada, bea)))
    sent |= {"keep": str(bea.pk), "name": str(ada.pk), "label_0": "mobile", "primary": OTHER_NUMBER}
    response = admin_client.post(compared(ada, bea), sent)
    merge = Merge.objects.get()
    assert (response.status_code, response.url) == (302, page_of(merge))
    assert said(response)[0].startswith("Merged: Ada Example into A. Example. This can be undone until ")
    kept = Contact.objects.get()
    assert (kept, kept.name, kept.company, kept.email) == (bea, "Ada Example", "Example Ltd", "ada@example.com")
    assert kept.remarks == "Mornings.\n\nGate 12."
    assert numbers_of(kept) == [(NUMBER, "mobile", False), (OTHER_NUMBER, "", True)]
    assert LogEntry.objects.get().change_message == f"Merged: {merge}."


def test_labels_that_differ_are_offered_together(admin_client, ada, bea):
    ada.numbers.update(label="mobile"), bea.numbers.update(label="Mobile")
    cleo = make_contact("Cleo", NUMBER)
    cleo.numbers.update(label="home")
    assert offered(admin_client.get(compared(ada, bea, cleo)))["label_0"] == "mobile / home"


def test_active_and_archived_contacts_ask_which_it_is_to_be(admin_client, ada, bea):
    then = timezone.now() - timedelta(days=9)
    Contact.objects.filter(pk=bea.pk).update(archived_at=then)
    sent = offered(admin_client.get(compared(ada, bea)))
    assert sent["archived"] == "no"
    admin_client.post(compared(ada, bea), sent | {"archived": "yes"})
    assert Contact.objects.get().archived_at == then


def test_remarks_that_do_not_fit_together_are_refused_and_nothing_else_is_lost(admin_client, ada, bea):
    for contact, letter in ((ada, "a"), (bea, "b")):
        Contact.objects.filter(pk=contact.pk).update(remarks=letter * 6000)
    sent = offered(admin_client.get(compared(ada, bea)))
    response = admin_client.post(compared(ada, bea), sent | {"label_0": "typed"})
    assert "Together the remarks have 12,002 characters; at most 10,000 fit." in read(response)
    assert (offered(response)["label_0"], Merge.objects.count()) == ("typed", 0)


def test_a_contact_that_was_changed_meanwhile_is_shown_anew_with_what_was_chosen(admin_client, ada, bea):
    sent = offered(admin_client.get(compared(ada, bea))) | {"label_0": "typed"}
    Contact.objects.filter(pk=bea.pk).update(company="New Ltd")
    response = admin_client.post(compared(ada, bea), sent)
    assert "One of these contacts was changed meanwhile." in read(response)
    assert ("New Ltd" in read(response), offered(response)["label_0"], Merge.objects.count()) == (True, "typed", 0)
    admin_client.post(compared(ada, bea), offered(response))
    assert Merge.objects.count() == 1


def test_a_second_click_merges_nothing_more(admin_client, ada, bea):
    sent = offered(admin_client.get(compared(ada, bea)))
    admin_client.post(compared(ada, bea), sent)
    response = admin_client.post(compared(ada, bea), sent)
    assert (said(response)[-1], response.url, Merge.objects.count()) == ("These are one contact already.", PAIRS, 1)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("", "Choose two."),
        ("?contact=x", "“x” is not a valid value."),
        ("?contact=999999", "One of these contacts is there no more."),
        (f"?contact={'9' * 40}", "One of these contacts is there no more."),
    ],
)
def test_what_are_no_contacts_is_not_compared(admin_client, query, answer):
    response = admin_client.get(COMPARE + query)
    assert (response.url, said(response)) == (PAIRS, [answer])


@pytest.mark.parametrize(
    ("count", "answer"), [(1, "Choose at least two contacts."), (7, "At most 6 contacts are merged at once.")]
)
def test_neither_one_contact_nor_too_many_are_compared(admin_client, count, answer):
    response = admin_client.get(compared(*(make_contact(f"Ada {place}") for place in range(count))))
    assert (response.url, said(response)[0].startswith(answer)) == (PAIRS, True)


def test_the_contacts_that_are_ticked_in_the_list_are_compared(admin_client, ada, bea):
    response = admin_client.post(CONTACTS, {"action": "merge", "_selected_action": [bea.pk, ada.pk]})
    assert response.url == compared(ada, bea)


def test_others_who_may_be_the_same_are_offered_beside(admin_client, ada, bea):
    cleo = make_contact("Ada Example", NUMBER)
    duplicates.search()
    page = admin_client.get(compared(ada, bea)).content.decode()
    assert f"?contact={ada.pk}&amp;contact={bea.pk}&amp;contact={cleo.pk}" in page


def test_a_merge_tells_what_it_did_and_is_undone(admin_client, ada, bea):
    merge = make_merge(ada, bea, name="Ada Merged")
    page = read(admin_client.get(page_of(merge)))
    assert "Merged into it Name A. Example E-mail ada@example.com" in page
    assert "What the contact said then Name Ada Merged" in page
    Contact.objects.filter(pk=ada.pk).update(company="")
    assert "company: now (empty), then “Example Ltd”" in read(admin_client.get(page_of(merge)))
    Contact.objects.filter(pk=ada.pk).update(company="New Ltd")
    assert "company: now “New Ltd”, then “Example Ltd”" in read(admin_client.get(page_of(merge)))
    response = admin_client.post(reverse("admin:undo_merge", args=[merge.pk]))
    assert (response.url, said(response)) == (page_of(merge), ["Undone: the contacts are apart again."])
    assert set(Contact.objects.values_list("name", "company")) == {("Ada Example", "New Ltd"), ("A. Example", "")}
    again = admin_client.post(reverse("admin:undo_merge", args=[merge.pk]))
    assert said(again)[-1] == "It was undone before."


def test_a_merge_that_cannot_be_undone_says_why(admin_client, ada, bea):
    old = make_merge(ada, bea, now=timezone.now() - timedelta(days=31))
    page = read(admin_client.get(page_of(old)))
    assert ("It can be undone no more: that is possible for 30 days." in page, "Undo the merge" in page) == (
        True,
        False,
    )


def test_a_later_merge_is_to_be_undone_first(admin_client, ada, bea):
    first = make_merge(ada, bea)
    make_merge(make_contact("Cleo"), ada)
    assert "Undo the later merge first: Ada Example into Cleo." in read(admin_client.get(page_of(first)))


def test_merges_are_listed_newest_first_also_those_of_one_contact(admin_client, ada, bea):
    merges = [make_merge(ada, bea), make_merge(make_contact("Cleo"), make_contact("Dan"))]
    listed = re.findall(rf'href="{MERGES}(\d+)/"', admin_client.get(MERGES).content.decode())
    assert listed == [str(merge.pk) for merge in reversed(merges)]
    assert "Dan into Cleo" not in read(admin_client.get(MERGES, {"contact": ada.pk}))
    assert "A. Example into Ada Example" not in read(admin_client.get(MERGES, {"after": merges[0].pk}))


@pytest.mark.parametrize("page", ["change", "delete"])
def test_the_pages_of_a_merged_contact_lead_to_the_kept_one(admin_client, ada, bea, page):
    make_merge(ada, bea)
    response = admin_client.get(reverse(f"admin:contacts_contact_{page}", args=[bea.pk]))
    assert response.url == reverse("admin:contacts_contact_change", args=[ada.pk])
    assert said(response) == ["That contact was merged into this one."]


def test_what_is_typed_about_a_contact_that_was_merged_meanwhile_says_so(admin_client, ada, bea):
    make_merge(ada, bea)
    response = admin_client.post(reverse("admin:contacts_contact_change", args=[bea.pk]), {"name": "Typed"})
    assert (response.status_code, Contact.with_merged.get(pk=bea.pk).name) == (302, "A. Example")
    assert said(response) == [
        "That contact was merged into this one. What was typed was not saved; here is what is known."
    ]


@pytest.mark.parametrize("key", ["999999", "x", "9" * 5000])
def test_a_contact_that_never_was_is_not_found(admin_client, key):
    response = admin_client.get(reverse("admin:contacts_contact_change", args=[key]))
    assert (response.url, "There is no contact with the number" in said(response)[0]) == (
        "/admin/contacts/contact/",
        True,
    )


def test_the_desk_leads_from_a_merged_contact_to_the_kept_one_until_it_is_undone(admin_client, ada, bea):
    merge = make_merge(ada, bea)
    assert admin_client.get(f"/contacts/{bea.pk}/").url == f"/contacts/{ada.pk}/"
    response = admin_client.post(f"/contacts/{bea.pk}/add-number/", {"number": "1001"})
    assert (response.url, ada.numbers.filter(number="1001").exists()) == (f"/contacts/{ada.pk}/", True)
    admin_client.post(reverse("admin:undo_merge", args=[merge.pk]))
    assert admin_client.get(f"/contacts/{bea.pk}/").status_code == 200


def test_a_contact_with_merges_is_deleted_by_who_may(admin_client, ada, bea):
    make_merge(ada, bea)
    admin_client.post(reverse("admin:contacts_contact_delete", args=[ada.pk]), {"post": "yes"})
    assert (Contact.with_merged.count(), Merge.objects.count()) == (0, 0)


@pytest.fixture
def staff(client) -> User:
    staff = User.objects.create_user("staff", is_staff=True)
    rights = ["view_contact", "add_contact", "change_contact", "delete_contact"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(staff)
    return staff


def test_who_may_not_merge_sees_none_of_it(client, staff, ada, bea):
    merge = make_merge(ada, bea)
    for address in (PAIRS, MERGES, compared(ada, bea), page_of(merge)):
        assert client.get(address).status_code == 403
    for address in (
        SEARCH,
        DISMISS,
        reverse("admin:take_back_duplicate"),
        compared(ada, bea),
        page_of(merge) + "undo/",
    ):
        assert client.post(address).status_code == 403
    pages = client.get(CONTACTS).content + client.get("/admin/").content
    assert (b'value="merge"' in pages, b"/admin/contacts/duplicate/" in pages) == (False, False)
    assert (Merge.objects.get().undone_at, Duplicate.objects.count()) == (None, 0)


def test_who_may_merge_needs_no_other_right_for_it(client, staff, ada, bea):
    staff.user_permissions.set(Permission.objects.filter(codename__in=["merge_contact"]))
    merge = make_merge(ada, bea)
    for address in (PAIRS, MERGES, page_of(merge), "/admin/"):
        assert client.get(address).status_code == 200
    assert client.post(page_of(merge) + "undo/").status_code == 302
    assert client.post(compared(ada, bea), offered(client.get(compared(ada, bea)))).status_code == 302
    assert Merge.objects.count() == 2


@pytest.mark.parametrize("address", [SEARCH, DISMISS, reverse("admin:take_back_duplicate"), MERGES + "1/undo/"])
def test_nothing_is_changed_by_an_address_alone(admin_client, address):
    assert admin_client.get(address).status_code == 405


@pytest.mark.parametrize("query", ["?after=x", "?after=0", f"?after={'9' * 30}", "?contact=-1", "?dismissed=maybe"])
@pytest.mark.parametrize("address", [PAIRS, MERGES])
def test_a_strange_question_is_answered(admin_client, address, query):
    assert admin_client.get(address + query).status_code == 200
