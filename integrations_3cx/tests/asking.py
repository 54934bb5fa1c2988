"""How tests ask the query/note contract, and how they read what it answers.

Answers are compared as text: to Python `0 == False`, and the type of `success` is part of the contract.
"""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

PATH = "/3cx/query"
CONTACTS, CALLS, CHATS = "/3cx/contacts", "/3cx/calls", "/3cx/chats"
NUMBER = "+6591234567"

Answer = tuple[int, str]

FOUND: Answer = (200, '{"success":true}')
NOT_FOUND: Answer = (200, '{"success":false}')
INSERTED: Answer = (200, '{"success":1}')

SCOPE_MISSING = "This key may not do that; give its API token the scope {scope}."
NO_BATCH = "The body is a JSON array; send one object."
TOKEN_INVALID = "Send a valid key as token: this one is missing, unknown, expired or revoked."
KEY_INVALID = "Send a valid key in the header X-API-Key: this one is missing, unknown, expired or revoked."
NUMBER_UNKNOWN = "No contact has this number, so no note was stored; add the contact first."
KEY_REUSED = "This call_id or Idempotency-Key came with other content before; send a new one."
NOT_UTF8 = "{name} is no valid UTF-8; send text as UTF-8."


def ask(client: Client, key: str = "", *, path: str = PATH, extra: dict[str, Any] | None = None, **parameters):
    """Asks by GET, with parameters in the query string; `extra` is the WSGI environment beside it."""
    token = {"token": key} if key else {}
    return client.get(path, parameters | token, **(extra or {}))


def note(client: Client, key: str = "", *, extra: dict[str, Any] | None = None, **parameters) -> HttpResponse:
    """Reports a completed call, unless told otherwise, by a form post."""
    usual = {"cid": NUMBER, "status": "Completed", "comments": "Asked for a quote."}
    return client.post(PATH, usual | parameters | ({"token": key} if key else {}), **(extra or {}))


def post_json(client: Client, body: Any, *, path: str = PATH, **extra) -> HttpResponse:
    """Posts JSON: a text or bytes as they are, anything else encoded."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic("POST", path, text, content_type="application/json", **extra)


def post_form(client: Client, body: str | bytes, *, path: str = PATH, **extra) -> HttpResponse:
    """Posts an urlencoded form as it is."""
    return client.generic("POST", path, body, content_type="application/x-www-form-urlencoded", **extra)


def post_multipart(
    client: Client, *parts: tuple[bytes, bytes], end: bytes = b"--limit--\r\n", path: str = PATH, **extra
) -> HttpResponse:
    """Posts a multipart form of the given names and values, byte for byte."""
    part = b'--limit\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = b"".join(part % pair for pair in parts) + end
    return client.generic("POST", path, body, content_type="multipart/form-data; boundary=limit", **extra)


def answer(response: HttpResponse) -> Answer:
    return response.status_code, response.content.decode()


def refused(http_status: int, success: bool | int, error: str, message: str) -> Answer:
    return http_status, refused_item(success, error, message)


def refused_item(success: bool | int, error: str, message: str) -> str:
    body = {"success": success, "error": error, "message": message}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def batch(*items: str) -> Answer:
    """The answer that holds these answers of its items."""
    return 200, f"[{','.join(items)}]"
