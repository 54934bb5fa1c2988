"""The machine's door over HTTP: the query/note contract, and what the CRM template asks and reports."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from callnotes.journaling import Nonsense, journal_call, journal_chat
from integrations_3cx import directory, openapi, wire
from integrations_3cx.answering import SCOPES, Answer, Answering, refusal
from integrations_3cx.endpoint import Endpoint
from integrations_3cx.errors import (
    DATABASE_UNAVAILABLE,
    NO_OBJECT,
    PUBLIC_URL_MISSING,
    RETRY_AFTER_OUTAGE_SECONDS,
    TOKEN_INVALID,
    Fault,
    Refused,
)
from integrations_3cx.models import Scope
from integrations_3cx.reporting import call_report, chat_report
from integrations_3cx.wire import Unusable


class QueryView(Endpoint):
    """`/3cx/query`: answers lookups and stores notes, one by parameters or several by a JSON array."""

    http_method_names = ["get", "post", "head", "options"]
    key_fault = TOKEN_INVALID

    key = ""

    def read_query(self, query_string: str) -> wire.Parameters:
        return wire.query_parameters(query_string)

    def key_in_parameters(self) -> str:
        self.key = wire.key(self.query, self.body)
        return self.key

    @openapi.query("query", has_body=False)
    def get(self, request: Request) -> HttpResponseBase:
        answering = Answering(request.auth, key=self.key, only_check=request.method == "HEAD")
        once = wire.idempotency_key(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
        if not isinstance(self.body, wire.Batch):
            return self._response(self._answer(answering, self._parameters(), once))
        return Response(
            [self._item(answering, item, once and f"{once}#{place}").body for place, item in enumerate(self.body.items)]
        )

    @openapi.query("report", has_body=True)
    def post(self, request: Request) -> HttpResponseBase:
        return self.get(request)

    def refusal(self, fault: Fault) -> HttpResponseBase:
        return self._response(refusal(wire.use(self._parameters()), fault))

    def number(self) -> Any:
        return self._parameters().get("cid", [None])[-1]

    def _item(self, answering: Answering, item: wire.Pairs | None, once: str) -> Answer:
        if item is None:
            self.remember_refusal(NO_OBJECT)
            return refusal(wire.use(self._parameters()), NO_OBJECT)
        return self._answer(answering, wire.parameters(self.query, item), once)

    def _answer(self, answering: Answering, parameters: wire.Parameters, once: str) -> Answer:
        answer = answering.answer(parameters, once)
        if answer.fault:
            self.remember_refusal(answer.fault, parameters.get("cid", [None])[-1])
        elif not (answering.only_check and wire.use(parameters) is wire.Use.NOTE):
            self.remember_success([SCOPES[wire.use(parameters)]])
        return answer

    def _parameters(self) -> wire.Parameters:
        """The parameters of the request as a whole, as far as it could be read."""
        return wire.parameters(self.query, [] if isinstance(self.body, wire.Batch) else self.body)

    def _response(self, answer: Answer) -> HttpResponseBase:
        if wire.wants_text(self._parameters()):
            text = json.dumps(answer.body["success"])
            response = HttpResponse(text, status=answer.http_status, content_type="text/plain; charset=utf-8")
        else:
            response = Response(answer.body, status=answer.http_status)
        if answer.fault is DATABASE_UNAVAILABLE:
            response["Retry-After"] = str(RETRY_AFTER_OUTAGE_SECONDS)
        return response


class ContactsView(Endpoint):
    """`/3cx/contacts`: contacts by number, e-mail address or words, for the phones; and new ones from 3CX's apps."""

    http_method_names = ["get", "post", "head", "options"]
    scope = Scope.CONTACTS

    def read_query(self, query_string: str) -> wire.Parameters:
        return wire.by_name(wire.form_pairs(query_string.encode("latin-1")), directory.GET_NAMES)

    @openapi.contacts_found
    def get(self, request: Request) -> Response:
        return Response({"success": True, "contacts": directory.find(self.query, _base_url())})

    @openapi.contact_added
    def post(self, request: Request) -> Response:
        sent = wire.by_name(self.pairs(), directory.POST_NAMES)
        return Response({"success": True, "contacts": [directory.add(sent, _base_url())]})

    def number(self) -> Any:
        return self.query.get("number", [None])[-1] or super().number()


class JournalView(Endpoint):
    """What calls and chats have in common: each is reported by a POST of its own, once or again."""

    http_method_names = ["post", "options"]
    scope = Scope.JOURNAL

    def read_query(self, query_string: str) -> wire.Parameters:
        return {}

    def journal(self, read: Callable, store: Callable) -> Response:
        """Stores what was reported and answers its key. Raises Unusable."""
        zone = timezone.get_default_timezone()
        report = read(self.pairs(), settings.DEFAULT_PHONE_REGION, zone, token=str(self.request.auth))
        try:
            stored = store(report)
        except Nonsense as error:
            raise Unusable("report_impossible", str(error)) from None
        return Response({"success": True, stored.kind: stored.pk})


class CallsView(JournalView):
    """`/3cx/calls`: a call that has ended, or one agent's leg of it."""

    @openapi.call_reported
    def post(self, request: Request) -> Response:
        return self.journal(call_report, journal_call)


class ChatsView(JournalView):
    """`/3cx/chats`: a chat that has ended."""

    @openapi.chat_reported
    def post(self, request: Request) -> Response:
        return self.journal(chat_report, journal_chat)


def _base_url() -> str:
    """The address that people open; never the Host header's, which is the client's own word."""
    if not settings.PUBLIC_URL:
        raise Refused(PUBLIC_URL_MISSING)
    return settings.PUBLIC_URL
