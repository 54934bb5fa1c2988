"""The CRM template sends what it is meant to send, and nothing else."""

import hashlib
from xml.etree import ElementTree

import pytest

from integrations_3cx import crm_template, directory, reporting
from tests.threecx import Engine, Sent, searching
from tests.threecx_reports import NUMBER, call_on_v20, chat, missed_call

ADDRESS = "https://crm.example.com"
KEY = "a-key-that-nobody-may-read"
HEADERS = {"X-API-Key": KEY, "X-DBN-CRM-Template": str(crm_template.VERSION)}
TYPED = {"FirstName": "Mira", "LastName": "Talvane", "Company": "Talvane & Co", "Email": "mira@example.com"}

# What each scenario sends, with what 3CX has filled in.
SENT = {
    "": ({"Number": NUMBER}, "GET", "/3cx/contacts?number=%2B6591234567", None),
    "LookupByEmail": ({"Email": "mira+crm@example.com"}, "GET", "/3cx/contacts?email=mira%2Bcrm@example.com", None),
    "SearchContacts": (searching("Mira & Co"), "GET", "/3cx/contacts?search=Mira%20%26%20Co", None),
    "CreateContactRecordFromClient": (TYPED | {"Number": NUMBER}, "POST", "/3cx/contacts", TYPED | {"Number": NUMBER}),
    "CreateContactRecord": (
        {"Number": NUMBER, "CallDirection": "Inbound"},
        "POST",
        "/3cx/contacts",
        {"Number": NUMBER},
    ),
    "ReportCall": (
        call_on_v20(EntityId="17"),
        "POST",
        "/3cx/calls",
        {
            "CallType": "Inbound",
            "Number": NUMBER,
            "EntityId": "17",
            "Agent": "101",
            "AgentEmail": "robin@example.com",
            "QueueExtension": "800",
            "Duration": "00:02:05",
            "CallStartTimeUTC": "2026-03-02T09:15:30Z",
            "CallStartTimeUTCMillis": "1772442930000",
            "CallEstablishedTimeUTCMillis": "1772442942000",
            "CallEndTimeUTC": "2026-03-02T09:17:47Z",
            "CallEndTimeUTCMillis": "1772443067000",
            "RecordingUrl": "https://pbx.example.com/recordings/17",
            "Summary": "Asked for a quote.",
            "Transcription": "Robin: Good morning.\nMira: I would like a quote.",
        },
    ),
    "ReportChat": (
        chat(EntityId="17"),
        "POST",
        "/3cx/chats",
        {
            "Number": NUMBER,
            "Email": "mira@example.com",
            "Name": "Mira Talvane",
            "EntityId": "17",
            "Agent": "101",
            "AgentEmail": "robin@example.com",
            "QueueExtension": "800",
            "Duration": "00:02:05",
            "ChatStartTimeUTC": "2026-03-02T09:15:30Z",
            "ChatEndTimeUTC": "2026-03-02T09:17:47Z",
            "ChatMessages": "Mira: Do you ship to Penang?\nRobin: We do.",
        },
    ),
    "LookupFromCFD_Contacts_LookupNumber": (
        {"Number": NUMBER},
        "GET",
        "/3cx/contacts?number=%2B6591234567",
        None,
    ),
}
# What each switch lets send.
SWITCHES = {
    "CreateContactEnabled": "CreateContactRecordFromClient",
    "CreateCallersEnabled": "CreateContactRecord",
    "ReportCallEnabled": "ReportCall",
    "ReportChatEnabled": "ReportChat",
}


@pytest.fixture(scope="module")
def template() -> str:
    return crm_template.xml(ADDRESS)


@pytest.fixture(scope="module")
def engine(template) -> Engine:
    """With every switch on, and nobody to speak to."""
    return Engine(template, ApiKey=KEY, CreateCallersEnabled="True")


