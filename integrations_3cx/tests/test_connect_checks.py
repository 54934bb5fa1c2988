"""Connect 3CX: what is right, and what is not yet."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User

from callnotes.models import Extension
from contacts.tests.pages import pieces, section, words
from integrations_3cx import crm_template, last_use
from integrations_3cx.models import ApiToken
from integrations_3cx.tests.asking import NUMBER, ask
from integrations_3cx.tests.connecting import NOON, PAGE, URL, VERSION, use_template
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

MAKE_A_KEY = "Make one that may read contacts and report calls, and type it into 3CX."
UPLOAD = f"Download version {VERSION} below and upload it to 3CX."
READ_AS_OF = "Right: Numbers without a country code are read as of SG (DEFAULT_PHONE_REGION)."
EVERYTHING_TO_DO = [
    "To do: The CRM does not know its own address. Set PUBLIC_URL to the address that people open,"
    " such as https://crm.example.com, and restart.",
    READ_AS_OF,
    f"To do: There is no key for the CRM template. {MAKE_A_KEY}",
    f"To do: 3CX has not used the CRM template yet. {UPLOAD}",
    "To do: 3CX has reported no call yet. Switch on Journal calls in 3CX's CRM settings, and make a call.",
    "To do: No call flow has looked a number up."
    " If only known callers are to reach your agents, set up the gate below.",
    "To do: Extensions known: 0. Write each agent's extension into their page under Users:"
    " it tells whose call a reported one is.",
]
EVERYTHING_RIGHT = [
    f"Right: The CRM's address is {URL}.",
    READ_AS_OF,
    "Right: There is a key for the CRM template.",
    f"Right: 3CX uses version {VERSION} of the CRM template.",
    "Right: 3CX last reported a call on 06 May 2030, 12:00.",
    "Right: A call flow last looked a number up on 06 May 2030, 12:00.",
    "Right: Extensions known: 1.",
]


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def public_url(settings) -> str:
    """The CRM knows its address, and answers there."""
    settings.PUBLIC_URL = URL
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "crm.example.com"]
    return URL


@pytest.fixture
def everything_right(client, public_url) -> None:
    """All that a 3CX needs, by using it."""
    use_template(client, make_token("CRM template", scopes=["contacts", "journal"])[1])
    ask(client, make_token("Call flow", scopes=["lookup"])[1], cid=NUMBER)
    Extension.objects.create(agent=User.objects.create_user("robin"), number="101")


def checks(client) -> list[str]:
    return [words(check) for check in pieces(section(client.get(PAGE), "checks"), "li")]


def but(**changed: str) -> list[str]:
    """The list where everything is right, but for the lines with these numbers: `_2="..."` is the second."""
    return [changed.get(f"_{place}", line) for place, line in enumerate(EVERYTHING_RIGHT, start=1)]


def test_at_the_beginning_everything_is_to_do(admin_client):
    assert checks(admin_client) == EVERYTHING_TO_DO


def test_at_the_end_everything_is_right(admin_client, everything_right):
    assert checks(admin_client) == EVERYTHING_RIGHT


def test_an_address_by_http_is_to_do(admin_client, everything_right, settings):
    settings.PUBLIC_URL = "http://crm.example.com"
    advice = "Serve it by https: over http the key and every caller's number can be read on the way."
    assert checks(admin_client) == but(_1=f"To do: The CRM's address is http://crm.example.com. {advice}")


def test_a_host_that_is_refused_is_to_do(admin_client, everything_right, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    refused = "To do: Requests to crm.example.com are refused. Add crm.example.com to ALLOWED_HOSTS and restart."
    assert checks(admin_client) == [EVERYTHING_RIGHT[0], refused, *EVERYTHING_RIGHT[1:]]


@pytest.mark.parametrize("hosts", [["testserver", ".example.com"], ["*"]])
def test_a_host_may_be_allowed_by_a_pattern(admin_client, everything_right, settings, hosts):
    settings.ALLOWED_HOSTS = hosts
    assert checks(admin_client) == EVERYTHING_RIGHT


def test_a_host_may_be_an_address_of_ipv6(admin_client, everything_right, settings):
    settings.PUBLIC_URL = "https://[2001:db8::7]:8443"
    settings.ALLOWED_HOSTS = ["testserver", "[2001:db8::7]"]
    assert admin_client.get(PAGE, HTTP_HOST="[2001:db8::7]:8443").status_code == 200
    assert checks(admin_client) == but(_1="Right: The CRM's address is https://[2001:db8::7]:8443.")


@pytest.mark.parametrize("scopes", [["contacts"], ["journal"], ["lookup", "note"]])
def test_a_key_for_the_template_has_both_of_its_scopes(admin_client, everything_right, scopes):
    ApiToken.objects.filter(name="CRM template").update(scopes=scopes, last_lookup_at=None)
    assert checks(admin_client) == but(_3=f"To do: There is no key for the CRM template. {MAKE_A_KEY}")


@pytest.mark.parametrize("ended", [{"revoked_at": NOON}, {"expires_at": NOON}], ids=["revoked", "expired"])
def test_what_a_key_that_is_no_more_in_force_did_is_to_do_again(admin_client, everything_right, ended):
    ApiToken.objects.update(**ended)
    assert checks(admin_client) == [EVERYTHING_RIGHT[0], *EVERYTHING_TO_DO[1:6], EVERYTHING_RIGHT[6]]


def test_a_later_version_of_the_template_is_to_upload(admin_client, everything_right, monkeypatch):
    monkeypatch.setattr(crm_template, "VERSION", VERSION + 1)
    outdated = f"To do: 3CX uses version {VERSION} of the CRM template. {UPLOAD}"
    assert checks(admin_client) == but(_4=outdated)


def test_one_of_two_phone_systems_with_an_outdated_template_is_told(
    admin_client, client, everything_right, monkeypatch
):
    monkeypatch.setattr(crm_template, "VERSION", VERSION + 1)
    monkeypatch.setattr(last_use, "KNOWN_VERSIONS", {str(VERSION), str(VERSION + 1)})
    use_template(client, make_token("Branch", scopes=["contacts", "journal"])[1], version=VERSION + 1)
    said = f"To do: 3CX uses version {VERSION}, {VERSION + 1} of the CRM template. {UPLOAD}"
    assert checks(admin_client) == but(_4=said)


def test_names_on_the_phones_are_no_call_flows_lookups(admin_client, everything_right):
    ApiToken.objects.filter(name="Call flow").update(last_lookup_at=None)
    assert checks(admin_client) == but(_6=EVERYTHING_TO_DO[5])


def test_names_on_the_phones_are_no_call_flows_lookups_where_one_key_may_do_both(admin_client, client, public_url):
    use_template(client, make_token("One for all", scopes=["lookup", "note", "contacts", "journal"])[1])
    assert checks(admin_client) == [*EVERYTHING_RIGHT[:5], *EVERYTHING_TO_DO[5:]]


def test_the_region_is_told_by_which_numbers_are_read(admin_client, settings):
    settings.DEFAULT_PHONE_REGION = "DE"
    assert checks(admin_client)[1] == READ_AS_OF.replace("SG", "DE")


def test_of_several_keys_the_last_report_and_the_last_lookup_are_told(admin_client, client, everything_right):
    with time_machine.travel(NOON + timedelta(hours=21), tick=False):
        use_template(client, make_token("Branch", scopes=["contacts", "journal"])[1])
    with time_machine.travel(NOON + timedelta(hours=22), tick=False):
        ask(client, make_token("Branch's call flow", scopes=["lookup"])[1], cid=NUMBER)
        assert checks(admin_client) == but(
            _5="Right: 3CX last reported a call on 07 May 2030, 09:00.",
            _6="Right: A call flow last looked a number up on 07 May 2030, 10:00.",
        )
