"""Does a thing once for a key, however often and however concurrently it is asked."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from integrations_3cx.errors import KEY_REUSED, Refused
from integrations_3cx.models import IDEMPOTENCY_PERIOD, ApiToken, IdempotencyKey


def once(token: ApiToken, key: str, content: list[str], act: Callable[[], object], now: datetime) -> None:
    """Acts, unless this token did so under this key within the period; together or not at all.

    Raises Refused where the key came with other content. What `act` raises leaves the key unused.
    """
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    claim = {"content_digest": digest, "created_at": now}
    with transaction.atomic():
        stored, is_new = IdempotencyKey.objects.get_or_create(token=token, key=key, defaults=claim)
        outlived = IdempotencyKey.objects.filter(pk=stored.pk, created_at__lte=now - IDEMPOTENCY_PERIOD)
        if is_new or outlived.update(**claim):
            act()
        elif stored.content_digest != digest:
            raise Refused(KEY_REUSED)
