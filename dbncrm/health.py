"""Whether this process answers, and whether it can work."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache


@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where the database answers and is migrated; else 503 with what is wrong."""
    try:
        fault = "" if _is_migrated() else "The database is not migrated: run python manage.py migrate."
    except DatabaseError:
        fault = "The database does not answer."
    return JsonResponse({"ok": not fault} | ({"message": fault} if fault else {}), status=503 if fault else 200)


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
