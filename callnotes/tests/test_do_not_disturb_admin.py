"""The back office's do-not-disturb ledger: found, added to and lifted, and otherwise as it is."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from callnotes import do_not_disturb
from callnotes.models import DoNotDisturb
from callnotes.suppression import digest
from callnotes.tests.factories import make_agent, make_note, make_peace, minute
from contacts import phone

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
LIST = reverse("admin:callnotes_donotdisturb_changelist")
ADD = reverse("admin:callnotes_donotdisturb_add")
RIGHTS = ["view_donotdisturb", "add_donotdisturb", "change_donotdisturb", "delete_donotdisturb"]


def page_of(entry: DoNotDisturb, page: str = "change") -> str:
    return reverse(f"admin:callnotes_donotdisturb_{page}", args=[entry.pk])


def clerk(client, *permissions: str) -> User:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    return clerk


def listed(response) -> list[str]:
    return [entry.why for entry in response.context["cl"].result_list]


def ledger() -> list[tuple]:
    names = ["number", "reason", "set_by__username", "ends_at", "lifted_by__username", "lifting_reason"]
    return list(DoNotDisturb.objects.order_by("pk").values_list(*names))


def ask(client, *entries: DoNotDisturb, **more: str):
    return client.post(LIST, {"action": "lift", "_selected_action": [entry.pk for entry in entries]} | more)


def lift(client, *entries: DoNotDisturb, reason: str = "Changed their mind.", **more: str):
    newest = max(DoNotDisturb.objects.values_list("pk", flat=True), default=0)
    return ask(client, *entries, **{"confirmed": "Lift", "reason": reason, "newest": str(newest)} | more)


# Looked at


def test_the_list_shows_the_newest_first_with_what_became_of_them(admin_client):
    robin = make_agent("robin")
    make_note(NUMBER, "Wants <b>no</b> calls. " + "x" * 80, key="do_not_disturb", source="3cx", now=minute(0))
    make_peace(OTHER_NUMBER, minute(1), "Letter.", set_by=robin, ends_at=minute(2))
    response = admin_client.get(LIST)
    page = response.content.decode()
    assert [entry.number for entry in response.context["cl"].result_list] == [OTHER_NUMBER, NUMBER]
    for shown in ("+65 9123 4567", "Wants &lt;b&gt;no&lt;/b&gt; calls. xxx", "xxx…", "3CX", "Letter.", "robin"):
        assert shown in page


@pytest.mark.parametrize("text", ["+6591234567", " 6591234567", "91234567", "9123-4567", "tel:+65-9123-4567"])
def test_entries_are_found_by_number_in_any_spelling(admin_client, text):
    make_peace(NUMBER, minute(0), "This.")
    make_peace(OTHER_NUMBER, minute(0), "Other.")
    assert listed(admin_client.get(LIST, {"q": text})) == ["This."]


@pytest.mark.parametrize("text", ["hello", "9" * 5000, "'\"\\", "%"], ids=lambda text: ascii(text)[:9])
def test_a_strange_question_finds_nothing(admin_client, text):
    make_peace(NUMBER)
    assert listed(admin_client.get(LIST, {"q": text})) == []


def test_entries_are_filtered_by_state_and_by_who_set_them(admin_client):
    robin, now = make_agent("robin"), timezone.now()
    make_peace(NUMBER, minute(0), "In force.", set_by=robin)
    make_peace(NUMBER, minute(0), "Lifted.", lifted_at=minute(1), ends_at=minute(2))
    make_peace(NUMBER, minute(0), "Over.", ends_at=minute(1))
    make_peace(NUMBER, minute(0), "Still.", ends_at=now + timedelta(days=1))
    questions = {
        "?state=in-force": {"In force.", "Still."},
        "?state=lifted": {"Lifted."},
        "?state=ended": {"Over."},
        f"?set_by__id__exact={robin.pk}": {"In force."},
        "?state=nonsense": {"In force.", "Still.", "Lifted.", "Over."},
    }
    assert {question: set(listed(admin_client.get(LIST + question))) for question in questions} == questions


@pytest.mark.parametrize("lookup", ["reason__regex=(.)*", "set_by__password__startswith=x", "number__exact=1"])
def test_the_list_is_filtered_by_what_it_offers_alone(admin_client, lookup):
    assert admin_client.get(f"{LIST}?{lookup}").status_code == 400


@pytest.mark.parametrize("entries", [1, 3])
def test_the_list_asks_as_many_questions_for_many_entries_as_for_one(
    admin_client, django_assert_max_num_queries, entries
):
    for place in range(entries):
        make_note(f"100{place}", key="do_not_disturb", agent=make_agent(f"agent{place}"))
    with django_assert_max_num_queries(8):
        assert len(listed(admin_client.get(LIST))) == entries


def test_the_page_of_an_entry_shows_all(admin_client):
    entry = make_peace(NUMBER, minute(0), "Letter.", set_by=make_agent("robin"))
    do_not_disturb.lift(NUMBER, make_agent("lee"), "Changed their mind.")
    page = admin_client.get(page_of(entry)).content.decode()
    for shown in (NUMBER, "Letter.", "robin", "lee", "Changed their mind."):
        assert shown in page
    assert 'name="_save"' not in page


# Added


def test_an_entry_is_added_by_hand_for_a_number_in_any_spelling_by_who_is_signed_in(admin_client, admin_user):
    other = make_agent("robin")
    sent = {"number": "9123 4567", "reason": "Asked by letter.", "ends_at": "", "set_by": other.pk}
    assert admin_client.post(ADD, sent).status_code == 302
    assert ledger() == [(NUMBER, "Asked by letter.", "admin", None, None, "")]


def test_an_entry_is_added_to_a_moment_of_the_readers_clock(admin_client):
    end = (timezone.localtime() + timedelta(days=3)).replace(second=0, microsecond=0)
    sent = {"number": NUMBER, "reason": "On holiday.", "ends_at": f"{end:%Y-%m-%dT%H:%M}"}
    admin_client.post(ADD, sent)
    assert [ends_at for _, _, _, ends_at, _, _ in ledger()] == [end]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": "hello"}, "number"),
        ({"number": ""}, "number"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": "x\0"}, "reason"),
        ({"ends_at": "2020-01-01T10:00"}, "ends_at"),
        ({"ends_at": "soon"}, "ends_at"),
    ],
    ids=str,
)
def test_what_cannot_be_added_is_told(admin_client, changed, field):
    response = admin_client.post(ADD, {"number": NUMBER, "reason": "Letter.", "ends_at": ""} | changed)
    assert (response.status_code, list(response.context["errors"].data) != [], ledger()) == (200, True, [])
    assert list(response.context["adminform"].form.errors) == [field]


def test_nobody_changes_or_deletes_an_entry(admin_client):
    entry = make_peace(NUMBER, minute(0), "As it was.")
    before = DoNotDisturb.objects.values().get()
    sent = {"number": OTHER_NUMBER, "reason": "Other.", "ends_at": ""}
    answers = [
        admin_client.post(page_of(entry), sent).status_code,
        admin_client.post(page_of(entry, "delete"), {"post": "yes"}).status_code,
        admin_client.get(page_of(entry, "delete")).status_code,
    ]
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    admin_client.post(
        LIST, {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": entry.pk, "_save": "1"} | sent
    )
    assert (answers, DoNotDisturb.objects.values().get()) == ([403] * 3, before)


# Lifted


def test_lifting_asks_first_for_a_reason_and_names_the_numbers(admin_client):
    entry = make_peace(NUMBER)
    make_peace(NUMBER, minute(5))
    page = ask(admin_client, entry).content.decode()
    assert "1 number may be called again then." in page
    assert "+65 9123 4567" in page
    assert f'name="_selected_action" value="{entry.pk}"' in page
    assert "Why may it be called again?" in page
    assert [row[4] for row in ledger()] == [None, None]


def test_all_that_is_in_force_of_the_chosen_numbers_is_lifted_by_who_is_signed_in(admin_client):
    chosen = make_peace(NUMBER, minute(0), "Letter.")
    make_peace(NUMBER, minute(1), "Call.")
    make_peace(NUMBER, minute(1), "Over.", ends_at=minute(2))
    make_peace(OTHER_NUMBER, minute(1), "Other.")
    response = lift(admin_client, chosen)
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Lifted: 2."]
    assert [(reason, by, why) for _, reason, _, _, by, why in ledger()] == [
        ("Letter.", "admin", "Changed their mind."),
        ("Call.", "admin", "Changed their mind."),
        ("Over.", None, ""),
        ("Other.", None, ""),
    ]


@pytest.fixture
def wish() -> list[DoNotDisturb]:
    """What is kept of a number that was erased with two entries in force."""
    kept = digest(NUMBER, settings.DO_NOT_DISTURB_KEY)
    return [make_peace(phone.erased_number(), minute(at), "", number_digest=kept) for at in range(2)]


def test_a_number_that_was_erased_and_came_again_may_be_called_when_its_entry_is_lifted(admin_client, wish):
    entry = make_peace(NUMBER, minute(5), "Came again.")
    make_peace(OTHER_NUMBER)
    question = ask(admin_client, entry)
    assert (question.context["count"], question.context["numbers"]) == (1, [NUMBER])
    response = lift(admin_client, entry)
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Lifted: 3."]
    assert do_not_disturb.asked_for([NUMBER, OTHER_NUMBER]) == {OTHER_NUMBER}


def test_all_that_is_kept_of_an_erased_number_is_lifted_at_once(admin_client, wish):
    question = ask(admin_client, wish[0])
    assert question.context["count"] == 1
    assert [phone.is_erased(number) for number in question.context["numbers"]] == [True]
    lift(admin_client, wish[0])
    assert do_not_disturb.asked_for([NUMBER]) == set()


@pytest.mark.parametrize("entries", [1, 30])
def test_lifting_asks_as_many_questions_for_many_numbers_as_for_one(
    admin_client, wish, entries, django_assert_max_num_queries
):
    chosen = [make_peace(f"+65912345{place:02}") for place in range(entries)]
    with django_assert_max_num_queries(12):
        assert ask(admin_client, *chosen).context["count"] == entries


def test_what_is_set_after_the_question_is_not_lifted(admin_client):
    asked_about = make_peace(NUMBER, minute(0), "Letter.")
    newest = ask(admin_client, asked_about).context["newest"]
    make_peace(NUMBER, minute(1), "Set meanwhile.")
    lift(admin_client, asked_about, newest=str(newest))
    assert [(reason, by) for _, reason, _, _, by, _ in ledger()] == [("Letter.", "admin"), ("Set meanwhile.", None)]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "x\0"], ids=ascii)
def test_without_a_reason_nothing_is_lifted_and_the_question_stands(admin_client, reason):
    entry = make_peace(NUMBER)
    response = lift(admin_client, entry, reason=reason)
    assert list(response.context["form"].errors) == ["reason"]
    assert [row[4] for row in ledger()] == [None]


@pytest.mark.parametrize("newest", ["", "x", "-1", "²"])
def test_an_answer_to_another_question_lifts_nothing(admin_client, newest):
    entry = make_peace(NUMBER)
    assert lift(admin_client, entry, newest=newest).status_code == 200
    assert [row[4] for row in ledger()] == [None]


def test_where_nothing_is_in_force_any_more_the_question_is_not_asked(admin_client):
    entry = make_peace(NUMBER, minute(0), lifted_at=minute(1))
    page = ask(admin_client, entry).content.decode()
    assert "None of the selected numbers is under do-not-disturb any more." in page
    assert 'name="confirmed"' not in page


def test_who_may_lift_does_so_with_that_permission_alone(client):
    person = clerk(client, "view_donotdisturb", "lift_donotdisturb")
    lift(client, make_peace(NUMBER))
    assert [row[4] for row in ledger()] == [person.username]


@pytest.mark.parametrize("permissions", [RIGHTS, ["view_donotdisturb"], ["lift_donotdisturb"], []], ids=str)
def test_without_the_permission_nothing_is_lifted(client, permissions):
    clerk(client, *permissions)
    page = client.get(LIST)
    lift(client, make_peace(NUMBER))
    assert [row[4] for row in ledger()] == [None]
    may_look = "view_donotdisturb" in permissions
    assert (page.status_code, b'value="lift"' in page.content) == (200 if may_look else 403, False)


@pytest.mark.parametrize("permissions", [["view_donotdisturb"], ["lift_donotdisturb"], []], ids=str)
def test_without_the_permission_nothing_is_added(client, permissions):
    clerk(client, *permissions)
    assert client.post(ADD, {"number": NUMBER, "reason": "Letter."}).status_code == 403
    assert ledger() == []
