"""How each fault is answered: HTTP status, stable code, and one sentence that an administrator can act on."""

import logging
import traceback
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from rest_framework import exceptions

from integrations_3cx import wire

RETRY_AFTER_OUTAGE_SECONDS = 5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    http_status: int
    code: str
    message: str


BAD_REQUEST = Fault(
    400,
    "bad_request",
    "The request was refused before it was read; check that ALLOWED_HOSTS lists the host name it used.",
)
BODY_BROKE_OFF = Fault(400, "malformed_body", "The body broke off before its Content-Length; send it again, whole.")
CHUNKED_FORM = Fault(
    400,
    "malformed_body",
    "Send a form with its Content-Length, or as JSON: in chunks it cannot be told whether it is whole.",
)
NO_OBJECT = Fault(400, "wrong_type", "This item of the array is no object; send objects alone.")
NO_BATCH = Fault(400, "wrong_type", "The body is a JSON array; send one object.")
TOKEN_INVALID = Fault(
    401, "token_invalid", "Send a valid key as token: this one is missing, unknown, expired or revoked."
)
KEY_INVALID = Fault(
    401,
    "token_invalid",
    "Send a valid key in the header X-API-Key: this one is missing, unknown, expired or revoked.",
)
SCOPE_MISSING = Fault(403, "scope_missing", "This key may not do that; give its API token the scope {scope}.")
ADDRESS_NOT_ALLOWED = Fault(
    403, "address_not_allowed", "This key may not be used from {address}; allow that network in its API token."
)
HTTPS_REQUIRED = Fault(
    403,
    "https_required",
    "Use https; behind a proxy that speaks it, set TRUSTED_PROXY_COUNT, or serve http by SECURE_SSL_REDIRECT=off.",
)
NUMBER_UNKNOWN = Fault(
    404, "number_unknown", "No contact has this number, so no note was stored; add the contact first."
)
METHOD_NOT_ALLOWED = Fault(405, "method_not_allowed", "Use GET or POST.")
KEY_REUSED = Fault(
    409, "idempotency_conflict", "This call_id or Idempotency-Key came with other content before; send a new one."
)
BODY_TOO_LARGE = Fault(
    413, "body_too_large", f"The body is over 1 MiB ({wire.BODY_MAX_BYTES} bytes); send it in parts."
)
MEDIA_TYPE_UNSUPPORTED = Fault(
    415,
    "media_type_unsupported",
    "Send the body as application/json, application/x-www-form-urlencoded or multipart/form-data.",
)
RATE_LIMITED = Fault(429, "rate_limited", "This key was used too often in this minute; try again after Retry-After.")
INTERNAL_ERROR = Fault(500, "internal_error", "Something went wrong here; the server's log tells what.")
PUBLIC_URL_MISSING = Fault(
    500, "public_url_missing", "Set PUBLIC_URL to the address that people open: 3CX is told it with every contact."
)
DATABASE_UNAVAILABLE = Fault(503, "database_unavailable", "The database does not answer; try again after Retry-After.")


class Refused(Exception):
    """A request, or an item of a batch, that is answered with a fault."""

    def __init__(self, fault: Fault, **details: str) -> None:
        self.fault = Fault(fault.http_status, fault.code, fault.message.format(**details) if details else fault.message)
        super().__init__(self.fault.message)


def fault_of(error: Exception) -> Fault:
    """The fault by which an exception is answered; what nobody foresaw is logged."""
    match error:
        case Refused():
            return error.fault
        case wire.Unusable():
            return Fault(400, error.code, error.message)
        case OperationalError() | InterfaceError():
            logger.error("The database does not answer: %s", str(error).partition("\n")[0])
            return DATABASE_UNAVAILABLE
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return TOKEN_INVALID
        case exceptions.MethodNotAllowed():
            return METHOD_NOT_ALLOWED
        case exceptions.UnsupportedMediaType():
            return MEDIA_TYPE_UNSUPPORTED
        case exceptions.Throttled():
            return RATE_LIMITED
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error(
        "Unforeseen %s, without its message, for that may hold what was sent:\n%s", type(error).__name__, where
    )
    return INTERNAL_ERROR
