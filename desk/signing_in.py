"""What becomes of a form that arrives without a valid sign-in: its words are shown, to be copied or sent again."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.csrf import csrf_failure

# What agents type. Nothing else is shown back: a form may hold a password or a key.
TYPED = ["comments", "name", "number", "label", "company", "email", "remarks", "reason"]


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends visitors to sign in; who sent words is first told that they were not saved."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if _words(request):
            return _not_saved(request, status=401)
        return super().handle_no_permission(request, view_func)


def not_saved(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form from before the sign-in (Django's CSRF check)."""
    return _not_saved(request, status=403) if _words(request) else csrf_failure(request, reason)


def _words(request: HttpRequest) -> list[str]:
    """What an agent typed into a form of the desk."""
    if request.method != "POST" or request.path_info.startswith(("/admin/", "/login/")):
        return []
    return [words for name in TYPED if (words := request.POST.get(name, "")).strip()]


def _not_saved(request: HttpRequest, status: int) -> HttpResponse:
    context = {
        "typed": _words(request),
        "is_signed_in": request.user.is_authenticated,
        "sign_in": redirect_to_login(request.get_full_path()).url,
    }
    response = render(request, "desk/not_saved.html", context, status=status)
    add_never_cache_headers(response)
    return response
