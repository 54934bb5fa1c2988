"""The back office's pages for privacy: who may open them, what they show, and what they take."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from callnotes import do_not_disturb
from callnotes.models import CallNote
from callnotes.tests.factories import make_agent, make_chat, make_note, minute
from contacts.importing import files, running
from contacts.models import Contact
from contacts.models.imports import State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import, xlsx_file
from contacts.tests.pages import table, words
from privacy.models import Deed, RetentionPeriod
from privacy.tests.people import EMAIL, NAME, NUMBER

pytestmark = pytest.mark.django_db

ABOUT, FILE, ERASE = (reverse(f"admin:privacy_{name}") for name in ("about", "file", "erase"))
DEEDS, RETENTION = reverse("admin:privacy_deed_changelist"), reverse("admin:privacy_retentionperiod_changelist")


@pytest.fixture
def mira() -> Contact:
    mira = make_contact(NAME, NUMBER, email=EMAIL)
    make_note(NUMBER, "Asked for a quote.", contact=mira, now=minute(0))
    return mira


def staff(client, *rights: str):
    """Somebody of the back office with these rights."""
    clerk = make_agent("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(clerk)
    return client


@pytest.mark.parametrize(
    ("rights", "open_to"),
    [
        ([], []),
        (["view_contact"], []),
        (["read_held"], [ABOUT, FILE, DEEDS]),
        (["erase_person"], [ABOUT, ERASE, DEEDS]),
        (["view_deed"], [DEEDS]),
        (["view_retentionperiod"], [RETENTION]),
        (["change_retentionperiod"], [RETENTION]),
    ],
)
def test_each_page_has_a_right_of_its_own(client, mira, rights, open_to):
    client = staff(client, *rights)
    statuses = {page: client.get(page, {"contact": mira.pk}).status_code for page in (ABOUT, FILE, ERASE)}
    statuses |= {page: client.get(page).status_code for page in (DEEDS, RETENTION)}
    assert statuses == {page: 200 if page in open_to else 403 for page in statuses}


def test_the_back_office_writes_files_and_only_administrators_erase():
    held = Permission.objects.filter(group__name="Back office", content_type__app_label="privacy")
    assert set(held.values_list("codename", flat=True)) == {"view_deed", "read_held"}


def test_a_contacts_page_leads_to_what_is_held(admin_client, mira):
    page = admin_client.get(reverse("admin:contacts_contact_change", args=[mira.pk])).content.decode()
    assert f'href="{ABOUT}?contact={mira.pk}"' in page


def test_the_page_says_how_much_there_is(admin_client, mira):
    response = admin_client.get(ABOUT, {"contact": mira.pk})
    counts = {row[0].split(" What")[0]: row[1] for row in table(response.content.decode())}
    assert counts["Notes of calls"] == "1"
    assert {label.split(" The numbers")[0]: count for label, count in counts.items()}["Phone numbers"] == "1"


def test_the_page_of_a_number_takes_any_spelling_and_names_its_contacts(admin_client, mira):
    shown = words(admin_client.get(ABOUT, {"number": "9123 4567"}).content.decode())
    assert "What is held about +65 9123 4567" in shown
    assert f"Contacts with this number, who keep it: {NAME}" in shown


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"number": "hello"}, "is no phone number"),
        ({"number": ""}, "Write a number."),
        ({"contact": "999"}, "This contact is not there"),
        ({"contact": "x"}, "Enter a whole number."),
    ],
)
def test_whom_nobody_knows_is_told_and_asked_for_again(admin_client, asked, said):
    response = admin_client.get(ABOUT, asked)
    assert response.status_code == 200
    assert said in words(response.content.decode())
    assert admin_client.get(FILE, asked).status_code == admin_client.get(ERASE, asked).status_code == 404


def test_the_file_is_one_download_and_in_the_list(admin_client, mira):
    response = admin_client.get(FILE, {"contact": mira.pk})
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Content-Disposition"].startswith(f'attachment; filename="held-about-contact-{mira.pk}-')
    assert "no-store" in response["Cache-Control"]
    assert json.loads(response.content)["format"] == "dbncrm.held-about"
    [row] = table(admin_client.get(DEEDS).content.decode())
    assert row[1:] == ["File of what is held", f"contact {mira.pk}", "admin"]


def erase(client, whom: dict, **sent):
    """Sends the page's form as it is shown, with these fields."""
    address = f"{ERASE}?{'&'.join(f'{name}={value}' for name, value in whom.items())}"
    context = client.get(address).context
    chosen = context["form"].initial.get("numbers", [])
    return client.post(address, {"numbers": chosen, "seen": context["seen"]} | sent)


def test_the_right_words_erase_it(admin_client, mira):
    response = erase(admin_client, {"contact": mira.pk}, words="mira  TALVANE")
    assert (response.status_code, response.url) == (302, DEEDS)
    assert not Contact.objects.exists()
    assert CallNote.objects.get().comments == ""
    assert Deed.objects.values_list("kind", "about", "done_by").get() == ("erasure", "", "admin")


