"""From where a key may be used, and whose word is taken for where a request came from."""

import ipaddress

import pytest

from contacts.tests.factories import make_contact
from integrations_3cx.addresses import client_address, is_allowed
from integrations_3cx.models import ApiToken
from integrations_3cx.tests.asking import FOUND, NUMBER, answer, ask, note, refused
from integrations_3cx.tests.factories import make_token

OFFICE, INSIDE, OUTSIDE, PROXY = "192.0.2.0/24", "192.0.2.7", "198.51.100.9", "10.0.0.1"


def not_from(address: str, success: bool | int = False) -> tuple[int, str]:
    message = f"This key may not be used from {address}; allow that network in its API token."
    return refused(403, success, "address_not_allowed", message)


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], OUTSIDE, True),
        ([OFFICE], INSIDE, True),
        ([OFFICE], "192.0.2.255", True),
        ([OFFICE], "192.0.3.0", False),
        ([OFFICE], OUTSIDE, False),
        (["203.0.113.0/24", OFFICE], INSIDE, True),
        (["192.0.2.7"], INSIDE, True),
        (["192.0.2.7/32"], "192.0.2.8", False),
        (["2001:db8::/32"], "2001:db8::7", True),
        (["2001:db8::/32"], "2001:db9::7", False),
        (["2001:db8::/32"], INSIDE, False),
        ([OFFICE], "2001:db8::7", False),
        ([OFFICE], "::ffff:192.0.2.7", True),
        (["::/0"], INSIDE, False),
        ([OFFICE], "", False),
        ([], "", True),
        ([OFFICE], "unix:", False),
    ],
)
@pytest.mark.django_db
def test_a_key_is_used_from_its_networks_alone(client, networks, address, allowed):
    make_contact("Ada Example", NUMBER)
    _, key = make_token(allowed_networks=networks)
    status, _ = answer(ask(client, key, cid=NUMBER, extra={"REMOTE_ADDR": address}))
    assert status == (200 if allowed else 403)


@pytest.mark.django_db
def test_an_address_that_is_not_allowed_is_named_in_the_answer(client):
    _, key = make_token(allowed_networks=[OFFICE])
    extra = {"REMOTE_ADDR": OUTSIDE}
    assert answer(ask(client, key, cid=NUMBER, extra=extra)) == not_from(OUTSIDE)
    assert answer(note(client, key, extra=extra)) == not_from(OUTSIDE, 0)
    assert answer(ask(client, key, cid=NUMBER, extra={"REMOTE_ADDR": ""})) == not_from("an unknown address")


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "peer", "client_at"),
    [
        (0, "", INSIDE, INSIDE),
        (0, INSIDE, OUTSIDE, OUTSIDE),
        (0, f"{INSIDE}, {INSIDE}", OUTSIDE, OUTSIDE),
        (1, INSIDE, PROXY, INSIDE),
        (1, OUTSIDE, PROXY, OUTSIDE),
        (1, f"{INSIDE}, {OUTSIDE}", PROXY, OUTSIDE),
        (1, f"{INSIDE},{INSIDE},{OUTSIDE}", PROXY, OUTSIDE),
        (1, "", INSIDE, INSIDE),
        (2, f"{INSIDE}, 10.0.0.2", PROXY, INSIDE),
        (2, f"{OUTSIDE}, 10.0.0.2", PROXY, OUTSIDE),
        (2, f"{INSIDE}, {OUTSIDE}, 10.0.0.2", PROXY, OUTSIDE),
        (2, f"{INSIDE}, no address, {OUTSIDE}, 10.0.0.2", PROXY, OUTSIDE),
    ],
)
@pytest.mark.django_db
def test_a_forged_forwarding_header_gains_nothing(client, settings, proxies, forwarded_for, peer, client_at):
    settings.TRUSTED_PROXY_COUNT = proxies
    make_contact("Ada Example", NUMBER)
    _, key = make_token(allowed_networks=[OFFICE])
    forwarding = {"HTTP_X_FORWARDED_FOR": forwarded_for} if forwarded_for else {}
    response = ask(client, key, cid=NUMBER, extra={"REMOTE_ADDR": peer} | forwarding)
    assert answer(response) == (FOUND if client_at == INSIDE else not_from(client_at))
    assert ApiToken.objects.get().last_used_from == (INSIDE if client_at == INSIDE else None)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:80", "192.0.2.7"),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_an_address_is_read_as_a_proxy_may_write_it(proxies, written, read):
    peer, forwarded_for = (written, "") if proxies == 0 else (PROXY, written)
    assert client_address(peer, forwarded_for, proxies) == ipaddress.ip_address(read)


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "192.0.2.256", "[", "::g", "1:2", "192.0.2.7/24"])
def test_what_is_no_address_is_none_and_in_no_network(text):
    assert client_address(text, "", 0) is None
    assert client_address(PROXY, f"{INSIDE}, {text or 'x'}", 1) is None
    assert not is_allowed(None, ["0.0.0.0/0", "::/0"])
