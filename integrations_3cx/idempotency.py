"""Does a thing once for a key, however often and however concurrently it is asked."""

import json
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from integrations_3cx import keys
from integrations_3cx.errors import KEY_REUSED, Refused
from integrations_3cx.models import IDEMPOTENCY_PERIOD, ApiToken, IdempotencyKey


def once(token: ApiToken, key: str, content: list[str], act: Callable[[], object], now: datetime) -> None:
    """Acts, unless this token did so under this key within the period; together or not at all.

    Raises Refused where the key came with other content. What `act` raises leaves the key unused.
    """
    # The oldest pepper, so that a new one in front does not tell repeated notes from their first.
    digest = keys.digest(json.dumps(content), settings.TOKEN_PEPPERS[-1])
    claim = {"content_digest": digest, "created_at": now}
    with transaction.atomic():
        claimed, is_new = IdempotencyKey.objects.get_or_create(token=token, key=key, defaults=claim)
        if not is_new:
            # Read again under a lock: a concurrent request may be renewing an outlived claim.
            claimed = IdempotencyKey.objects.select_for_update().get(pk=claimed.pk)
            if claimed.created_at > now - IDEMPOTENCY_PERIOD:
                if claimed.content_digest != digest:
                    raise Refused(KEY_REUSED)
                return
            IdempotencyKey.objects.filter(pk=claimed.pk).update(**claim)
        act()
