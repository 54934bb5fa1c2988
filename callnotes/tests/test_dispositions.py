"""The outcomes of calls: the contract's four stay, and no two are called the same."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from callnotes.models import Disposition
from callnotes.naming import called, plain
from callnotes.tests.factories import disposition, make_disposition, make_note
from contacts.tests.pages import pieces, words

pytestmark = pytest.mark.django_db

KEYS = ["no_answer", "schedule_later", "do_not_disturb", "completed"]
LIST = reverse("admin:callnotes_disposition_changelist")
ADD = reverse("admin:callnotes_disposition_add")


def _page(key: str, page: str = "change") -> str:
    return reverse(f"admin:callnotes_disposition_{page}", args=[disposition(key).pk])


def test_the_four_of_the_contract_are_there_with_their_effects():
    effects = {
        "requires_comments": {"schedule_later", "do_not_disturb", "completed"},
        "asks_for_time": {"schedule_later"},
        "opens_callback": {"schedule_later"},
        "closes_callbacks": {"do_not_disturb", "completed"},
        "sets_do_not_disturb": {"do_not_disturb"},
        "counts_as_reached": {"schedule_later", "do_not_disturb", "completed"},
        "is_active": set(KEYS),
        "is_protected": set(KEYS),
    }
    assert list(Disposition.objects.values_list("key", "label", "color", "position")) == [
        ("no_answer", "No Answer", "grey", 10),
        ("schedule_later", "Schedule Later", "amber", 20),
        ("do_not_disturb", "Do not Disturb", "red", 30),
        ("completed", "Completed", "green", 40),
    ]
    assert {
        effect: {row.key for row in Disposition.objects.all() if getattr(row, effect)} for effect in effects
    } == effects


@pytest.mark.parametrize("key", KEYS)
def test_one_of_the_four_cannot_be_deleted_alone_or_among_others(key):
    make_disposition()
    for delete in (
        disposition(key).delete,
        Disposition.objects.filter(key=key).delete,
        Disposition.objects.all().delete,
    ):
        with pytest.raises(models.ProtectedError, match=r"The dispositions of the 3CX contract stay\."):
            delete()
    assert Disposition.objects.count() == 5


def test_another_disposition_can_be_deleted_while_no_note_has_it():
    make_disposition().delete()
    make_disposition()
    Disposition.objects.filter(key="wrong_number").delete()
    assert list(Disposition.objects.values_list("key", flat=True)) == KEYS
    make_disposition()
    make_note("1001", key="wrong_number")
    with pytest.raises(models.ProtectedError):
        disposition("wrong_number").delete()


def test_the_phone_system_may_report_the_active_ones_and_always_the_four():
    make_disposition("in_use", "In use")
    make_disposition("retired", "Retired", is_active=False)
    Disposition.objects.filter(key="completed").update(is_active=False)
    assert {row.key for row in Disposition.objects.active()} == {*KEYS, "in_use"} - {"completed"}
    assert {row.key for row in Disposition.objects.answerable()} == {*KEYS, "in_use"}


@pytest.mark.parametrize(
    "name",
    [
        "No Answer",
        "no answer",
        "NO_ANSWER",
        "no-answer",
        " No  Answer ",
        "NoAnswer",
        "Ｎｏ Ａｎｓｗｅｒ",
        "no\u00a0answer",
    ],
)
def test_case_blanks_hyphens_and_underscores_do_not_count_in_a_name(name):
    assert called(name, Disposition.objects.all()) == disposition("no_answer")


@pytest.mark.parametrize("name", ["", "-", "No", "No Answers", "Complete", "noanswer!1"])
def test_another_name_is_no_dispositions(name):
    assert called(name, Disposition.objects.all()) is None


def test_a_key_wins_over_a_label():
    swapped = [Disposition(key="first", label="Second"), Disposition(key="second", label="First")]
    assert [called(name, swapped) for name in ("First", "Second")] == swapped


@given(st.text())
def test_a_plain_name_is_plain(name):
    assert plain(plain(name)) == plain(name) == plain(f" {name}-_")


@pytest.mark.parametrize(
    "label", ["completed", "COMPLETED", " Com-pleted ", "Ｃｏｍｐｌｅｔｅｄ", "no_answer", "NoAnswer", "Do Not Disturb"]
)
def test_a_label_that_is_called_like_another_is_refused(admin_client, label):
    response = admin_client.post(ADD, {"key": "another", "label": label, "color": "grey", "position": 50})
    taken = called(label, Disposition.objects.all())
    assert response.context["adminform"].form.errors == {
        "label": [f"“{label.strip()}”: “{taken.label}” ({taken.key}) is called so already."]
    }
    assert Disposition.objects.count() == 4


@pytest.mark.parametrize("key", ["noanswer", "no__answer", "completed_"])
def test_a_key_that_is_called_like_another_is_refused(key):
    with pytest.raises(ValidationError) as refused:
        Disposition(key=key, label="Another").full_clean()
    assert list(refused.value.message_dict) == ["key"]


@pytest.mark.parametrize("key", ["", "Completed", "1st", "_a", "a b", "a-b", "é", "a\n", "a" * 41], ids=ascii)
def test_a_key_is_small_letters_digits_and_underscores(key):
    with pytest.raises(ValidationError) as refused:
        Disposition(key=key, label="Another").full_clean()
    assert list(refused.value.message_dict) == ["key"]


@pytest.mark.parametrize("label", ["-", "…", " _ "])
def test_a_label_has_a_letter_or_a_digit(label):
    with pytest.raises(ValidationError) as refused:
        Disposition(key="another", label=label).full_clean()
    assert refused.value.message_dict == {"label": ["Write at least one letter or digit."]}


def test_the_database_itself_refuses_the_same_key_or_label():
    for key, label in (("completed", "Another"), ("another", "Completed")):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_disposition(key, label)


def test_a_disposition_is_added_in_the_back_office(admin_client):
    sent = {"key": "wrong_number", "label": "Wrong Number", "color": "blue", "position": 50, "is_active": "on"}
    assert admin_client.post(ADD, sent | {"is_protected": "on"}).status_code == 302
    added = disposition("wrong_number")
    assert (str(added), added.color, added.requires_comments, added.is_protected) == (
        "Wrong Number",
        "blue",
        False,
        False,
    )


def test_the_key_cannot_be_changed_in_the_back_office_and_the_label_can(admin_client):
    sent = {
        "key": "other",
        "label": "All done",
        "color": "green",
        "position": 40,
        "is_protected": "",
        "confirmed": "on",
    }
    assert admin_client.post(_page("completed"), sent).status_code == 302
    changed = disposition("completed")
    assert (changed.label, changed.is_protected) == ("All done", True)
    assert list(Disposition.objects.values_list("key", flat=True)) == KEYS


def test_the_four_cannot_be_deleted_in_the_back_office(admin_client):
    every = list(Disposition.objects.values_list("pk", flat=True))
    assert admin_client.post(_page("completed", "delete"), {"post": "yes"}).status_code == 403
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": every, "post": "yes"})
    assert list(Disposition.objects.values_list("key", flat=True)) == KEYS


def test_another_disposition_can_be_deleted_in_the_back_office(admin_client):
    make_disposition()
    assert admin_client.post(_page("wrong_number", "delete"), {"post": "yes"}).status_code == 302
    assert list(Disposition.objects.values_list("key", flat=True)) == KEYS


def test_the_last_active_one_stays_active():
    Disposition.objects.exclude(key="completed").update(is_active=False)
    last = Disposition.objects.get(key="completed")
    last.is_active = False
    with pytest.raises(ValidationError, match="Agents need at least one"):
        last.full_clean()


def test_whether_the_contracts_four_need_comments_cannot_be_changed_in_the_back_office(admin_client):
    disposition = Disposition.objects.get(key="completed")
    address = f"/admin/callnotes/disposition/{disposition.pk}/change/"
    admin_client.post(
        address, {"label": "Done", "color": "green", "position": 40, "is_active": "on", "confirmed": "on"}
    )
    disposition.refresh_from_db()
    assert (disposition.label, disposition.requires_comments) == ("Done", True)


def test_a_time_is_asked_for_only_where_there_is_a_callback_to_be_due_then(admin_client):
    sent = {"key": "busy", "label": "Busy", "color": "grey", "position": 50, "asks_for_time": "on"}
    response = admin_client.post(ADD, sent)
    assert response.context["adminform"].form.errors == {
        "asks_for_time": ["The time is that of a callback: let it open one too."]
    }
    assert admin_client.post(ADD, sent | {"opens_callback": "on"}).status_code == 302
    added = disposition("busy")
    assert (added.asks_for_time, added.opens_callback) == (True, True)


def test_who_is_not_to_be_disturbed_is_promised_no_call(admin_client):
    sent = {"key": "blocked", "label": "Blocked", "color": "red", "position": 100, "is_active": "on"}
    both = {"sets_do_not_disturb": "on", "opens_callback": "on"}
    errors = admin_client.post(ADD, sent | both).context["adminform"].form.errors
    assert errors == {"opens_callback": ["Who is not to be disturbed is not promised a call."]}


def test_a_disposition_that_notes_have_is_retired_not_deleted(admin_client):
    busy = make_disposition("busy", "Busy")
    make_note("+6591234567", key="busy")
    page = admin_client.get(reverse("admin:callnotes_disposition_change", args=[busy.pk])).content.decode()
    assert "deletelink" not in page
    assert admin_client.post(reverse("admin:callnotes_disposition_delete", args=[busy.pk])).status_code == 403


def test_the_phone_system_may_go_on_saying_a_label_that_was_changed(admin_client):
    busy = make_disposition("busy", "Line busy", aliases="Engaged")
    sent = {"label": "On the phone", "aliases": "Engaged", "color": "grey", "position": 100, "is_active": "on"}
    response = admin_client.post(reverse("admin:callnotes_disposition_change", args=[busy.pk]), sent, follow=True)
    busy.refresh_from_db()
    assert (busy.label, busy.aliases) == ("On the phone", "Engaged, Line busy")
    assert "“Line busy” is an alias now" in response.content.decode()
    sent |= {"label": "Line busy", "aliases": "Engaged"}
    admin_client.post(reverse("admin:callnotes_disposition_change", args=[busy.pk]), sent)
    busy.refresh_from_db()
    assert (busy.label, busy.aliases) == ("Line busy", "Engaged, On the phone")


def test_a_changed_label_for_which_there_is_no_room_among_the_aliases_is_told(admin_client):
    full = ", ".join(f"Alias number {number:03}" for number in range(22))
    busy = make_disposition("busy", "Line busy", aliases=full)
    sent = {"label": "On the phone", "aliases": full, "color": "grey", "position": 100, "is_active": "on"}
    response = admin_client.post(reverse("admin:callnotes_disposition_change", args=[busy.pk]), sent, follow=True)
    busy.refresh_from_db()
    assert (busy.label, busy.aliases) == ("On the phone", full)
    assert "There is no room for “Line busy” among the aliases" in response.content.decode()


def test_the_back_office_shows_what_each_brings_about(admin_client):
    make_disposition("busy", "Busy", requires_comments=False, opens_callback=True)
    [markup] = pieces(admin_client.get(LIST).content.decode(), "tbody")
    effects = [words(cell) for cell in re.findall(r'<td class="field-effects">(.*?)</td>', markup)]
    assert effects == [
        "-",
        "comments required, asks for a time, opens callback, counts as reached",
        "comments required, closes callbacks, sets do not disturb, counts as reached",
        "comments required, closes callbacks, counts as reached",
        "opens callback",
    ]
