"""What becomes of a form that arrives without a valid sign-in: its words are shown, to be copied or sent again."""

from collections.abc import Callable

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.csrf import csrf_failure

from desk.requests import wants_json

# What agents type. Nothing else is shown back: a form may hold a password or a key.
TYPED = ["comments", "name", "number", "label", "company", "email", "remarks", "reason"]


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends visitors to sign in; who sent words is first told that they were not saved. A script is told in JSON."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if wants_json(request):
            return JsonResponse({"error": "signed_out"}, status=401)
        if _words(request):
            return _not_saved(request, status=401)
        return super().handle_no_permission(request, view_func)


class SignInAgainView(LoginView):
    """Signs in on the page on which a sign-in ran out, for its script: tells in JSON who is signed in, and a token."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return JsonResponse({"agent": request.user.pk, "csrf": get_token(request)})

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        super().form_valid(form)
        return self.get(self.request)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return JsonResponse({"errors": [str(error) for errors in form.errors.values() for error in errors]}, status=400)


def not_saved(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form from before the sign-in (Django's CSRF check)."""
    if wants_json(request):
        return JsonResponse({"error": "stale"}, status=403)
    return _not_saved(request, status=403) if _words(request) else csrf_failure(request, reason)


def typed_by_another(request: HttpRequest) -> HttpResponse:
    """The answer to words that were typed by another agent than who is signed in now: they are nobody else's."""
    return JsonResponse({"error": "signed_out"}, status=401) if wants_json(request) else _not_saved(request, status=403)


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
