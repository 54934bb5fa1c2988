"""By the CRM template a phone system finds contacts, and adds them, as 3CX can use them."""

import pytest

from callnotes.tests.factories import make_agent
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact
from integrations_3cx import crm_template
from integrations_3cx.models import ApiToken
from tests.threecx import NOTHING_SENT, Outcome, accepts, searching, values_at
from tests.threecx_reports import NUMBER, call_on_v20, chat

ADDRESS = "https://crm.example.com"
EMAIL = "mira+crm@example.com"
LABELS = {
    "+6591234567": "mobile",
    "+6561234567": "office",
    "+6561234568": "home",
    "+6561234569": "fax",
    "+6591234560": "car",
    "+6561234560": "branch",
    "+6561234561": "reception",
}
CONTACTS = ["", "LookupByEmail", "SearchContacts", "CreateContactRecordFromClient", "CreateContactRecord"]
CFD = "LookupFromCFD_Contacts_LookupNumber"
TYPED = {"FirstName": "Mira", "LastName": "Talvane", "Company": "Talvane & Co", "Email": EMAIL}
ONE_OF_THREE = "Send one of number, email and search; 3CX fills its variable in."
NOBODY = Outcome(200, {"success": True, "contacts": []})
# What 3CX has filled in for each scenario.
FILLED = {
    "": {"Number": NUMBER},
    "LookupByEmail": {"Email": EMAIL},
    "SearchContacts": searching("Mira Talvane"),
    "CreateContactRecordFromClient": TYPED | {"Number": NUMBER},
    "CreateContactRecord": {"Number": NUMBER, "CallDirection": "Inbound"},
    "ReportCall": call_on_v20(),
    "ReportChat": chat(),
    CFD: {"Number": NUMBER},
}


def popup(number: str = "%2B6591234567") -> str:
    return f"{ADDRESS}/popup?cid={number}"


def found(contact: Contact, url: str = "", **outputs: str) -> dict[str, str]:
    """What 3CX takes over of a contact: its page, unless another is named, and its filled fields."""
    return {
        "ContactUrl": url or f"{ADDRESS}/contacts/{contact.pk}/",
        "FirstName": contact.name,
        "EntityType": "Contacts",
        "EntityId": str(contact.pk),
    } | outputs


def refused(error: str, message: str) -> Outcome:
    return Outcome(400, {"success": False, "error": error, "message": message})


def whole(outcome: Outcome) -> tuple:
    return outcome.http_status, outcome.contacts


def everybody() -> list[tuple]:
    return list(ContactNumber.objects.order_by("pk").values_list("contact__name", "number"))


@pytest.fixture
def full() -> Contact:
    """A contact in whom every field has something, with a number of each kind that 3CX knows."""
    contact = make_contact("Mira Talvane", company="Talvane & Co", email=EMAIL)
    for number, label in LABELS.items():
        ContactNumber.objects.create(contact=contact, number=number, label=label, is_primary=number == NUMBER)
    return contact


@pytest.mark.parametrize(
    "spelling",
    [
        "+6591234567",
        "6591234567",
        "006591234567",
        "91234567",
        "9123 4567",
        "+65 9123-4567",
        "234567",
        "1234567",
    ],
)
def test_a_caller_is_found_and_accepted_by_the_number_as_3cx_spells_it(pbx, spelling):
    mira = make_contact("Mira Talvane", NUMBER)
    outcome = pbx.run("", Number=spelling)
    assert whole(outcome) == (200, [found(mira, popup(), PhoneMobile=spelling)])
    assert accepts(outcome.contacts[0], spelling)


def test_a_caller_is_found_with_all_that_is_known(pbx, full):
    assert whole(pbx.run("", Number="91234567")) == (
        200,
        [
            found(
                full,
                popup(),
                CompanyName="Talvane & Co",
                Email=EMAIL,
                PhoneMobile="91234567",
                PhoneBusiness="+6561234567",
                PhoneHome="+6561234568",
                FaxBusiness="+6561234569",
                PhoneMobile2="+6591234560",
                PhoneBusiness2="+6561234560",
                PhoneOther="+6561234561",
            )
        ],
    )


def test_a_shared_number_finds_everybody_and_each_page_is_the_popup_with_that_number(pbx, client):
    mira, jonas = make_contact("Mira Talvane", NUMBER), make_contact("Jonas Petrel", NUMBER)
    outcome = pbx.run("", Number=NUMBER)
    client.force_login(make_agent())
    pages = [client.get(contact["ContactUrl"].removeprefix(ADDRESS)) for contact in outcome.contacts]
    assert whole(outcome) == (200, [found(contact, popup(), PhoneMobile=NUMBER) for contact in (jonas, mira)])
    assert [accepts(contact, NUMBER) for contact in outcome.contacts] == [True, True]
    assert [(page.status_code, page.context["number"]) for page in pages] == [(200, NUMBER), (200, NUMBER)]


