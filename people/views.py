"""The pages on which people sign in, and see to their own password and second factor."""

import io
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordChangeView, RedirectURLMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import FormView

from people import enrolment, remembered_browsers, second_factor, signing_in
from people.forms import CodeForm, EnrolmentForm, FirstCodeForm, NewPasswordForm, SignInForm

LOCKED_OUT_STATUS = 429


def before_second_factor(view):
    """Marks what a signed-in person may open whose second factor is missing as yet."""
    view.before_second_factor = True
    return view


class SignInView(LoginView):
    """The first step: the password."""

    authentication_form = SignInForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        is_signed_in = signing_in.begin(self.request, form.get_user())
        address = self.get_success_url()
        return HttpResponseRedirect(address if is_signed_in else with_next(reverse("code"), address))

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=_status(form))


@method_decorator([sensitive_post_parameters("code"), never_cache, login_not_required], name="dispatch")
class CodeView(RedirectURLMixin, FormView):
    """The second step: a code. Whoever has none as yet is led to set it up."""

    form_class = CodeForm
    template_name = "people/code.html"
    next_page = reverse_lazy("desk:start")

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        self.user = signing_in.waiting(request)
        return super().dispatch(request, *args, **kwargs) if self.user else self.nobody_waits()

    def nobody_waits(self) -> HttpResponse:
        if not self.request.user.is_authenticated:
            return redirect(with_next(reverse("login"), self.get_success_url()))
        if second_factor.is_missing(self.request.user):
            return redirect(with_next(reverse("people:second-factor"), self.get_success_url()))
        return redirect(self.get_success_url())

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"request": self.request, "user": self.user}

    def get_context_data(self, **context) -> dict:
        return super().get_context_data(**context) | {"next": self.get_redirect_url(), "who": self.user}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        signing_in.complete(self.request, self.user, form.device)
        response = self.signed_in()
        if form.cleaned_data["remember"]:
            remembered_browsers.remember(response, self.user)
        return response

    def signed_in(self) -> HttpResponse:
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=_status(form))


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What a person can see to: password, second factor, recovery codes."""
    context = {
        "app": second_factor.app_of(request.user),
        "codes_left": second_factor.recovery_codes_left(request.user),
        "groups": request.user.groups.order_by("name"),
    }
    return render(request, "people/account.html", context)


class PasswordView(PasswordChangeView):
    form_class = NewPasswordForm
    template_name = "people/password.html"
    success_url = reverse_lazy("people:account")

    def get_form(self, form_class=None) -> NewPasswordForm:
        fields = {"data": self.request.POST} if self.request.method == "POST" else {}
        return NewPasswordForm(self.request, **fields)

    def form_invalid(self, form: NewPasswordForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=_status(form))

    def form_valid(self, form) -> HttpResponse:
        said = _("Your password is changed, and you are signed out everywhere else.")
        messages.success(self.request, said)
        return super().form_valid(form)


@method_decorator([sensitive_post_parameters("code"), before_second_factor, never_cache], name="dispatch")
class EnrolmentView(RedirectURLMixin, FormView):
    """Asks for the code that an administrator made, before staff set up their app."""

    form_class = EnrolmentForm
    template_name = "people/enrolment.html"
    next_page = reverse_lazy("people:account")

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return super().dispatch(request, *args, **kwargs) if enrolment.is_awaited(request) else self._go_on()

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **context) -> dict:
        return super().get_context_data(**context) | {"next": self.get_redirect_url()}

    def form_valid(self, form: EnrolmentForm) -> HttpResponse:
        return self._go_on()

    def form_invalid(self, form: EnrolmentForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=_status(form))

    def _go_on(self) -> HttpResponse:
        return redirect(with_next(reverse("people:second-factor"), self.get_success_url()))


@method_decorator([before_second_factor, never_cache], name="dispatch")
class SecondFactorView(RedirectURLMixin, FormView):
    """Sets up an app, and shows recovery codes once, in the answer: no redirect carries and no session keeps them."""

    form_class = FirstCodeForm
    template_name = "people/second_factor.html"
    next_page = reverse_lazy("people:account")

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """Whoever has an app proves to have it, before another takes its place; new staff have an enrolment code."""
        if enrolment.is_awaited(request):
            return redirect(with_next(reverse("people:enrolment"), self.get_success_url()))
        if second_factor.app_of(request.user) and request.user.otp_device is None:
            return redirect(with_next(reverse("code"), request.get_full_path()))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **context) -> dict:
        person = self.request.user
        return super().get_context_data(**context) | {
            "secret": second_factor.secret_in_words(second_factor.prepare(self.request)),
            "is_required": second_factor.is_missing(person),
            "next": self.get_redirect_url(),
        }

    def form_valid(self, form: FirstCodeForm) -> HttpResponse:
        enrolment.end(self.request)
        signing_in.complete(self.request, self.request.user, form.device)
        return _recovery_codes(self.request, self.get_success_url())


@before_second_factor
@require_safe
@never_cache
def qr_code(request: HttpRequest) -> HttpResponse:
    """The secret of the app that a person is about to set up, as a picture to be scanned."""
    if enrolment.is_awaited(request):
        raise PermissionDenied
    picture = io.BytesIO()
    code = segno.make(second_factor.prepare(request).config_url, error="m", micro=False)
    code.save(picture, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_http_methods(["POST"])
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """A new set, for who has proved to have the second factor; the one before opens nothing any more."""
    if request.user.otp_device is None:
        return redirect("people:account")
    return _recovery_codes(request, reverse("people:account"))


def _recovery_codes(request: HttpRequest, go_on: str) -> HttpResponse:
    context = {"codes": second_factor.new_recovery_codes(request.user), "go_on": go_on}
    response = render(request, "people/recovery_codes.html", context)
    add_never_cache_headers(response)
    return response


def with_next(address: str, following: str) -> str:
    """An address that leads on to another."""
    return f"{address}?{urlencode({'next': following})}"


def _status(form: SignInForm | CodeForm | EnrolmentForm | NewPasswordForm) -> int:
    return LOCKED_OUT_STATUS if form.is_locked_out else 200
