from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import add_never_cache_headers

from contacts.admin import BackOfficeAdmin
from integrations_3cx.forms import ApiTokenForm, NewApiTokenForm
from integrations_3cx.models import ApiToken, revoke


@admin.register(ApiToken)
class ApiTokenAdmin(BackOfficeAdmin):
    """A key is shown once, by the answer that makes it: no redirect carries it, no session keeps it."""

    list_display = ["name", "key_begins", "scopes_in_words", "state", "last_used_at", "last_used_from", "created_at"]
    actions = ["revoke"]
    readonly_fields = ["key_begins", "state", "last_used_at", "last_used_from", "created_at"]

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
            "title": "The key, shown once",
            "opts": self.opts,
            "token": token,
            "key": token.key,
            "base_url": settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/"),
        }
        response = TemplateResponse(request, "admin/integrations_3cx/apitoken/key.html", context)
        add_never_cache_headers(response)
        return response

    @admin.display(description="key")
    def key_begins(self, token: ApiToken) -> str:
        return f"{token.prefix}…"

    @admin.display(description="scopes")
    def scopes_in_words(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        if token.revoked_at:
            return "revoked"
        return "in force" if token.is_valid(at=timezone.now()) else "expired"

    @admin.action(description="Revoke selected API tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        count = revoke(tokens)
        said = f"Revoked: {count}. Their keys are refused from now on." if count else "They were revoked before."
        self.message_user(request, said, messages.SUCCESS)