def test_by_last_digits_everybody_is_found_whose_number_ends_so_each_with_the_own_popup(pbx):
    mira, jonas = make_contact("Mira Talvane", NUMBER), make_contact("Jonas Petrel", "+4930234567")
    outcome = pbx.run("", Number="234567")
    assert whole(outcome) == (
        200,
        [
            found(jonas, popup("%2B4930234567"), PhoneMobile="234567"),
            found(mira, popup(), PhoneMobile="234567"),
        ],
    )


def test_last_digits_that_are_a_number_of_the_region_are_that_number(pbx, settings):
    """Else an unknown local caller would be taken for whoever's number ends so."""
    settings.DEFAULT_PHONE_REGION = "DE"
    make_contact("Mira Talvane", NUMBER)
    assert pbx.run("", Number="234567") == NOBODY


def test_an_unknown_or_withheld_caller_is_nobody(pbx):
    make_contact("Mira Talvane", NUMBER)
    hidden = ["anonymous", "Anonymous", "unknown", "Private", "restricted", "unavailable", "withheld"]
    outcomes = [pbx.run("", Number=number) for number in ["+6591234568", *hidden]]
    assert outcomes == [NOBODY] * 8


def test_nothing_to_look_for_is_nobody(pbx):
    make_contact("Mira Talvane", NUMBER)
    outcomes = [pbx.run("", Number=""), pbx.run("LookupByEmail", Email=""), pbx.run("SearchContacts", **searching(""))]
    assert outcomes == [NOBODY] * 3


@pytest.mark.parametrize("scenario", ["", "LookupByEmail", "SearchContacts", CFD])
def test_a_variable_that_3cx_leaves_as_it_stands_is_refused_and_finds_nobody(pbx, scenario):
    make_contact("Mira Talvane", NUMBER, email=EMAIL)
    assert pbx.run(scenario) == refused("one_of_three", ONE_OF_THREE)


def test_more_than_one_question_is_refused(pbx):
    make_contact("Mira Talvane", NUMBER)
    assert pbx.run("", Number=f"{NUMBER}&search=Mira") == refused("one_of_three", ONE_OF_THREE)


def test_a_visitor_of_the_chat_is_found_by_the_whole_address_in_any_case(pbx):
    mira = make_contact("Mira Talvane", NUMBER, email=EMAIL)
    make_contact("Jonas Petrel", "+6561234567", email="mira@example.com")
    outcomes = [pbx.run("LookupByEmail", Email=address) for address in (EMAIL, "Mira+CRM@Example.com")]
    assert [whole(each) for each in outcomes] == [(200, [found(mira, Email=EMAIL, PhoneMobile=NUMBER)])] * 2


def test_a_plus_in_an_address_would_get_lost_unless_it_is_replaced(pbx):
    """The template's Replace is what finds such a visitor: the same scenario without it does not."""
    make_contact("Mira Talvane", NUMBER, email=EMAIL)
    request = pbx.scenarios["LookupByEmail"].find("Request")
    request.set("Url", "[CrmUrl]/3cx/contacts?email=[Email]")
    assert pbx.run("LookupByEmail", Email=EMAIL) == NOBODY


def test_an_unknown_address_is_nobody(pbx):
    make_contact("Mira Talvane", NUMBER, email=EMAIL)
    assert pbx.run("LookupByEmail", Email="crm@example.com") == NOBODY


def test_a_search_finds_by_words_a_number_or_its_last_digits(pbx):
    mira = make_contact("Mira Talvane", NUMBER, company="Talvane & Co", email=EMAIL)
    make_contact("Jonas Petrel", "+6561234560")
    texts = ["mira", "TALVANE", "Talvane & Co", "mira+crm", "9123 4567", "+6591234567", "4567"]
    answers = {text: whole(pbx.run("SearchContacts", **searching(text))) for text in texts}
    expected = found(mira, CompanyName="Talvane & Co", Email=EMAIL, PhoneMobile=NUMBER)
    assert answers == {text: (200, [expected]) for text in texts}


def test_what_was_searched_leads_to_the_contacts_page(pbx, client):
    mira = make_contact("Mira Talvane", NUMBER)
    [contact] = pbx.run("SearchContacts", **searching("Mira")).contacts
    client.force_login(make_agent())
    page = client.get(contact["ContactUrl"].removeprefix(ADDRESS))
    assert (page.status_code, page.context["contact"]) == (200, mira)


