"""The OpenAPI description of the query/note contract, which docs/openapi.yaml holds."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers

from callnotes.models import COMMENTS_MAX_LENGTH
from integrations_3cx import keys, wire

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
RETRY_AFTER = {429, 503}


@extend_schema_field({"oneOf": [{"type": "boolean", "enum": [False]}, {"type": "integer", "enum": [0]}]})
class NoSuccess(serializers.Field):
    """false for a lookup, 0 for a note"""


class RefusalSerializer(serializers.Serializer):
    success = NoSuccess(help_text="false for a lookup, 0 for a note")
    error = serializers.CharField(help_text="a stable code")
    message = serializers.CharField(help_text="what to do")


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


def described(operation_id: str, *, has_body: bool) -> Any:
    """Describes one method of the contract's view."""
    answers = {200: OpenApiResponse({"oneOf": [ANSWER, BATCH_ANSWER]}, "The answer, or one for each item of a batch")}
    refusals = {status: OpenApiResponse(RefusalSerializer, description) for status, description in REFUSALS.items()}
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
            *(
                _parameter("Retry-After", "Seconds.", OpenApiParameter.HEADER, response=[status])
                for status in sorted(RETRY_AFTER)
            ),
        ],
        request=BODY if has_body else None,
        responses=answers | refusals,
    )
