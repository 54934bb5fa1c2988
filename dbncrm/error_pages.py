"""What is answered where no view could answer: a page for people, the contract's JSON for a phone system."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

from integrations_3cx import failures
from integrations_3cx.answering import refusal_before_reading
from integrations_3cx.errors import BAD_REQUEST, RETRY_AFTER_OUTAGE_SECONDS, Fault

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, above all for a host name that ALLOWED_HOSTS does not list."""
    if not request.path_info.startswith("/3cx/"):
        return defaults.bad_request(request, exception)
    host = request.META.get("HTTP_HOST", "")[:60]
    said = Fault(BAD_REQUEST.http_status, BAD_REQUEST.code, f"{BAD_REQUEST.message} It asked for {host}.")
    failures.remember(request.path_info, said, None, "", None)
    answer = refusal_before_reading(request.META.get("QUERY_STRING", ""))
    return JsonResponse(answer.body, status=answer.http_status, headers={"Cache-Control": "no-store"})


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with a page that says so while the database does not answer; else 500."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    logger.error("The database does not answer: %s", str(error).partition("\n")[0])
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_OUTAGE_SECONDS)})
