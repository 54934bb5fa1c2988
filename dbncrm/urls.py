"""The whole map of addresses."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from dbncrm import health

urlpatterns = [
    path("", include("desk.urls")),
    path("3cx/", include("integrations_3cx.urls")),
    path("admin/", admin.site.urls),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "dbncrm.error_pages.bad_request"
handler500 = "dbncrm.error_pages.server_error"
