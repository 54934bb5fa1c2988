"""The back office's page by which a list of numbers is imported into the ledger: looked at first, then written."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from callnotes.import_forms import MOST_MEGABYTES, MOST_ROWS, NumbersForm, too_much
from callnotes.importing_do_not_disturb import Ledger, Outcome, Tally, rejected_lines, tally

REJECTED_SHOWN = 100
TEMPLATES = "admin/callnotes/donotdisturb/import"


class ImportNumbersMixin:
    """For the ledger's ModelAdmin. Who may add entries may import them."""

    def get_urls(self) -> list:
        # Who may not import is told so before the file is read.
        page = self.admin_site.admin_view(csrf_exempt(self.import_numbers))
        return [path("import/", page, name="callnotes_donotdisturb_import"), *super().get_urls()]

    def import_numbers(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            form = NumbersForm({}, {})
            form.errors["file"] = form.error_class(too_much().messages)
            return self._upload_page(request, form, status=413)
        return csrf_protect(self._numbers_sent)(request)

    def _numbers_sent(self, request: HttpRequest) -> HttpResponse:
        form = NumbersForm(request.POST, request.FILES) if request.method == "POST" else NumbersForm()
        if not form.is_valid():
            return self._upload_page(request, form)
        if "download" in request.POST:
            return _download(form.ledger, tally(form.ledger.take(request.user, check=True)))
        if "import" in request.POST:
            return self._imported(request, form)
        return self._result_page(request, form, tally(form.ledger.take(request.user, check=True)))

    def _imported(self, request: HttpRequest, form: NumbersForm) -> HttpResponse:
        """To the list; where rows were rejected, the page that has them: nothing else keeps them."""
        found = tally(form.ledger.take(request.user))
        if found.rejected:
            return self._result_page(request, form, found, is_imported=True)
        said = _("Added: {added}, unchanged: {unchanged}, lifted or over: {past}.")
        counts = {"added": Outcome.ADDED, "unchanged": Outcome.UNCHANGED, "past": Outcome.PAST}
        words = said.format(**{name: f"{found.counts[outcome]:,}" for name, outcome in counts.items()})
        self.message_user(request, words, messages.SUCCESS)
        return redirect("admin:callnotes_donotdisturb_changelist")

    def _upload_page(self, request: HttpRequest, form: NumbersForm, status: int = 200) -> HttpResponse:
        limits = {"megabytes": MOST_MEGABYTES, "rows": f"{MOST_ROWS:,}"}
        context = self._page_context(request) | {"form": form, **limits}
        return TemplateResponse(request, f"{TEMPLATES}_upload.html", context, status=status)

    def _result_page(
        self, request: HttpRequest, form: NumbersForm, found: Tally, *, is_imported: bool = False
    ) -> HttpResponse:
        context = self._page_context(request) | {
            "text": form.text,
            "headings": form.ledger.headings,
            "read_headings": form.ledger.read_headings,
            "counts": {outcome.value: found.counts[outcome] for outcome in Outcome},
            "rejected": found.rejected[:REJECTED_SHOWN],
            "has_more": len(found.rejected) > REJECTED_SHOWN,
            "shown_at_most": REJECTED_SHOWN,
            "is_imported": is_imported,
        }
        return TemplateResponse(request, f"{TEMPLATES}_result.html", context)

    def _page_context(self, request: HttpRequest) -> dict:
        return {**self.admin_site.each_context(request), "title": _("Import numbers"), "opts": self.opts}


def _download(ledger: Ledger, found: Tally) -> StreamingHttpResponse:
    name = f"do-not-disturb-rejected-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    lines = rejected_lines(ledger.headings, found.rejected)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
