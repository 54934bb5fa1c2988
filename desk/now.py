"""What wants the agent now, shown on every page and asked for again and again by its script."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from callnotes import drafts
from callnotes.models import Callback
from desk.polling import fragment

SHOWN_AT_MOST = 5
# A reminder goes away by itself; the callback stays on its list.
FRESH = timedelta(minutes=15)


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Callbacks that are due for the agent or for anyone, and unfinished wrap-ups. Two queries of its own."""
    moment = timezone.now()
    due = list(Callback.objects.due(moment).for_agent(request.user).order_by("-due_at", "-pk")[: SHOWN_AT_MOST + 1])
    context = {
        "now": moment.replace(second=0, microsecond=0),
        "due": due,
        "fresh": [callback for callback in due if callback.due_at > moment - FRESH],
        "unfinished": list(drafts.unfinished(request.user)[: SHOWN_AT_MOST + 1]),
        "limit": SHOWN_AT_MOST,
    }
    return fragment(request, "desk/_now.html", context)
