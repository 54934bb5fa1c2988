"""The OpenAPI description of the machine's door, which docs/openapi.yaml holds."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers

from callnotes.models import COMMENTS_MAX_LENGTH
from integrations_3cx import crm_template, directory, keys, phonebook, reporting, wire

LOOKUP_ANSWER = {"type": "object", "properties": {"success": {"type": "boolean"}}, "required": ["success"]}
NOTE_ANSWER = {
    "type": "object",
    "properties": {"success": {"type": "integer", "enum": [0, 1]}},
    "required": ["success"],
}
ANSWER = {"oneOf": [LOOKUP_ANSWER, NOTE_ANSWER]}
ITEM_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
BATCH_ANSWER = {"type": "array", "items": {"anyOf": [LOOKUP_ANSWER, NOTE_ANSWER, ITEM_REFUSAL]}}
TEXT_OR_WHOLE_NUMBER = [{"type": "string"}, {"type": "integer", "minimum": 0}]
INQUIRY = {
    "type": "object",
    "properties": {
        "cid": {"oneOf": TEXT_OR_WHOLE_NUMBER, "description": "the caller's number, in any spelling"},
        "status": {"type": "string", "description": "the disposition; makes this a note"},
        "comments": {"type": "string", "maxLength": COMMENTS_MAX_LENGTH},
        "call_id": {"oneOf": TEXT_OR_WHOLE_NUMBER, "description": "stores a repeated note once"},
        "token": {"type": "string", "minLength": keys.SHORTEST, "maxLength": keys.LONGEST},
    },
}
BODY = {
    "application/json": {"oneOf": [INQUIRY, {"type": "array", "items": INQUIRY, "maxItems": wire.BATCH_MAX_ITEMS}]},
    "application/x-www-form-urlencoded": INQUIRY,
    "multipart/form-data": INQUIRY,
}
REFUSALS = {
    400: "A parameter is missing or cannot be used, or the request cannot be read",
    401: "The key is missing, unknown, expired or revoked",
    403: "The key is valid, but not for this use or not from this address; or the request came by plain http",
    404: "A note for a number that is no contact's: nothing was stored",
    405: "Any method but GET, POST, HEAD and OPTIONS",
    409: "The call_id or Idempotency-Key came with other content before",
    413: "The body is over 1 MiB",
    415: "The body is of another type",
    429: "Too many requests in this minute",
    503: "The database does not answer",
}
TEMPLATE_REFUSALS = {
    **{status: description for status, description in REFUSALS.items() if status not in {404, 409}},
    500: "PUBLIC_URL is not set, or something went wrong here; error tells which",
}
RETRY_AFTER = {429, 503}
CONTACT = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("id", "name", "company", "email", "url", *phonebook.FIELDS)},
}
CONTACTS_ANSWER = {
    "type": "object",
    "properties": {"success": {"type": "boolean"}, "contacts": {"type": "array", "items": CONTACT}},
    "required": ["success", "contacts"],
}


@extend_schema_field({"oneOf": [{"type": "boolean", "enum": [False]}, {"type": "integer", "enum": [0]}]})
class NoSuccess(serializers.Field):
    """false for a lookup, 0 for a note"""


class RefusalSerializer(serializers.Serializer):
    success = NoSuccess(help_text="false for a lookup, 0 for a note")
    error = serializers.CharField(help_text="a stable code")
    message = serializers.CharField(help_text="what to do")


class PlainRefusalSerializer(serializers.Serializer):
    success = serializers.BooleanField(help_text="false")
    error = serializers.CharField(help_text="a stable code")
    message = serializers.CharField(help_text="what to do")


def _key_answer(kind: str) -> dict:
    properties = {"success": {"type": "boolean"}, kind: {"type": "integer"}}
    return {"type": "object", "properties": properties, "required": ["success", kind]}


class KeyAnywhere(OpenApiAuthenticationExtension):
    target_class = "integrations_3cx.authentication.ApiTokenAuthentication"
    name = ["keyInAuthorization", "keyInHeader", "keyInQuery"]

    def get_security_definition(self, auto_schema) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "also with the word Token in place of Bearer"},
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            {"type": "apiKey", "in": "query", "name": "token", "description": "also in the body"},
        ]

    def get_security_requirement(self, auto_schema) -> list[dict[str, list]]:
        return [{name: []} for name in self.name]


def _parameter(name: str, description: str, location: str = OpenApiParameter.QUERY, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, location, description=description, **more)


def query(operation_id: str, *, has_body: bool) -> Any:
    """Describes one method of the contract's view."""
    answers = {200: OpenApiResponse({"oneOf": [ANSWER, BATCH_ANSWER]}, "The answer, or one for each item of a batch")}
    return extend_schema(
        operation_id=operation_id,
        summary="Look up a number, or write a note",
        description="A lookup carries neither status nor comments; a note carries both.",
        parameters=[
            _parameter("cid", "The caller's number, in any spelling."),
            _parameter("status", "The disposition; makes this a note."),
            _parameter("comments", f"What came of the call, at most {COMMENTS_MAX_LENGTH} characters."),
            _parameter("call_id", f"Stores a repeated note once; at most {wire.CALL_ID_MAX_LENGTH} characters."),
            _parameter("format", "`text` answers the bare value of success as plain text.", enum=["text"]),
            _parameter("Idempotency-Key", "Like call_id, and wins over it.", OpenApiParameter.HEADER),
            *_retry_after(),
        ],
        request=BODY if has_body else None,
        responses=answers | _refusals(RefusalSerializer, REFUSALS),
    )


