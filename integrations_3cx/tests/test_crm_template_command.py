"""`crm_template` prints the CRM template for a server without a browser."""

import io

import pytest
from django.core.management import CommandError, call_command

from integrations_3cx import crm_template
from integrations_3cx.tests.connecting import PAGE, URL
from integrations_3cx.tests.factories import make_token


def printed(*arguments: str) -> str:
    output = io.StringIO()
    call_command("crm_template", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_it_prints_what_the_page_offers_to_the_last_character(admin_client, settings):
    settings.PUBLIC_URL = URL
    assert printed().encode() == admin_client.get(f"{PAGE}template/").content


@pytest.mark.parametrize("address", ["https://pbx-side.example.com:8443", "https://pbx-side.example.com:8443/"])
def test_it_takes_another_address_than_the_one_that_people_open(settings, address):
    settings.PUBLIC_URL = URL
    text = printed("--base-url", address)
    assert text == crm_template.xml("https://pbx-side.example.com:8443")
    assert URL not in text


def test_it_needs_no_address_of_its_own_where_one_is_named(settings):
    settings.PUBLIC_URL = ""
    assert printed("--base-url", URL) == crm_template.xml(URL)


@pytest.mark.django_db
def test_it_prints_no_key():
    token, key = make_token("CRM template", scopes=["contacts", "journal"])
    text = printed("--base-url", URL)
    assert [secret for secret in (key, token.prefix, token.digest, "dbn_") if secret in text] == []


@pytest.mark.parametrize("arguments", [[], ["--base-url", ""]], ids=["none", "an empty one"])
def test_without_an_address_it_says_how_to_name_one(settings, arguments):
    settings.PUBLIC_URL = ""
    with pytest.raises(CommandError) as refusal:
        printed(*arguments)
    assert str(refusal.value) == "Name the CRM's address by --base-url https://crm.example.com, or set PUBLIC_URL."


@pytest.mark.parametrize(
    "address",
    [
        *("crm.example.com", "ftp://crm.example.com", "https://crm.example.com/crm", "https://crm.example.com?x=1"),
        *("https://robin@crm.example.com", "https://[crm.example.com", "https://crm.example.com:port"),
    ],
)
def test_an_address_that_is_none_is_refused_and_nothing_is_printed(address):
    output = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("crm_template", "--base-url", address, stdout=output)
    what_to_write = "write the address that people open, such as https://crm.example.com"
    assert str(refusal.value) == f"--base-url is {address!r}; {what_to_write}."
    assert output.getvalue() == ""


def test_it_takes_no_other_argument():
    with pytest.raises(CommandError, match="unrecognized arguments: --key"):
        printed("--base-url", URL, "--key", "dbn_")