@pytest.mark.parametrize("typed", ["", "Mira", "yes"])
def test_other_words_erase_nothing(admin_client, mira, typed):
    response = erase(admin_client, {"contact": mira.pk}, words=typed)
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"words"}
    assert Contact.objects.get() == mira


def test_a_number_is_erased_by_writing_it_in_any_spelling(admin_client):
    make_note(NUMBER, "Asked for a quote.")
    assert erase(admin_client, {"number": "91234567"}, words="+65 9123-4567").status_code == 302
    assert not CallNote.objects.filter(number=NUMBER).exists()


def test_what_came_meanwhile_is_shown_first(admin_client, mira):
    seen = admin_client.get(ERASE, {"contact": mira.pk}).context["seen"]
    make_note(NUMBER, contact=mira)
    response = erase(admin_client, {"contact": mira.pk}, words=NAME, seen=seen)
    assert "Nothing was erased: look again." in words(response.content.decode())
    assert Contact.objects.get() == mira
    assert response.context["seen"] != seen


def test_a_shared_number_is_not_ticked_and_counts_where_it_is(admin_client, mira):
    make_contact("Wei Ling", NUMBER)
    make_note(NUMBER, "About a boat.")
    address = f"{ERASE}?contact={mira.pk}"
    shown = admin_client.get(address)
    assert shown.context["form"].initial["numbers"] == []
    assert "shared with Wei Ling, who keeps the number" in words(shown.content.decode())
    again = admin_client.post(address, {"numbers": [NUMBER], "look": "yes"})
    counts = [
        {part.section.name: part.count for part in each.context["parts"]}["call_notes"] for each in (shown, again)
    ]
    assert counts == [1, 2]
    assert again.context["form"].initial["numbers"] == [NUMBER]
    assert not again.context["form"].errors


def test_without_the_key_the_page_says_what_to_do(admin_client, mira, settings):
    settings.DO_NOT_DISTURB_KEY = ""
    do_not_disturb.put(NUMBER, make_agent("robin"), "By letter.")
    response = erase(admin_client, {"contact": mira.pk}, words=NAME)
    assert "set DO_NOT_DISTURB_KEY" in words(response.content.decode())
    assert Contact.objects.get() == mira


def test_while_a_file_is_imported_nobody_is_erased(admin_client, mira):
    running.ask(an_import("Name;Mobile", "Wei Ling;90000001"), State.CHECKING)
    response = erase(admin_client, {"contact": mira.pk}, words=NAME)
    assert "Wait until it is done, or stop it." in words(response.content.decode())
    assert Contact.objects.get() == mira


def test_while_a_workbook_is_being_read_the_pages_open_and_nobody_is_erased(admin_client, mira):
    files.store(xlsx_file(["Name", "Mobile"], [NAME, NUMBER]), "people.xlsx")
    asked = {"contact": mira.pk}
    assert [admin_client.get(page, asked).status_code for page in (ABOUT, FILE, ERASE)] == [200, 200, 200]
    response = erase(admin_client, asked, words=NAME)
    assert "Wait until it is done, or stop it." in words(response.content.decode())
    assert Contact.objects.get() == mira


# How long what is kept


def test_periods_are_stored_and_shown(admin_client):
    response = admin_client.post(RETENTION, {"chats": "365", "merges": "30"}, follow=True)
    assert "Stored: 2 periods are others now." in words(response.content.decode())
    assert dict(RetentionPeriod.objects.values_list("kind", "days")) == {"chats": 365, "merges": 30}
    assert RetentionPeriod.history.first().by == "admin"
    assert 'value="365"' in response.content.decode()
    admin_client.post(RETENTION, {"merges": "30"})
    assert dict(RetentionPeriod.objects.values_list("kind", "days")) == {"chats": None, "merges": 30}


@pytest.mark.parametrize(("kind", "days"), [("merges", "29"), ("chats", "0"), ("chats", "-1"), ("chats", "x")])
def test_a_period_that_cannot_be_is_told_and_nothing_is_stored(admin_client, kind, days):
    response = admin_client.post(RETENTION, {"drafts": "7", kind: days})
    assert response.context["form"].errors.keys() == {kind}
    assert not RetentionPeriod.objects.exists()


def test_who_may_only_look_stores_nothing(client):
    client = staff(client, "view_retentionperiod")
    assert client.post(RETENTION, {"chats": "1"}).status_code == 403
    assert 'value="Save"' not in client.get(RETENTION).content.decode()


def test_the_page_counts_what_would_go_by_what_is_typed_before_anything_is_stored(admin_client):
    make_chat("+6590000001", minute(0))
    assert "no kind has a period" in words(admin_client.post(RETENTION, {"look": "on"}).content.decode())
    response = admin_client.post(RETENTION, {"look": "on", "chats": "1"})
    assert "Would go now: 1 entry." in words(response.content.decode())
    assert response.context["form"]["chats"].value() == "1"
    assert not RetentionPeriod.objects.exists()
    assert "Would go now" not in words(admin_client.get(RETENTION).content.decode())