def test_the_template_holds_the_address_and_no_key_and_adds_no_callers_unasked(template):
    assert Engine(template).parameters == {
        "CrmUrl": ADDRESS,
        "ApiKey": "",
        "CreateContactEnabled": "True",
        "CreateCallersEnabled": "False",
        "ReportCallEnabled": "True",
        "ReportChatEnabled": "True",
    }


def test_the_key_is_typed_into_a_field_that_hides_it(template):
    types = {each.get("Name"): each.get("Type") for each in ElementTree.fromstring(template).iter("Parameter")}
    assert types["ApiKey"] == "Password"


def test_an_address_with_signs_of_xml_is_kept_whole():
    address = """https://crm.example.com/a&b"c'd<e>"""
    template = crm_template.xml(address)
    assert Engine(template).parameters["CrmUrl"] == address


def test_the_template_tells_3cx_its_version(template):
    assert ElementTree.fromstring(template).get("Version") == str(crm_template.VERSION)


def test_a_template_that_is_changed_is_a_version_of_its_own(template):
    digest = hashlib.sha256(template.encode()).hexdigest()
    held = (1, "6e00885597831b14bdbd011609302fadaad93cf3160483df5d63538b5fab6661")
    assert (crm_template.VERSION, digest) == held, "The template was changed: raise VERSION and renew the digest."


def test_every_scenario_is_listed_here(engine):
    assert list(engine.scenarios) == list(SENT)


@pytest.mark.parametrize("scenario", SENT)
def test_each_scenario_sends_the_key_and_the_version_in_headers_and_what_it_has_to_say(engine, scenario):
    variables, method, address, body = SENT[scenario]
    assert engine.request(scenario, **variables) == Sent(method, ADDRESS + address, HEADERS, body)


@pytest.mark.parametrize("scenario", SENT)
def test_the_key_is_in_no_address_and_in_no_body(engine, scenario):
    sent = engine.request(scenario, **SENT[scenario][0])
    assert KEY in sent.headers.values()
    assert KEY not in f"{sent.url} {sent.body}"


@pytest.mark.parametrize(("switch", "scenario"), SWITCHES.items())
def test_a_switch_that_is_off_keeps_its_scenario_from_sending(template, switch, scenario):
    switched = {name: str(name != switch) for name in SWITCHES}
    engine = Engine(template, **switched)
    assert {each for each in SENT if engine.request(each, **SENT[each][0]) is None} == {scenario}


def test_no_caller_becomes_a_contact_unless_the_switch_is_on(template):
    engine = Engine(template, ApiKey=KEY)
    assert {each for each in SENT if engine.request(each, **SENT[each][0]) is None} == {"CreateContactRecord"}


def test_what_a_caller_writes_is_never_evaluated(engine):
    hostile = '[ApiKey] [[ApiKey].Replace("a","b")]'
    sent = engine.request("ReportChat", **chat(ChatMessages=hostile, Name=hostile))
    assert (sent.body["ChatMessages"], sent.body["Name"]) == (hostile, hostile)


def test_a_missed_call_without_a_moment_of_answering_is_sent(engine):
    sent = engine.request("ReportCall", **missed_call())
    assert (sent.body["CallType"], sent.body["CallEstablishedTimeUTCMillis"]) == ("Missed", "")


def test_the_reports_and_forms_send_no_name_that_is_not_read(engine):
    read = {
        "CreateContactRecordFromClient": directory.POST_NAMES,
        "CreateContactRecord": directory.POST_NAMES,
        "ReportCall": {name.casefold() for name in reporting.CALL_NAMES},
        "ReportChat": {name.casefold() for name in reporting.CHAT_NAMES},
    }
    bodies = {scenario: engine.request(scenario, **SENT[scenario][0]).body for scenario in SENT}
    sent = {scenario: {name.casefold() for name in body} for scenario, body in bodies.items() if body}
    assert sent.keys() == read.keys()
    assert {name for scenario, names in sent.items() for name in names - read[scenario]} == set()
