"""3CX's words and ours: what the parameters of the query/note contract mean. Pure.

Source of every rule, unless it names another: "CRM integration with 3CX via HTTP API", version 1.0,
5 July 2018, in the reading of docs/api.md.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

BODY_MAX_BYTES = 1024 * 1024
BATCH_MAX_ITEMS = 1000
CALL_ID_MAX_LENGTH = 200
STATUS_MAX_LENGTH = 200
LONGEST_NAME = 100

NAMES = frozenset({"cid", "status", "comments", "token", "call_id", "format"})
WHOLE_NUMBER_NAMES = frozenset({"cid", "call_id"})

# A variable that a 3CX version lacks arrives as its own placeholder (seen with templates and client URLs), perhaps
# with the method that was called on it.
_PLACEHOLDER = re.compile(r"\s*(\[\w+\]|%\w+%|\[{2,3}\w+\](\.\w+\([^()]*\)\]){1,2})\s*\Z")

Pairs = list[tuple[str, Any]]
Parameters = Mapping[str, list[Any]]


class Use(StrEnum):
    LOOKUP = "lookup"
    NOTE = "note"


class Unusable(ValueError):
    """What was sent cannot be used: `code` is stable, `message` tells an administrator what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One lookup or note, read: each value is text, or None where it was not given."""

    cid: str | None
    status: str | None
    comments: str | None
    call_id: str | None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Several inquiries in one request: the pairs of each, None for what is no object."""

    items: list[Pairs | None]


def form_pairs(form: bytes) -> Pairs:
    """The pairs of a query string or an urlencoded body. Bytes that are no UTF-8 are refused with their value."""
    return parse_qsl(text_of(form), keep_blank_values=True, errors="surrogateescape")


def query_parameters(query_string: str) -> Parameters:
    """The parameters of a query string as WSGI hands it over: each character is a byte (PEP 3333)."""
    return by_name(form_pairs(query_string.encode("latin-1")))


def text_of(sent: bytes) -> str:
    """Bytes as text; what is no UTF-8 becomes half surrogate pairs, which no parameter may hold."""
    return sent.decode(errors="surrogateescape")


def json_body(body: bytes) -> Pairs | Batch:
    """The pairs of an object, or of each item of an array.

    Raises Unusable for anything else, and for an array over the limit.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_Object, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Unusable("malformed_encoding", "Send JSON as UTF-8.") from None
    except (ValueError, RecursionError):
        raise Unusable(
            "malformed_json", "The body is no valid JSON; send one object, or an array of objects."
        ) from None
    if isinstance(value, _Object):
        return value.pairs
    if not isinstance(value, list):
        raise Unusable("wrong_type", "The body is JSON, but no object; send one object, or an array of objects.")
    if len(value) > BATCH_MAX_ITEMS:
        raise Unusable("batch_too_long", f"The array has {len(value)} items; send at most {BATCH_MAX_ITEMS} at once.")
    return Batch([item.pairs if isinstance(item, _Object) else None for item in value])


class _Object:
    """A JSON object with its names as they were sent, repeated ones too."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def parameters(query: Parameters, body: Pairs) -> Parameters:
    """The contract's parameters by name: names in any case and with blanks around, the body over the query."""
    return {**query, **by_name(body)}


def by_name(pairs: Iterable[tuple[str, Any]], names: frozenset[str] = NAMES) -> Parameters:
    """The values sent for each of the names, at most two different ones: more would be refused for the same reason.

    Names are known in any case and with blanks around them.
    """
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        known = name[:LONGEST_NAME].strip().casefold()
        if known in names:
            sent = values.setdefault(known, [])
            if len(sent) < 2 and value not in sent:
                sent.append(value)
    return values


def use(parameters: Parameters) -> Use:
    return Use.NOTE if {"status", "comments"} & parameters.keys() else Use.LOOKUP


def answer(use: Use, success: bool) -> bool | int:
    """The value of `success`, whose type tells the use: boolean for a lookup, integer for a note."""
    return int(success) if use is Use.NOTE else success


