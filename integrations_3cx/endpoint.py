"""What every endpoint of the machine's door has in common: how it is read, refused, answered and remembered."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations_3cx import crm_template, errors, failures, last_use, wire
from integrations_3cx.authentication import key_in_headers
from integrations_3cx.errors import RETRY_AFTER_OUTAGE_SECONDS, Fault, Refused, fault_of
from integrations_3cx.models import ApiToken, Scope
from integrations_3cx.parsers import FormParser, JsonParser, MultiPartParser

TEMPLATE_HEADER = f"HTTP_{crm_template.VERSION_HEADER.upper().replace('-', '_')}"


class JsonWhateverIsAsked(DefaultContentNegotiation):
    """A phone system's Accept header says nothing about what it can read."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """Reads `query` and `body` strictly, and answers every fault as JSON with `success` false.

    A view names the `scope` that it asks of a key, where that does not depend on what is sent. A rehearsal, by the
    back office, leaves no trace of itself.
    """

    parser_classes = [JsonParser, FormParser, MultiPartParser]
    content_negotiation_class = JsonWhateverIsAsked
    login_required = False
    is_rehearsal = False
    scope: Scope | None = None
    key_fault = errors.KEY_INVALID

    query: wire.Parameters = {}
    body: wire.Pairs | wire.Batch = []
    presented_key = ""
    presented_token: ApiToken | None = None

    def initial(self, request: Request, *args, **kwargs) -> None:
        self.presented_key = key_in_headers(request)
        self.query = self.read_query(request.META.get("QUERY_STRING", ""))
        if request.method.lower() not in self.http_method_names or not hasattr(self, request.method.lower()):
            raise MethodNotAllowed(request.method)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise Refused(errors.HTTPS_REQUIRED)
        if request.method == "OPTIONS":
            return
        if int(request.META.get("CONTENT_LENGTH") or 0) > wire.BODY_MAX_BYTES:
            raise Refused(errors.BODY_TOO_LARGE)
        self.body = request.data or []
        super().initial(request, *args, **kwargs)
        if self.scope and not request.auth.allows(self.scope):
            raise Refused(errors.SCOPE_MISSING, scope=self.scope)

    def read_query(self, query_string: str) -> wire.Parameters:
        raise NotImplementedError

    def key_in_parameters(self) -> str:
        """The key that the parameters carry; by default a header alone may."""
        return ""

    def options(self, request: Request, *args, **kwargs) -> Response:
        return Response({"success": False, "message": f"Send it by {' or '.join(self._methods())}."})

    def refusal(self, fault: Fault) -> HttpResponseBase:
        body = {"success": False, "error": fault.code, "message": fault.message}
        return Response(body, status=fault.http_status)

    def handle_exception(self, error: Exception) -> HttpResponseBase:
        fault = fault_of(error)
        if fault is errors.METHOD_NOT_ALLOWED:
            fault = Fault(fault.http_status, fault.code, f"Use {' or '.join(self._methods())}.")
        if fault is errors.TOKEN_INVALID:
            fault = self.key_fault
        self.remember_refusal(fault)
        response = self.refusal(fault)
        if fault is self.key_fault:
            response["WWW-Authenticate"] = self.get_authenticate_header(self.request)
        if fault is errors.RATE_LIMITED:
            response["Retry-After"] = str(int(error.wait))
        if fault is errors.DATABASE_UNAVAILABLE:
            response["Retry-After"] = str(RETRY_AFTER_OUTAGE_SECONDS)
        return response

    def finalize_response(self, request: Request, response: HttpResponseBase, *args, **kwargs) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        if self.scope and response.status_code == 200 and request.method != "OPTIONS":
            self.remember_success([self.scope])
        return response

    def remember_success(self, scopes: Iterable[Scope]) -> None:
        if not self.is_rehearsal:
            version = self.request.META.get(TEMPLATE_HEADER, "")
            last_use.remember_success(self.request.auth, scopes, version)

    def remember_refusal(self, fault: Fault, number: Any = None) -> None:
        if not self.is_rehearsal:
            failures.remember(
                self.request.path_info, fault, self.presented_token, self.presented_key, number or self.number()
            )

    def pairs(self) -> wire.Pairs:
        """The body's names and values, without those that are null. Raises Refused for an array."""
        if isinstance(self.body, wire.Batch):
            raise Refused(errors.NO_BATCH)
        return [(name, value) for name, value in self.body if value is not None]

    def number(self) -> Any:
        """The number that the request is about, as it was sent, as far as it could be read."""
        pairs = [] if isinstance(self.body, wire.Batch) else self.body
        return next((value for name, value in pairs if name.strip().casefold() == "number"), None)

    def _methods(self) -> list[str]:
        offered = [name.upper() for name in self.http_method_names if hasattr(self, name)]
        return [name for name in offered if name not in ("HEAD", "OPTIONS")]
