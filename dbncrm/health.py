"""Whether this process answers, and whether it can work.

Answered before anything else looks at the request: a probe asks by plain http, and by address, not by name.
"""

import logging
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)

NOT_MIGRATED = "The database is not migrated: run python manage.py migrate."


class HealthMiddleware:
    """`/healthz` is 200 while the process answers; `/readyz` where the database answers and is migrated, else 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/healthz":
                return _answer("")
            case "/readyz":
                return _answer(_fault())
        return self.get_response(request)


def _answer(fault: str) -> JsonResponse:
    body = {"ok": not fault} | ({"message": fault} if fault else {})
    return JsonResponse(body, status=503 if fault else 200, headers={"Cache-Control": "no-store"})


def _fault() -> str:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        logger.error("The database does not answer: %s", str(error).partition("\n")[0])
        return "The database does not answer; the log tells why."
    is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "" if is_migrated else NOT_MIGRATED
