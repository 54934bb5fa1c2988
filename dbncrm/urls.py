"""The whole map of addresses, but for `/healthz` and `/readyz`, which are answered before it is read."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from desk.signing_in import CodeAgainView, SignInAgainView
from people.views import CodeView, SignInView

urlpatterns = [
    # First what stands between a caller and an agent.
    path("3cx/", include("integrations_3cx.urls")),
    path("", include("desk.urls")),
    path("account/", include("people.urls")),
    # The back office's own page would let staff in without a second factor.
    path("admin/login/", SignInView.as_view()),
    # Likewise, it would let who found a browser guess the password for ever.
    path("admin/password_change/", RedirectView.as_view(pattern_name="people:password")),
    path("admin/", admin.site.urls),
    path("login/again/", SignInAgainView.as_view(), name="sign-in-again"),
    path("login/again/code/", CodeAgainView.as_view(), name="code-again"),
    path("login/code/", CodeView.as_view(), name="code"),
    path("login/", SignInView.as_view(), name="login"),
    path("language/", login_not_required(set_language), name="language"),
    path("logout/", login_not_required(LogoutView.as_view()), name="logout"),
]

handler400 = "dbncrm.error_pages.bad_request"
handler500 = "dbncrm.error_pages.server_error"
