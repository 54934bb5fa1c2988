"""Reads request bodies whole before Django does, and refuses what broke off on the way.

The web server hands over what has arrived when a client goes away, and Django takes a chunked body (as
.NET clients send it) for empty. Either would store half a note, or none, and answer that it is stored.
"""

import io
import json
import logging
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

from django.utils.http import parse_header_parameters

from contacts.importing.files import MOST_BYTES
from integrations_3cx import failures
from integrations_3cx.answering import refusal_before_reading
from integrations_3cx.errors import BODY_BROKE_OFF, CHUNKED_FORM, MEDIA_TYPE_UNSUPPORTED, Fault
from integrations_3cx.wire import BODY_MAX_BYTES

CONTENT_TYPE_MAX_LENGTH = 500

PROBES = {"/healthz", "/readyz"}
# Files of contacts are longer than other bodies, and read bit by bit.
UPLOADS = "/admin/contacts/importrun/add/"
UPLOAD_READ_AT_ONCE = 64 * 1024
UPLOAD_MAX_BYTES = MOST_BYTES + 64 * 1024

# Text is read as UTF-8, whatever a client calls it: Django fails on some of the names that it may be given.
_CHARSET = re.compile(r";\s*charset\*?\s*=\s*(\"[^\"]*\"|[^;]*)", re.IGNORECASE)

logger = logging.getLogger("dbncrm.access")

Application = Callable[[dict, Callable], Iterable[bytes]]


def read_whole(application: Application) -> Application:
    """Gives every body its true length. One over the limit keeps a length that says so, and is not handed on."""

    def reading(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("//3cx/"):
            environ["PATH_INFO"] = environ["PATH_INFO"][1:]  # our address was typed into 3CX with a slash at its end
        if environ.get("PATH_INFO") in PROBES:
            environ["CONTENT_LENGTH"] = ""
            return application(environ, start_response)
        if environ.get("PATH_INFO") == UPLOADS and environ.get("REQUEST_METHOD") == "POST":
            environ["wsgi.input"] = _Upload(environ["wsgi.input"], environ.get("CONTENT_LENGTH", ""))
            return application(environ, start_response)
        environ["CONTENT_TYPE"] = _CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
        fault = _unreadable_type(environ["CONTENT_TYPE"]) or _read(environ)
        return _refuse(fault, environ, start_response) if fault else application(environ, start_response)

    return reading


class _Upload(io.RawIOBase):
    """A body of announced length, read as it arrives. Raises OSError where it broke off, which no file tells."""

    def __init__(self, body: io.RawIOBase, announced: str) -> None:
        self._body = body
        self._left = int(announced) if announced.isdecimal() and int(announced) <= UPLOAD_MAX_BYTES else 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(UPLOAD_READ_AT_ONCE), b""))
        wanted = min(size, self._left)
        found = self._body.read(wanted) if wanted else b""
        if wanted and not found:
            raise OSError("The upload broke off.")
        self._left -= len(found)
        return found


def _unreadable_type(content_type: str) -> Fault | None:
    """Django fails on a Content-Type whose parameters name an encoding that is none."""
    try:
        parse_header_parameters(content_type[:CONTENT_TYPE_MAX_LENGTH])
    except (LookupError, ValueError):
        return MEDIA_TYPE_UNSUPPORTED
    return MEDIA_TYPE_UNSUPPORTED if len(content_type) > CONTENT_TYPE_MAX_LENGTH else None


def _read(environ: dict) -> Fault | None:
    declared = environ.get("CONTENT_LENGTH", "")
    is_chunked = not declared and "HTTP_TRANSFER_ENCODING" in environ
    if not is_chunked and not declared.isdecimal():
        return None
    length = BODY_MAX_BYTES + 1 if is_chunked else int(declared)
    body = environ["wsgi.input"].read(length) if length <= BODY_MAX_BYTES + 1 else b""
    if is_chunked and body and environ["CONTENT_TYPE"].lower().startswith("application/x-www-form-urlencoded"):
        return CHUNKED_FORM
    if not is_chunked and len(body) < length <= BODY_MAX_BYTES:
        return BODY_BROKE_OFF
    environ["CONTENT_LENGTH"] = str(len(body) if is_chunked else length)
    environ["wsgi.input"] = io.BytesIO(body if len(body) <= BODY_MAX_BYTES else b"")
    return None


def _refuse(fault: Fault, environ: dict, start_response: Callable) -> Iterable[bytes]:
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"))
    logger.info("%s %s %d %s", environ.get("REQUEST_METHOD"), path, fault.http_status, fault.code)
    if path.startswith("/3cx/"):
        failures.remember(path, fault, None, "", None)
    answer = refusal_before_reading(environ.get("QUERY_STRING", ""), fault)
    body = json.dumps(answer.body).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(f"{answer.http_status} Refused", headers)
    return [body]