def key(query: Parameters, body: Pairs | Batch) -> str:
    """The key that a request's parameters carry, or empty. A batch has that of most of its items, or its query's.

    Raises Unusable where a single inquiry carries no single text; an item of a batch is refused on its own.
    """
    if not isinstance(body, Batch):
        return text(parameters(query, body), "token") or ""
    tokens = [parameters(query, item or []).get("token", [""])[-1] for item in body.items or [[]]]
    texts = [token for token in [*query.get("token", [])[-1:], *tokens] if isinstance(token, str) and token]
    return Counter(texts).most_common(1)[0][0] if texts else ""


def wants_text(parameters: Parameters) -> bool:
    """Whether the answer is to be the bare value of `success`, for call flows that compare a whole response."""
    return str(parameters.get("format", [""])[-1]).strip().casefold() == "text"


def idempotency_key(header: str) -> str:
    """The key of the header Idempotency-Key, or empty. Raises Unusable for one that is too long."""
    if len(header) > CALL_ID_MAX_LENGTH:
        message = f"Send an Idempotency-Key of at most {CALL_ID_MAX_LENGTH} characters."
        raise Unusable("idempotency_key_too_long", message)
    return header.strip()


def inquiry(parameters: Parameters) -> Inquiry:
    """Reads the parameters of one lookup or note. Raises Unusable where one is missing or cannot be used."""
    read = Inquiry(
        cid=text(parameters, "cid"),
        status=given(text(parameters, "status")),
        comments=given(text(parameters, "comments")),
        call_id=_call_id(text(parameters, "call_id")),
        token=text(parameters, "token"),
    )
    if not read.cid:
        raise Unusable("cid_missing", "Send the caller's number as cid.")
    if not given(read.cid):
        variable = read.cid.strip()[:40]
        message = f"cid is {variable}: the phone system did not fill this variable in; use one that its version has."
        raise Unusable("cid_missing", message)
    if use(parameters) is Use.NOTE:
        _require_note(parameters, read)
    if len(read.call_id or "") > CALL_ID_MAX_LENGTH:
        raise Unusable("call_id_too_long", f"Send a call_id of at most {CALL_ID_MAX_LENGTH} characters.")
    return read


def _require_note(parameters: Parameters, read: Inquiry) -> None:
    for name, value in (("status", (read.status or "").strip() or None), ("comments", read.comments)):
        if value is None:
            hint = f", not {parameters[name][-1].strip()[:40]!r}" if name in parameters else ""
            raise Unusable(f"{name}_missing", f"A note needs both status and comments: send {name}{hint}.")


def _call_id(text: str | None) -> str | None:
    """A call flow whose call has no id says `Unknown` (seen in what the Call Flow Designer generates)."""
    return None if text and text.strip().casefold() == "unknown" else given(text)


def given(text: str | None) -> str | None:
    """The text, unless it is a variable that the phone system did not fill in."""
    return None if text is None or _PLACEHOLDER.match(text) else text


def text(parameters: Parameters, name: str, numbers: frozenset[str] = WHOLE_NUMBER_NAMES) -> str | None:
    """The text sent under a name, None where there is none; for `numbers`, a whole number too. Raises Unusable."""
    values = [_as_text(name, value, numbers) for value in parameters.get(name, [])]
    if len(set(values)) > 1:
        raise Unusable("parameter_repeated", f"{name} was sent more than once, with different values; send it once.")
    return values[0] if values else None


def _as_text(name: str, value: Any, numbers: frozenset[str]) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and name in numbers and value >= 0:
        return str(value)
    if not isinstance(value, str):
        kinds = "text or a whole number" if name in numbers else "text"
        raise Unusable("wrong_type", f"Send {name} as {kinds}.")
    if "\0" in value:
        raise Unusable("nul_character", f"{name} holds a NUL character; leave it out.")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Unusable("malformed_encoding", f"{name} is no valid UTF-8; send text as UTF-8.")
    return value