def test_a_search_for_nobody_finds_nobody(pbx):
    make_contact("Mira Talvane", NUMBER)
    assert pbx.run("SearchContacts", **searching("Petrel")) == NOBODY


def test_a_contact_that_is_added_from_3cx_is_found_by_the_next_call(pbx):
    typed = TYPED | {"Number": "9123 4567"}
    added, repeated = [pbx.run("CreateContactRecordFromClient", **typed) for _ in range(2)]
    mira = Contact.objects.get()
    outputs = {"CompanyName": "Talvane & Co", "Email": EMAIL}
    assert whole(added) == whole(repeated) == (200, [found(mira, popup(), **outputs, PhoneMobile="9123 4567")])
    assert accepts(added.contacts[0], "9123 4567")
    assert whole(pbx.run("", Number=NUMBER)) == (200, [found(mira, popup(), **outputs, PhoneMobile=NUMBER)])
    assert everybody() == [("Mira Talvane", NUMBER)]


def test_a_form_without_a_number_is_refused_and_adds_nobody(pbx):
    message = "Send the contact's phone number as Number, with its country code."
    assert pbx.run("CreateContactRecordFromClient", **TYPED, Number="") == refused("number_unreadable", message)
    assert everybody() == []


def test_an_unknown_caller_becomes_a_contact_once_where_the_switch_is_on(pbx):
    pbx.parameters["CreateCallersEnabled"] = "True"
    added, repeated = [pbx.run("CreateContactRecord", **FILLED["CreateContactRecord"]) for _ in range(2)]
    caller = Contact.objects.get()
    assert whole(added) == whole(repeated) == (200, [found(caller, popup(), PhoneMobile=NUMBER)])
    assert accepts(added.contacts[0], NUMBER)
    assert everybody() == [("+65 9123 4567", NUMBER)]


def test_an_unknown_caller_becomes_no_contact_where_the_switch_is_off(pbx):
    assert pbx.run("CreateContactRecord", **FILLED["CreateContactRecord"]) == NOTHING_SENT
    assert everybody() == []


@pytest.mark.parametrize("number", ["anonymous", ""])
def test_a_withheld_caller_becomes_no_contact(pbx, number):
    pbx.parameters["CreateCallersEnabled"] = "True"
    message = "Send the contact's phone number as Number, with its country code."
    assert pbx.run("CreateContactRecord", Number=number) == refused("number_unreadable", message)
    assert everybody() == []


def test_a_call_flow_is_handed_the_contacts_as_they_are(pbx):
    mira = make_contact("Mira Talvane", NUMBER)
    empty = "company email phone_business phone_home fax_business phone_mobile2 phone_business2 phone_other"
    contact = {"id": str(mira.pk), "name": "Mira Talvane", "url": popup(), "phone_mobile": NUMBER}
    contact |= dict.fromkeys(empty.split(), "")
    assert pbx.run(CFD, Number=NUMBER) == Outcome(200, {"success": True, "contacts": [contact]})
    assert pbx.run(CFD, Number="+6591234568") == NOBODY


def test_every_request_is_answered_and_every_path_leads_to_a_value(pbx, full):
    pbx.parameters["CreateCallersEnabled"] = "True"
    outcomes = {scenario: pbx.run(scenario, **FILLED[scenario]) for scenario in pbx.scenarios}
    empty = {path for id in CONTACTS for path in pbx.paths(id) if values_at(outcomes[id].answer, path) in ([], [""])}
    assert {scenario: outcome.http_status for scenario, outcome in outcomes.items()} == dict.fromkeys(FILLED, 200)
    assert [len(pbx.paths(scenario)) for scenario in CONTACTS] == [12] * 5
    assert empty == set()
    assert all(outcomes[scenario].contacts[0]["EntityId"] == str(full.pk) for scenario in CONTACTS)


def test_the_version_of_the_template_is_kept_with_its_key(pbx):
    make_contact("Mira Talvane", NUMBER)
    assert ApiToken.objects.get().template_version is None
    pbx.run("", Number=NUMBER)
    assert ApiToken.objects.get().template_version == crm_template.VERSION


def test_a_phone_system_with_a_wrong_key_finds_nobody(pbx):
    make_contact("Mira Talvane", NUMBER)
    pbx.parameters["ApiKey"] = "some other key that is none"
    message = "Send a valid key in the header X-API-Key: this one is missing, unknown, expired or revoked."
    answer = {"success": False, "error": "token_invalid", "message": message}
    assert pbx.run("", Number=NUMBER) == Outcome(401, answer)
