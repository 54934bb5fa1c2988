"""From which address a person signs in, as the machine's door tells it: by the proxies that are trusted alone."""

from django.conf import settings
from django.http import HttpRequest

from integrations_3cx.addresses import client_address


def of(request: HttpRequest) -> str | None:
    """The address of a request's client, None where it cannot be told."""
    address = client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        settings.TRUSTED_PROXY_COUNT,
    )
    return str(address) if address else None
