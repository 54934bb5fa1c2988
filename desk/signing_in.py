"""What becomes of a form that arrives without a valid sign-in: its words are shown, to be copied or sent again."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NOT_TYPED = {"csrfmiddlewaretoken", "submission", "password"}


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends visitors to sign in; who sent a form is first told that it was not saved."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if request.method == "POST":
            return not_saved(request, status=401)
        return super().handle_no_permission(request, view_func)


def not_saved(request: HttpRequest, reason: str = "", status: int = 403) -> HttpResponse:
    """The page for a form that came after the sign-in ended, or from before it (Django's CSRF check)."""
    typed = [value for name, value in request.POST.items() if name not in NOT_TYPED and not value.isdecimal()]
    context = {
        "typed": [value for value in typed if value.strip()],
        "has_session": status == 403,
        "sign_in": redirect_to_login(request.get_full_path()).url,
    }
    return render(request, "desk/not_saved.html", context, status=status)
