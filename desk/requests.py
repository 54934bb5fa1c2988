"""How pages and their scripts ask."""

from django.http import HttpRequest

# Whoever had to sign in for a click is led back to it by GET.
READ_OR_SEND = ["GET", "HEAD", "POST"]


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks: pages never do."""
    return request.headers.get("Accept") == "application/json"


def is_anothers(request: HttpRequest) -> bool:
    """Whether what is sent was typed on the page of another agent than who is signed in now."""
    return request.POST.get("agent", str(request.user.pk)) != str(request.user.pk)
