"""What scripts of a page ask for again and again: a fragment, and nothing while nothing is new."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def fragment(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """The fragment with its ETag; 204 where the `seen` of the address is that of this one, or both are of nothing."""
    text = render_to_string(template, context, request).strip()
    etag = hashlib.sha256(text.encode()).hexdigest()[:32] if text else ""
    kept_nowhere = {"Cache-Control": "no-store"}
    if request.GET.get("seen", "") == etag:
        return HttpResponse(status=204, headers=kept_nowhere)
    return HttpResponse(text, headers={"ETag": f'"{etag}"', **kept_nowhere})
