"""The query/note contract over HTTP: whether a number is known, and what came of a call."""

import json

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations_3cx import errors, wire
from integrations_3cx.answering import Answer, Answering, refusal
from integrations_3cx.errors import RETRY_AFTER_OUTAGE_SECONDS, Refused, fault_of
from integrations_3cx.openapi import described
from integrations_3cx.parsers import FormParser, JsonParser, MultiPartParser


class JsonWhateverIsAsked(DefaultContentNegotiation):
    """A phone system's Accept header says nothing about what it can read."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class QueryView(APIView):
    """`/3cx/query`: answers lookups and stores notes, one by parameters or several by a JSON array."""

    http_method_names = ["get", "post", "head", "options"]
    parser_classes = [JsonParser, FormParser, MultiPartParser]
    content_negotiation_class = JsonWhateverIsAsked
    login_required = False

    query: wire.Parameters = {}
    body: wire.Pairs | wire.Batch = []
    key = ""

    def initial(self, request: Request, *args, **kwargs) -> None:
        self.query = wire.query_parameters(request.META.get("QUERY_STRING", ""))
        if request.method.lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise Refused(errors.HTTPS_REQUIRED)
        if request.method == "OPTIONS":
            return
        if int(request.META.get("CONTENT_LENGTH") or 0) > wire.BODY_MAX_BYTES:
            raise Refused(errors.BODY_TOO_LARGE)
        self.body = request.data or []
        super().initial(request, *args, **kwargs)

    def key_in_parameters(self) -> str:
        self.key = wire.key(self.query, self.body)
        return self.key

    @described("query", has_body=False)
    def get(self, request: Request) -> HttpResponseBase:
        answering = Answering(request.auth, key=self.key, only_check=request.method == "HEAD")
        once = wire.idempotency_key(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
        if not isinstance(self.body, wire.Batch):
            return self._response(answering.answer(self._parameters(), once))
        return Response(
            [self._item(answering, item, once and f"{once}#{place}").body for place, item in enumerate(self.body.items)]
        )

    @described("report", has_body=True)
    def post(self, request: Request) -> HttpResponseBase:
        return self.get(request)

    def options(self, request: Request, *args, **kwargs) -> Response:
        return Response({"success": False, "message": "Send a lookup or a note by GET or POST."})

    def handle_exception(self, error: Exception) -> HttpResponseBase:
        fault = fault_of(error)
        response = self._response(refusal(self._use(), fault))
        if fault is errors.TOKEN_INVALID:
            response["WWW-Authenticate"] = self.get_authenticate_header(self.request)
        if fault is errors.RATE_LIMITED:
            response["Retry-After"] = str(int(error.wait))
        return response

    def finalize_response(self, request: Request, response: HttpResponseBase, *args, **kwargs) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def _item(self, answering: Answering, item: wire.Pairs | None, once: str) -> Answer:
        if item is None:
            return refusal(self._use(), errors.NO_OBJECT)
        return answering.answer(wire.parameters(self.query, item), once)

    def _use(self) -> wire.Use:
        return wire.use(self._parameters())

    def _parameters(self) -> wire.Parameters:
        """The parameters of the request as a whole, as far as it could be read."""
        return wire.parameters(self.query, [] if isinstance(self.body, wire.Batch) else self.body)

    def _response(self, answer: Answer) -> HttpResponseBase:
        if wire.wants_text(self._parameters()):
            text = json.dumps(answer.body["success"])
            response = HttpResponse(text, status=answer.http_status, content_type="text/plain; charset=utf-8")
        else:
            response = Response(answer.body, status=answer.http_status)
        if answer.http_status == errors.DATABASE_UNAVAILABLE.http_status:
            response["Retry-After"] = str(RETRY_AFTER_OUTAGE_SECONDS)
        return response
