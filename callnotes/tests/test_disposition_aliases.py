"""Further names under which the phone system may report a disposition: none of them is another's."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from callnotes.models import Disposition
from callnotes.naming import aliases, called, plain
from callnotes.tests.factories import disposition

pytestmark = pytest.mark.django_db

ADD = reverse("admin:callnotes_disposition_add")


def test_a_label_wins_over_an_alias():
    swapped = [Disposition(key="first", label="One", aliases="Two"), Disposition(key="second", label="Two")]
    assert [called(name, swapped) for name in ("One", "Two")] == swapped


@pytest.mark.parametrize("name", ["Voicemail", "voice mail", "VOICE-MAIL", " Left_a Message ", "leftamessage", "vm"])
def test_a_disposition_is_called_by_any_of_its_aliases_too(name):
    no_answer = disposition("no_answer")
    no_answer.aliases = "Voicemail, Left a message,, - ,VM"
    assert aliases(no_answer) == ["Voicemail", "Left a message", "VM"]
    assert called(name, [disposition("completed"), no_answer]) == no_answer
    assert called("message", [no_answer]) is called("", [no_answer]) is None


@given(st.text(alphabet=st.sampled_from("ab ,-_Ａé.…"), max_size=12))
def test_whatever_the_aliases_are_each_that_has_a_letter_calls_its_disposition(text):
    busy = Disposition(key="busy", label="Busy", aliases=text)
    assert [called(name, [busy]) for name in aliases(busy)] == [busy] * sum(
        bool(plain(name)) for name in text.split(",")
    )


@pytest.mark.parametrize(
    ("alias", "taken"),
    [
        ("completed", "Completed"),
        ("Com-Pleted", "Completed"),
        ("No_Answer", "No Answer"),
        ("Voice Mail", "No Answer"),
        ("Ｖｏｉｃｅｍａｉｌ", "No Answer"),
    ],
)
def test_an_alias_by_which_another_is_called_is_refused(admin_client, alias, taken):
    Disposition.objects.filter(key="no_answer").update(aliases="Voicemail")
    sent = {"key": "busy", "label": "Busy", "aliases": f"Engaged, {alias}", "color": "grey", "position": 50}
    response = admin_client.post(ADD, sent)
    key = Disposition.objects.get(label=taken).key
    assert response.context["adminform"].form.errors == {
        "aliases": [f"“{alias}”: “{taken}” ({key}) is called so already."]
    }
    assert Disposition.objects.count() == 4


@pytest.mark.parametrize(("field", "key"), [("label", "another"), ("key", "voicemail")])
def test_a_label_or_key_that_is_anothers_alias_is_refused(field, key):
    Disposition.objects.filter(key="no_answer").update(aliases="Voicemail")
    with pytest.raises(ValidationError) as refused:
        Disposition(key=key, label="Voice mail" if field == "label" else "Another").full_clean()
    name = {"label": "Voice mail", "key": "voicemail"}[field]
    assert refused.value.message_dict == {field: [f"“{name}”: “No Answer” (no_answer) is called so already."]}


@pytest.mark.parametrize("name", ["Scheduled Later", "SCHEDULED-LATER", "scheduled_later"])
def test_the_contracts_other_spelling_of_schedule_later_always_means_it(admin_client, name):
    assert called(name, Disposition.objects.all()) == disposition("schedule_later")
    for field in ("label", "aliases"):
        sent = {"key": "busy", "label": "Busy", "color": "grey", "position": 100, "is_active": "on"} | {field: name}
        errors = admin_client.post(ADD, sent).context["adminform"].form.errors
        assert errors == {field: [f"“{name}”: “Schedule Later” (schedule_later) is called so already."]}


@pytest.mark.parametrize("between", [",", ";", "，", "、", "；", "\n", " , "])
def test_aliases_stand_apart_by_the_commas_of_any_keyboard(between):
    assert aliases(Disposition(aliases=f"VM{between}语音信箱")) == ["VM", "语音信箱"]


def test_aliases_are_given_in_the_back_office_and_may_say_what_the_label_says(admin_client):
    sent = {"key": "busy", "label": "Busy", "aliases": "busy, Engaged", "color": "grey", "position": 50}
    assert admin_client.post(ADD, sent | {"is_active": "on"}).status_code == 302
    assert called("ENGAGED", Disposition.objects.all()) == disposition("busy")
    again = sent | {"aliases": "Engaged, On the phone", "is_active": "on"}
    assert (
        admin_client.post(
            reverse("admin:callnotes_disposition_change", args=[disposition("busy").pk]), again
        ).status_code
        == 302
    )
    assert called("on-the-phone", Disposition.objects.all()) == disposition("busy")
