"""The back office's pages of imports. Registered by the app, beside what `admin` registers."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from contacts.admin import BackOfficeAdmin
from contacts.importing import files, reading, running, saving
from contacts.importing.forms import MOST_MEGABYTES, TARGET_LABELS, DialectForm, KeptRowsForm, MappingForm, UploadForm
from contacts.importing.mapping import Target
from contacts.importing.rejected import rejected_lines
from contacts.importing.wording import changes, fault_words, repair_words
from contacts.models.imports import DRAFTS, ImportMapping, ImportRun, Outcome, State

ROWS_SHOWN = 100
BEFORE_ROWS = [State.READING, State.REFUSED, State.DRAFT]
MULTIPART_MARGIN = 64 * 1024
# Files that have not been counted come before those of which no row was.
ROWS_DEALT_WITH = Case(
    When(state__in=BEFORE_ROWS, then=-1), default=F("new") + F("changed") + F("unchanged") + F("rejected")
)


@admin.register(ImportRun)
class ImportRunAdmin(BackOfficeAdmin):
    """Who may add imports also checks, runs, stops and undoes them; who may delete them discards them."""

    about = _("Files of contacts: uploaded, looked at row by row, imported, and undone if it was the wrong one.")
    when_empty = _(
        "Upload a CSV or XLSX file by “Add import”: nothing is written before you have seen what would become."
    )
    list_display = [
        *("file_name", "state", "rows_of_data", "new", "changed", "unchanged", "rejected", "created_by", "created_at")
    ]
    list_filter = ["state", "created_at"]
    list_select_related = ["created_by"]
    actions = None

    def has_change_permission(self, request, run=None) -> bool:
        return False

    def has_delete_permission(self, request, run=None) -> bool:
        return False

    def has_view_permission(self, request, run=None) -> bool:
        return super().has_view_permission(request, run) or self.has_add_permission(request)

    @admin.display(description=_("rows"), ordering=ROWS_DEALT_WITH)
    def rows_of_data(self, run: ImportRun) -> int | None:
        """How many rows were counted as what; a file that nobody has checked has not been counted."""
        return None if run.state in BEFORE_ROWS else run.rows_dealt_with

    def get_urls(self) -> list:
        def address(route: str, view: Callable, name: str):
            return path(route, self.admin_site.admin_view(view), name=f"contacts_importrun_{name}")

        return [
            # Who may not upload is told so before the file is read.
            address("add/", csrf_exempt(self.upload), "add"),
            address("<int:pk>/change/", self.show, "change"),
            address("<int:pk>/dialect/", require_POST(self.read_as), "dialect"),
            address("<int:pk>/mapping/", require_POST(self.take_as), "mapping"),
            address("<int:pk>/progress/", self.progress, "progress"),
            address("<int:pk>/rejected/", self.download_rejected, "rejected"),
            *(
                address(f"<int:pk>/{verb}/", require_POST(getattr(self, verb)), verb)
                for verb in ("start", "stop", "undo", "discard")
            ),
            *super().get_urls(),
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if int(request.META.get("CONTENT_LENGTH") or 0) > files.MOST_BYTES + MULTIPART_MARGIN:
            form = UploadForm({}, {})
            form.errors["file"] = form.error_class([_too_large()])
            return self._upload_page(request, form, status=413)
        return csrf_protect(self._uploaded)(request)

    def _uploaded(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_bound and form.is_valid():
            try:
                return self._to(form.save(by=request.user))
            except ValidationError as error:
                form.add_error("file", error)
        return self._upload_page(request, form)

    def _upload_page(self, request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
        limits = {"most_megabytes": MOST_MEGABYTES, "most_rows": f"{reading.MOST_ROWS:,}", "most": reading.MOST_COLUMNS}
        context = self._context(request, _("Import contacts")) | {"form": form, **limits}
        return TemplateResponse(request, "admin/contacts/importrun/upload.html", context, status=status)

    def show(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(request, self._run(request, pk))

    def _page(self, request: HttpRequest, run: ImportRun, dialect=None, mapping=None, status=200) -> HttpResponse:
        """The run as it stands; where its columns can still be chosen, with the forms, which may hold errors."""
        may_choose = run.state in DRAFTS and self.has_add_permission(request)
        context = self._context(request, run.file_name) | {
            "run": run,
            "object": run,
            "has_rows": run.state not in BEFORE_ROWS,
            "may_add": self.has_add_permission(request),
            "may_discard": request.user.has_perm("contacts.delete_importrun") and run.may_be_discarded,
            "dialect": may_choose and (dialect or DialectForm(run)),
            "mapping": may_choose and (mapping or MappingForm(run)),
            **self._rows(request, run),
        }
        return TemplateResponse(request, "admin/contacts/importrun/run.html", context, status=status)

    def _rows(self, request: HttpRequest, run: ImportRun) -> dict:
        form = KeptRowsForm({"show": "kept"} if run.kept and "show" not in request.GET else request.GET)
        is_check = run.state in [State.CHECKING, State.CHECKED]
        found = run.kept_rows.filter(**form.filters()).select_related("contact")
        if is_check and form.shown == Outcome.CHANGED:
            found = found.filter(before__isnull=False)
        rows = list(found[: ROWS_SHOWN + 1])
        for row in rows:
            row.changes = changes(row.before, row.after)
            row.reasons = [fault_words(fault) for fault in row.faults]
            row.mended = [{**repair, "words": repair_words(repair)} for repair in row.repairs]
        return {
            "shown": form.shown,
            "kept_rows": rows[:ROWS_SHOWN],
            "has_more": len(rows) > ROWS_SHOWN,
            "is_check": is_check,
            "most_changes": saving.CHANGES_OF_A_CHECK,
        }

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A piece of the page, for the script that keeps it as it is."""
        context = {"run": self._run(request, pk)}
        return TemplateResponse(request, "admin/contacts/importrun/_progress.html", context)

    def read_as(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run_to_work_on(request, pk)
        if run.state not in DRAFTS:
            return self._not_now(request, run)
        form = DialectForm(run, request.POST)
        if not form.is_valid():
            return self._page(request, self._run(request, pk), dialect=form)
        return self._to(run) if files.store_choices(run) else self._not_now(request, run)

    def take_as(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run_to_work_on(request, pk)
        if run.state not in DRAFTS:
            return self._not_now(request, run)
        form = MappingForm(run, request.POST)
        if not form.is_valid():
            return self._page(request, run, mapping=form)
        form.save()
        return self._ask(request, run, State.CHECKING)

    def start(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._ask(request, self._run_to_work_on(request, pk), State.IMPORTING)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._ask(request, self._run_to_work_on(request, pk), State.UNDOING)

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run_to_work_on(request, pk)
        try:
            running.stop(run)
        except running.NotNow:
            return self._not_now(request, run)
        return self._to(run)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run_to_work_on(request, pk)
        if not request.user.has_perm("contacts.delete_importrun"):
            raise PermissionDenied
        try:
            running.discard(run)
        except running.NotNow:
            return self._not_now(request, run)
        said = _("{file} is discarded; contacts that it brought stay.").format(file=run.file_name)
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:contacts_importrun_changelist")

    def download_rejected(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        run = self._run(request, pk)
        response = StreamingHttpResponse(rejected_lines(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="rejected-rows-{run.pk}.csv"'
        return response

    def _ask(self, request: HttpRequest, run: ImportRun, work: State) -> HttpResponse:
        try:
            running.ask(run, work, by=request.user)
        except running.NotNow:
            return self._not_now(request, run)
        return self._to(run)

    def _not_now(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        said = _("The import has gone on meanwhile: look at what it is now.")
        self.message_user(request, said, messages.WARNING)
        return self._to(run)

    def _to(self, run: ImportRun) -> HttpResponseRedirect:
        return redirect(reverse("admin:contacts_importrun_change", args=[run.pk]))

    def _run(self, request: HttpRequest, pk: int) -> ImportRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(ImportRun, pk=pk)

    def _run_to_work_on(self, request: HttpRequest, pk: int) -> ImportRun:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._run(request, pk)

    def _context(self, request: HttpRequest, title: str) -> dict:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}


@admin.register(ImportMapping)
class ImportMappingAdmin(BackOfficeAdmin):
    """Mappings are saved on the page of an import; here they are looked at, renamed and deleted."""

    about = _("Which column of a file is what, kept under a name for the next file of the kind.")
    when_empty = _("A mapping is saved on the page of an import, where the columns are chosen.")
    list_display = ["name", "keep_rule", "shared_rule"]
    fields = ["name", "columns_in_words", "keep_rule", "shared_rule"]
    readonly_fields = ["columns_in_words"]

    def has_add_permission(self, request) -> bool:
        return False

    @admin.display(description=_("columns"))
    def columns_in_words(self, mapping: ImportMapping) -> SafeString:
        """By heading, what is not imported last: PostgreSQL does not keep the file's order."""
        columns = sorted(mapping.columns.items(), key=lambda item: (item[1][0] == Target.NOTHING, item[0]))
        told = [(heading, TARGET_LABELS[Target(target)], label) for heading, (target, label) in columns]
        return render_to_string("admin/contacts/importmapping/_columns.html", {"columns": told})


def _too_large() -> str:
    return _("The file has more than {most} MB. Split it, and import its parts one after the other.").format(
        most=MOST_MEGABYTES
    )
