"""What is logged: a line for each request, and no key in any line."""

import logging
import re
import time
from collections.abc import Callable
from urllib.parse import quote

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse

_KEY = re.compile(r"(token(?:=|%3[dD])|dbn_)[^\s&\"']+", re.IGNORECASE)

logger = logging.getLogger("dbncrm.access")


class WithoutKeys(logging.Filter):
    """Takes keys out of what is logged: a client may have put one where it does not belong, such as the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        without = _KEY.sub(r"\1...", message)
        if without != message:
            record.msg, record.args = without, ()
        return True


class RefusalsInOneLine(logging.Filter):
    """Takes the traceback out of what is logged of a page that is not for somebody: nothing went wrong.

    Of what no page asks for, such as a filter that there is not, also what was asked: a query may hold a number.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, PermissionDenied | SuspiciousOperation):
            record.exc_info = record.exc_text = None
        if isinstance(error, SuspiciousOperation):
            record.msg, record.args = "Refused: %s", (type(error).__name__,)
        return True


class AccessLogMiddleware:
    """Logs method, path, status and milliseconds; never the query string. The path is escaped: it is one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = self.get_response(request)
        milliseconds = (time.monotonic() - started) * 1000
        logger.info("%s %s %d %.1f ms", request.method, quote(request.path), response.status_code, milliseconds)
        return response
