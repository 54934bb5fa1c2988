"""The CRM template keeps to the vocabulary of 3CX, and the vocabulary finds what would not."""

import re

import pytest

from integrations_3cx import crm_template
from tests.threecx_vocabulary import faults

ADDRESS = "https://crm.example.com"
CONTACT_SCENARIOS = [
    "",
    "LookupByEmail",
    "SearchContacts",
    "CreateContactRecordFromClient",
    "CreateContactRecord",
]

# What is done to the template, and what the vocabulary finds then.
FAULTS = {
    "two hyphens in a comment": ("Who calls: every", "Who calls -- every", "a comment holds two hyphens"),
    "an element that is not closed": ("</Crm>", "", "it is no XML"),
    "a key in the file": ("Who calls:", "dbn_A1b2C3:", "it holds a key"),
    "an unknown element": ('<Authentication Type="No" />', '<Authentication Type="No" /><Http />', "Crm with Http"),
    "an element in the wrong place": ("<Rules>", "<Rules><Output Type='Email' Value='-' />", "Rules with Output"),
    "an unknown attribute": ("<Parameters>", "<Parameters Count='6'>", "Parameters with Count"),
    "a missing element": ('<Authentication Type="No" />', "", "Crm without Authentication"),
    "a missing attribute": ('Country="Global"', "", "Crm without Country"),
    "a prefix in the wrong case": ('"AsIs"', '"asis"', "Number Prefix is asis"),
    "a request in the wrong case": ('RequestType="Get"', 'RequestType="GET"', "Request RequestType is GET"),
    "a type in the wrong case": ('Type="Password"', 'Type="password"', "Parameter Type is password"),
    "a rule in the wrong case": ('Type="Any"', 'Type="any"', "Rule Type is any"),
    "a truth in the wrong case": ('AllowEmpty="false"', 'AllowEmpty="False"', "Outputs AllowEmpty is False"),
    "a version that is no whole number": (' Version="', ' Version="1.', f"Crm Version is 1.{crm_template.VERSION}"),
    "a scenario twice": (
        'Id="CreateContactRecord"',
        'Id="CreateContactRecordFromClient"',
        "two scenarios CreateContactRecordFromClient",
    ),
    "a scenario that nobody runs": ('Id="ReportCall"', 'Id="ReportCalls"', "nobody runs ReportCalls"),
    "a next scenario that is none": ('AllowEmpty="false"', 'AllowEmpty="false" Next="Photo"', "Next is Photo"),
    "no authentication with a value": (
        '<Authentication Type="No" />',
        '<Authentication Type="No"><Value /></Authentication>',
        "Authentication No with 1 values",
    ),
    "a variable that nothing fills": ("[ContactPage]", "[ContactLink]", "nothing fills ContactLink"),
    "a call id, which 3CX does not have": (">[CallType]<", ">[CallID]<", "nothing fills CallID"),
    "a method that is not known": ("[[CallEndTimeUTC].ToString(", "[[CallEndTimeUTC].ToText(", "no method ToText"),
    "an output twice": ('Type="PhoneMobile2"', 'Type="PhoneMobile"', "two outputs PhoneMobile"),
    "an output that 3CX does not have": ('Type="PhoneMobile2"', 'Type="PhoneMobile3"', "no output PhoneMobile3"),
    "a number that loses its plus": (
        "[[Number].Replace(&quot;+&quot;,&quot;%2B&quot;)]",
        "[Number]",
        "the plus of Number",
    ),
    "a default in the open": ('"https://', '"http://', "http://crm.example.com is not https"),
    "a request in the open": ('Url="[CrmUrl]', 'Url="http://[CrmUrl]', "http://[CrmUrl]{number} is not https"),
    "a secret in a default": ('API token:" Default=""', 'API token:" Default="sesame"', "ApiKey has a secret"),
    "a caller's text that is evaluated": (
        'Key="Number" Passes="1"',
        'Key="Number" Passes="2"',
        "Number evaluated again",
    ),
    "a journal of known callers alone": (
        "[ReportCallEnabled]!=True",
        "[EntityId]==",
        "unknown callers are not journaled",
    ),
    "a moment that a missed call lacks": (
        "[CallEstablishedTimeUTCMillis]",
        '[[CallEstablishedTimeUTC].ToString("F0")]',
        'a missed call throws at [[CallEstablishedTimeUTC].ToString("F0")]',
    ),
    "a report with a rule": ('Id="ReportCall" Type="REST">', 'Id="ReportCall"><Rules />', "ReportCall with Rules"),
    "a call flow's lookup with variables": (
        '_LookupNumber" Type="REST">',
        '_LookupNumber"><Variables />',
        "LookupFromCFD_Contacts_LookupNumber with Variables",
    ),
    "a place in an array": ('Path="contacts.url"', 'Path="contacts.0.url"', "contacts.0.url counts places"),
}


@pytest.fixture(scope="module")
def template() -> str:
    return crm_template.xml(ADDRESS)


def test_the_template_is_one_that_3cx_takes(template):
    assert faults(template) == []


@pytest.mark.parametrize(("before", "after", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_what_3cx_would_not_take_is_found(template, before, after, fault):
    number = '/3cx/contacts?number=[[Number].Replace("+","%2B")]'
    assert before in template
    assert faults(template.replace(before, after, 1)) == [fault.format(number=number)]


@pytest.mark.parametrize(
    ("outputs", "needed"),
    [("ContactUrl", "ContactUrl"), ("FirstName|CompanyName", "FirstName"), (r"Phone\w+|FaxBusiness", "PhoneBusiness")],
)
def test_a_contact_without_page_name_or_number_is_found(template, outputs, needed):
    without = re.sub(rf'<Output Type="({outputs})" [^>]*>', "", template)
    assert faults(without) == [f"{scenario!r} without {needed}" for scenario in CONTACT_SCENARIOS]


def test_a_file_that_is_no_template_is_found():
    assert faults("<Template />") == ["Template is no Crm"]
