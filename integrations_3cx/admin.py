from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import add_never_cache_headers

from contacts.admin import BackOfficeAdmin
from integrations_3cx import crm_template, doctor
from integrations_3cx.forms import ApiTokenForm, DoctorForm, NewApiTokenForm
from integrations_3cx.models import ApiToken, FailedRequest, revoke

FAILURES_SHOWN = 200


@admin.register(ApiToken)
class ApiTokenAdmin(BackOfficeAdmin):
    """A key is shown once, by the answer that makes it: no redirect carries it, no session keeps it."""

    about = _(
        "Keys by which 3CX asks and reports. A key is shown once, when it is made; revoked, it is refused at once."
    )
    when_empty = _("Make one by “Add API token”, or on the page Connect 3CX, where each use has its button.")
    instead_of_deleting = _(
        "A token is not deleted but revoked, by the action in the list: what it did stays readable."
    )
    list_display = ["name", "key_begins", "scopes_in_words", "state", "last_used_at", "last_used_from", "created_at"]
    actions = ["revoke"]
    readonly_fields = [
        *("key_begins", "state", "last_used_at", "last_used_from", "last_lookup_at", "last_note_at"),
        *("last_contacts_at", "last_journal_at", "template_version", "created_at"),
    ]

    def get_form(self, request, token=None, **kwargs):
        return super().get_form(request, token, form=ApiTokenForm if token else NewApiTokenForm, **kwargs)

    def get_fields(self, request, token=None) -> list[str]:
        if token is None:
            return ["name", "scopes", "allowed_networks", "expires_at", "existing_key", "submission"]
        return ["name", "scopes", "allowed_networks", "expires_at", *self.readonly_fields]

    def get_readonly_fields(self, request, token=None) -> list[str]:
        return self.readonly_fields if token else []

    def has_delete_permission(self, request, token=None) -> bool:
        return False

    def response_add(self, request: HttpRequest, token: ApiToken, post_url_continue=None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The key, shown once"),
            "opts": self.opts,
            "token": token,
            "key": token.key,
            "base_url": settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/"),
        }
        response = TemplateResponse(request, "admin/integrations_3cx/apitoken/key.html", context)
        add_never_cache_headers(response)
        return response

    def get_urls(self) -> list:
        return [
            path("connect/", self.admin_site.admin_view(self.connect), name="connect_3cx"),
            path("connect/template/", self.admin_site.admin_view(self.download_template), name="crm_template"),
            *super().get_urls(),
        ]

    def connect(self, request: HttpRequest) -> HttpResponse:
        """What a 3CX administrator needs: addresses, the template, and what is wrong."""
        self._require_view(request)
        form = DoctorForm(request.GET if "caller" in request.GET else None, initial={"token": _token_to_try()})
        examination = None
        if form.is_valid():
            may_see_contacts = request.user.has_perm("contacts.view_contact")
            examination = doctor.examine(
                form.cleaned_data["caller"], form.cleaned_data["token"], with_contacts=may_see_contacts
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Connect 3CX"),
            "opts": self.opts,
            "base_url": settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/"),
            "checks": doctor.checks(),
            "version": crm_template.VERSION,
            "form": form,
            "examination": examination,
            "tokens": ApiToken.objects.filter(revoked_at=None),
            "failures": FailedRequest.objects.all()[:FAILURES_SHOWN],
        }
        return TemplateResponse(request, "admin/integrations_3cx/connect.html", context)

    def download_template(self, request: HttpRequest) -> HttpResponse:
        """The CRM template as a file, for the address that people open."""
        self._require_view(request)
        if not settings.PUBLIC_URL:
            said = _("Set PUBLIC_URL first: the template tells 3CX that address.")
            self.message_user(request, said, messages.ERROR)
            return redirect("admin:connect_3cx")
        return HttpResponse(
            crm_template.xml(settings.PUBLIC_URL),
            content_type="application/xml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{crm_template.FILE_NAME}"'},
        )

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """The address of the form may give a name and scopes; never a key, which others would know then."""
        initial = super().get_changeform_initial_data(request)
        named = {"name": initial["name"]} if "name" in initial else {}
        return named | ({"scopes": initial["scopes"].split(",")} if "scopes" in initial else {})

    @admin.display(description=_("key"))
    def key_begins(self, token: ApiToken) -> str:
        return f"{token.prefix}…"

    @admin.display(description=_("scopes"))
    def scopes_in_words(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=_("state"))
    def state(self, token: ApiToken) -> str:
        if token.revoked_at:
            return _("revoked")
        return _("in force") if token.is_valid(at=timezone.now()) else _("expired")

    @admin.action(description=_("Revoke selected API tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        count = revoke(tokens)
        said = _("Revoked: {count}. Their keys are refused from now on.") if count else _("They were revoked before.")
        self.message_user(request, said.format(count=count), messages.SUCCESS)


def _token_to_try() -> ApiToken | None:
    """The token that was used last, for it is the one that somebody is trying."""
    in_force = ApiToken.objects.filter(revoked_at=None)
    return in_force.order_by(F("last_used_at").desc(nulls_last=True), "pk").first()
