"""The back office's calls, chats and call reasons: looked at and found, never written; and whose phone is whose."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from callnotes import do_not_disturb
from callnotes.models import Call, CallReason, Chat, Extension
from callnotes.tests.factories import make_agent, make_call, make_chat, make_missed, make_peace, minute
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "+6591234567", "+12025550123"
MODELS = {"call": Call, "chat": Chat, "callreason": CallReason}
USERS = reverse("admin:auth_user_changelist")


def address(model: str, page: str = "changelist", *arguments) -> str:
    return reverse(f"admin:callnotes_{model}_{page}", args=arguments)


def make_row(model: str, number: str, place: int = 0) -> Call | Chat | CallReason:
    if model == "callreason":
        return do_not_disturb.give_reason(number, User.objects.first() or make_agent(), "About the invoice.")
    return {"call": make_call, "chat": make_chat}[model](number, minute(place), extension=str(100 + place))


def listed(response) -> list[str]:
    return [row.number for row in response.context["cl"].result_list]


def test_the_list_of_calls_shows_the_newest_first_with_who_took_them(admin_client):
    make_contact("Ada Example", NUMBER)
    make_agent("robin", extension="101")
    make_call(NUMBER, extension="101", queue="800")
    make_missed("", minute(10), extension="199")
    response = admin_client.get(address("call"))
    page = response.content.decode()
    assert listed(response) == ["", NUMBER]
    for shown in ("+65 9123 4567", "Ada Example", "robin", "800", "0:05:00", "withheld", "199", "Missed", "Inbound"):
        assert shown in page


def test_the_list_of_chats_shows_the_newest_first_with_who_wrote(admin_client):
    make_chat(NUMBER)
    make_chat("", minute(10), email="ada@example.com", visitor_name="<b>Ada</b>")
    response = admin_client.get(address("chat"))
    page = response.content.decode()
    assert listed(response) == ["", NUMBER]
    for shown in ("+65 9123 4567", "withheld", "ada@example.com", "&lt;b&gt;Ada&lt;/b&gt;"):
        assert shown in page


def test_the_list_of_call_reasons_shows_who_called_whom_and_why(admin_client):
    do_not_disturb.give_reason(NUMBER, make_agent("robin"), "About the <b>invoice</b>.")
    page = admin_client.get(address("callreason")).content.decode()
    for shown in ("+65 9123 4567", "robin", "About the &lt;b&gt;invoice&lt;/b&gt;."):
        assert shown in page


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_asks_four_questions_for_many_rows_as_for_one(admin_client, django_assert_num_queries, model, rows):
    for place in range(rows):
        make_agent(f"agent{place}", extension=str(100 + place))
        make_row(model, f"100{place}", place)
    with django_assert_num_queries(4):
        assert len(listed(admin_client.get(address(model)))) == rows


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "text", [NUMBER, " 6591234567", "006591234567", "9123-4567", "tel:+65-9123-4567", "９１２３４５６７"]
)
def test_rows_are_found_by_a_number_in_any_spelling(admin_client, model, text):
    for number in (NUMBER, OTHER_NUMBER):
        make_row(model, number)
    assert listed(admin_client.get(address(model), {"q": text})) == [NUMBER]


@pytest.mark.parametrize("model", ["call", "chat"])
@pytest.mark.parametrize("text", ["4567", "ada", "EXAMPLE ada", "ltd"])
def test_rows_are_found_by_a_contact(admin_client, model, text):
    make_contact("Ada Example", NUMBER, company="Ltd")
    for number in (NUMBER, OTHER_NUMBER, ""):
        make_row(model, number)
    assert listed(admin_client.get(address(model), {"q": text})) == [NUMBER]


@pytest.mark.parametrize("text", ["4567", "ada", "EXAMPLE ada", "ltd"])
def test_reasons_and_do_not_disturb_are_found_by_a_contacts_name_or_last_digits(admin_client, text):
    make_contact("Ada Example", NUMBER, company="Ltd")
    for number in (NUMBER, OTHER_NUMBER):
        make_row("callreason", number), make_peace(number)
    found = {model: listed(admin_client.get(address(model), {"q": text})) for model in ("callreason", "donotdisturb")}
    assert found == {"callreason": [NUMBER], "donotdisturb": [NUMBER]}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", ["\x00", "9" * 5000, "'\"\\", "%"], ids=lambda text: ascii(text)[:9])
def test_a_strange_question_is_answered(admin_client, model, text):
    assert admin_client.get(address(model), {"q": text}).status_code == 200


def test_calls_are_filtered_by_result_direction_agent_and_day(admin_client):
    agent = make_agent("robin", extension="101")
    make_call(NUMBER, minute(0), extension="101", direction=Call.Direction.OUTBOUND)
    make_missed(OTHER_NUMBER, minute(0) - timedelta(days=400))
    filters = {
        "?result__exact=missed": [OTHER_NUMBER],
        "?direction__exact=outbound": [NUMBER],
        f"?agent__id__exact={agent.pk}": [NUMBER],
        "?started_at__gte=2026-01-01 00:00:00%2B08:00": [NUMBER],
    }
    assert {question: listed(admin_client.get(address("call") + question)) for question in filters} == filters


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("lookup", ["number__regex=(.)*", "agent__password__startswith=x", "agent__exact=%00"])
def test_lists_are_filtered_by_what_they_offer_alone(admin_client, model, lookup):
    make_row(model, NUMBER)
    assert admin_client.get(f"{address(model)}?{lookup}").status_code == 400


def test_the_page_of_a_call_shows_all_that_was_reported(admin_client):
    call = make_call(
        NUMBER,
        extension="101",
        token="reception 4f2a",
        call_id="call-7",
        queue="800",
        recording_url="https://pbx.example.com/recordings/7",
        summary="Asks for a quote.",
        transcript="<script>alert(1)</script>",
    )
    page = admin_client.get(address("call", "change", call.pk)).content.decode()
    for shown in (
        "101",
        "reception 4f2a",
        "call-7",
        "800",
        "https://pbx.example.com/recordings/7",
        "Asks for a quote.",
    ):
        assert shown in page
    assert ("&lt;script&gt;alert(1)" in page, "<script>alert(1)" in page) == (True, False)


def test_the_page_of_a_chat_shows_its_messages(admin_client):
    chat = make_chat(NUMBER, messages="Visitor: <b>Hello?</b>", email="ada@example.com", token="reception 4f2a")
    page = admin_client.get(address("chat", "change", chat.pk)).content.decode()
    for shown in ("Visitor: &lt;b&gt;Hello?&lt;/b&gt;", "ada@example.com", "reception 4f2a"):
        assert shown in page


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_deletes_a_row_in_the_back_office(admin_client, model):
    row = make_row(model, NUMBER)
    before = MODELS[model].objects.values().get()
    sent = {"number": "1001", "reason": "Other.", "messages": "Other.", "result": "missed", "_save": "1"}
    change, delete = (address(model, page, row.pk) for page in ("change", "delete"))
    answers = [
        admin_client.get(address(model, "add")).status_code,
        admin_client.post(address(model, "add"), sent).status_code,
        admin_client.post(change, sent).status_code,
        admin_client.get(delete).status_code,
        admin_client.post(delete, {"post": "yes"}).status_code,
    ]
    chosen = {"_selected_action": [row.pk], "post": "yes"}
    admin_client.post(address(model), chosen | {"action": "delete_selected"})
    shown = admin_client.get(change).content.decode()
    assert (answers, MODELS[model].objects.values().get()) == ([403] * 5, before)
    assert ('name="number"' in shown, 'name="_save"' in shown) == (False, False)


@pytest.mark.parametrize("model", MODELS)
def test_who_may_not_look_does_not_see_the_list(client, model):
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(address(model)).status_code == 403
    clerk.user_permissions.set(Permission.objects.filter(codename=f"view_{model}"))
    assert client.get(address(model)).status_code == 200


# Whose phone is whose


def user_form(agent: User, **extension: str) -> dict:
    sent = {"username": agent.username, "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    total = {"extension-TOTAL_FORMS": "1", "extension-INITIAL_FORMS": str(int(hasattr(agent, "extension")))}
    return (
        sent | total | {"extension-0-agent": agent.pk} | {f"extension-0-{name}": extension[name] for name in extension}
    )


def test_the_back_office_says_whose_an_extension_is_on_the_page_of_the_user(admin_client):
    agent = make_agent("robin")
    page = reverse("admin:auth_user_change", args=[agent.pk])
    assert 'name="extension-0-number"' in admin_client.get(page).content.decode()
    assert admin_client.post(page, user_form(agent, number="101")).status_code == 302
    assert list(Extension.objects.values_list("agent__username", "number")) == [("robin", "101")]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("10a", "Write the extension&#x27;s digits, as 3CX has them."),
        ("102", "It is the extension of"),
        ("1" * 21, "at most 20"),
    ],
)
def test_an_extension_that_is_none_or_anothers_is_refused(admin_client, number, message):
    make_agent("lee", extension="102")
    agent = make_agent("robin")
    page = admin_client.post(reverse("admin:auth_user_change", args=[agent.pk]), user_form(agent, number=number))
    assert (page.status_code, message in page.content.decode()) == (200, True)
    assert list(Extension.objects.values_list("agent__username", "number")) == [("lee", "102")]


def test_an_extension_is_taken_away_and_given_to_another(admin_client):
    robin, lee = make_agent("robin", extension="101"), make_agent("lee")
    sent = user_form(robin, id=str(robin.extension.pk), number="101", DELETE="on")
    admin_client.post(reverse("admin:auth_user_change", args=[robin.pk]), sent)
    admin_client.post(reverse("admin:auth_user_change", args=[lee.pk]), user_form(lee, number="101"))
    assert list(Extension.objects.values_list("agent__username", "number")) == [("lee", "101")]


@pytest.mark.parametrize("users", [1, 3])
def test_the_list_of_users_shows_their_extensions_in_six_queries(admin_client, django_assert_num_queries, users):
    make_agent("without")
    for place in range(users):
        make_agent(f"agent{place}", extension=str(100 + place))
    with django_assert_num_queries(6):
        page = admin_client.get(USERS).content.decode()
    assert [f'field-phone_extension">{100 + place}<' in page for place in range(users)] == [True] * users
