"""What becomes of a form that arrives without a valid sign-in: its words are shown, to be copied or sent again."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_POST

from desk.requests import wants_json
from people import second_factor, signing_in
from people.forms import CodeForm, SignInForm
from people.views import LOCKED_OUT_STATUS, CodeView, SignInView

# What agents type. Nothing else is shown back: a form may hold a password or a key.
TYPED = ["comments", "name", "number", "label", "company", "email", "remarks", "reason"]


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends visitors to sign in; who sent words is first told that they were not saved. A script is told in JSON.

    So is staff whose second factor is missing: until it is given, nobody has signed in.
    """

    def process_view(self, request: HttpRequest, view_func: Callable, args, kwargs) -> HttpResponse | None:
        refusal = super().process_view(request, view_func, args, kwargs)
        is_open = not getattr(view_func, "login_required", True) or hasattr(view_func, "before_second_factor")
        if refusal or is_open or not second_factor.is_missing(request.user):
            return refusal
        return self.handle_no_permission(request, view_func)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if wants_json(request):
            return JsonResponse({"error": "signed_out"}, status=401)
        if _words(request):
            return _not_saved(request, status=401)
        if request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("code"))
        return super().handle_no_permission(request, view_func)


class SignInAgainView(SignInView):
    """Signs in on the page on which a sign-in ran out, for its script: tells in JSON who is signed in, and a token."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return _who_is_signed_in(request)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        if not signing_in.begin(self.request, form.get_user()):
            return JsonResponse({"asks_for_code": True, "csrf": get_token(self.request)}, status=202)
        if not second_factor.is_missing(self.request.user):
            return _who_is_signed_in(self.request)
        said = _("You need a second factor now. Set it up in another tab, at {address}; then come back and save again.")
        address = self.request.build_absolute_uri(reverse("people:second-factor"))
        return JsonResponse({"errors": [said.format(address=address)], "csrf": get_token(self.request)}, status=400)

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        return _errors(form)


@method_decorator(require_POST, name="dispatch")
class CodeAgainView(CodeView):
    """The second step, for the script."""

    def nobody_waits(self) -> HttpResponse:
        said = _("That took too long. Give your password again.")
        return JsonResponse({"errors": [said], "asks_for_password": True}, status=400)

    def signed_in(self) -> HttpResponse:
        return _who_is_signed_in(self.request)

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        return _errors(form)


def _who_is_signed_in(request: HttpRequest) -> JsonResponse:
    agent = None if second_factor.is_missing(request.user) else request.user.pk
    return JsonResponse({"agent": agent, "csrf": get_token(request)})


def _errors(form: SignInForm | CodeForm) -> JsonResponse:
    errors = [str(error) for errors in form.errors.values() for error in errors]
    return JsonResponse({"errors": errors}, status=LOCKED_OUT_STATUS if form.is_locked_out else 400)


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
        "is_signed_in": request.user.is_authenticated and not second_factor.is_missing(request.user),
        "sign_in": redirect_to_login(request.get_full_path()).url,
    }
    response = render(request, "desk/not_saved.html", context, status=status)
    add_never_cache_headers(response)
    return response
