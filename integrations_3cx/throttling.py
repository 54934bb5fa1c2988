"""How often a key may be used: API_RATE_LIMIT requests a minute, counted in each web process."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW_SECONDS = 60


class ApiTokenThrottle(BaseThrottle):
    def allow_request(self, request, view) -> bool:
        if not settings.API_RATE_LIMIT or request.auth is None:
            return True
        counter = f"api-token-{request.auth.pk}-{int(time.time() // WINDOW_SECONDS)}"
        cache.add(counter, 0, timeout=WINDOW_SECONDS)
        return cache.incr(counter) <= settings.API_RATE_LIMIT

    def wait(self) -> int:
        return WINDOW_SECONDS - int(time.time() % WINDOW_SECONDS)