def _endpoint(operation_id: str, summary: str, answer: dict, **more: Any) -> Any:
    """Describes one method of an endpoint for the CRM template. Its key stands in a header alone."""
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        parameters=[
            *more.pop("parameters", []),
            _parameter(crm_template.VERSION_HEADER, "The CRM template's version.", OpenApiParameter.HEADER),
            *_retry_after(),
        ],
        responses={200: OpenApiResponse(answer, "Done")} | _refusals(PlainRefusalSerializer, TEMPLATE_REFUSALS),
        auth=[{"keyInAuthorization": []}, {"keyInHeader": []}],
        **more,
    )


def _refusals(serializer: type[serializers.Serializer], refusals: dict[int, str]) -> dict[int, OpenApiResponse]:
    return {status: OpenApiResponse(serializer, description) for status, description in refusals.items()}


def _retry_after() -> list[OpenApiParameter]:
    return [
        _parameter("Retry-After", "Seconds.", OpenApiParameter.HEADER, response=[status])
        for status in sorted(RETRY_AFTER)
    ]


def _body(name: str, names: list[str], required: set[str]) -> serializers.Serializer:
    """A body with these names, each a text; null, or an unfilled variable, where there is none."""
    fields = {
        name: serializers.CharField(required=name in required, allow_null=name not in required, allow_blank=True)
        for name in names
    }
    return inline_serializer(name, fields)


contacts_found = _endpoint(
    "contacts",
    "Find contacts by number, e-mail address or words",
    CONTACTS_ANSWER,
    description=f"Send one of the three. Answers at most {directory.FOUND_AT_MOST} contacts.",
    parameters=[
        _parameter("number", "The number, in any spelling; each contact's fields hold this spelling."),
        _parameter("email", "The e-mail address, in any case."),
        _parameter("search", "Words of name, company or e-mail, a number, or its last digits."),
    ],
)
contact_added = _endpoint(
    "add_contact",
    "Add a contact, or find the one with this name and number",
    CONTACTS_ANSWER,
    description="Without a name or company it is named by its number, unless somebody has the number.",
    request=_body("NewContact", ["FirstName", "LastName", "Company", "Email", "Number"], {"Number"}),
)
call_reported = _endpoint(
    "report_call",
    "Report a call that has ended, or one agent's leg of it",
    _key_answer("call"),
    description="The names are 3CX's. The same report twice is one call.",
    request=_body("CallReport", reporting.CALL_NAMES, {"CallType", "Number"}),
)
chat_reported = _endpoint(
    "report_chat",
    "Report a chat that has ended",
    _key_answer("chat"),
    description="The names are 3CX's. The same report twice is one chat.",
    request=_body("ChatReport", reporting.CHAT_NAMES, {"ChatMessages"}),
)
