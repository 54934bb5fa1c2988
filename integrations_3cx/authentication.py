"""A key, from wherever it may stand in a request, is an ApiToken or nothing."""

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from integrations_3cx import keys, last_use
from integrations_3cx.addresses import client_address, is_allowed
from integrations_3cx.errors import ADDRESS_NOT_ALLOWED, Refused
from integrations_3cx.models import ApiToken

KEY_SCHEMES = {"token", "bearer"}


class ApiTokenAuthentication(BaseAuthentication):
    """Reads the key from a header, or else from where the view finds it; costs one query.

    A view whose parameters may carry a key tells it by `key_in_parameters()`.
    """

    def authenticate(self, request: Request) -> tuple[None, ApiToken] | None:
        view = request.parser_context["view"]
        key = view.presented_key = key_in_headers(request) or view.key_in_parameters()
        if not key:
            return None
        now = timezone.now()
        held = ApiToken.objects.held(key) if keys.is_well_formed(key) else None
        if held is None or not held.token.is_valid(at=now):
            raise AuthenticationFailed
        view.presented_token = held.token
        address = client_address(
            request.META.get("REMOTE_ADDR", ""),
            request.META.get("HTTP_X_FORWARDED_FOR", ""),
            settings.TRUSTED_PROXY_COUNT,
        )
        if not is_allowed(address, held.token.allowed_networks):
            raise Refused(ADDRESS_NOT_ALLOWED, address=str(address or "an unknown address"))
        last_use.remember(held, address, now)
        return None, held.token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="3CX"'


class HoldsApiToken(BasePermission):
    def has_permission(self, request: Request, view) -> bool:
        return isinstance(request.auth, ApiToken)


def key_in_headers(request: Request) -> str:
    """The key in Authorization or X-API-Key, or empty."""
    scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() in KEY_SCHEMES and key.strip():
        return key.strip()
    return request.META.get("HTTP_X_API_KEY", "").strip()
