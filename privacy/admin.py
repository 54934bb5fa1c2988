"""The back office's pages for privacy: what is held about somebody, erasing, and for how long what is kept."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from contacts import phone, subjects
from contacts.acting import acting
from contacts.admin import BackOfficeAdmin, TracedAdmin
from contacts.erasing import ImportUnderWay
from contacts.models import Contact
from contacts.subjects import Subject
from privacy import erasing, held, retention
from privacy.erasing import Part
from privacy.forms import EraseForm, RetentionForm, WhomForm
from privacy.models import Deed, RetentionPeriod

READ, ERASE = "privacy.read_held", "privacy.erase_person"


def address_of(name: str, whom: Contact | str) -> str:
    asked = {"number": whom} if isinstance(whom, str) else {"contact": whom.pk}
    return f"{reverse(f'admin:{name}')}?{urlencode(asked)}"


@admin.register(Deed)
class DeedAdmin(BackOfficeAdmin):
    """The list of what was done, with the way to do it by number; contacts' pages lead here too."""

    about = gettext_lazy(
        "All that is held about a person as one file, and erasing a person. Below, each file that was written and each"
        " erasure, which names nobody."
    )
    when_empty = gettext_lazy("No file was written, and nobody erased, as yet.")
    list_display = ["at", "kind", "about", "done_by"]
    list_display_links = None
    list_filter = ["kind", "at"]
    sortable_by = ["at"]
    actions = None
    change_list_template = "admin/privacy/deeds.html"

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, deed=None) -> bool:
        return False

    def has_delete_permission(self, request, deed=None) -> bool:
        return False

    def has_view_permission(self, request, deed=None) -> bool:
        return super().has_view_permission(request, deed) or request.user.has_perm(READ) or request.user.has_perm(ERASE)

    def get_urls(self) -> list:
        return [
            path("about/", self._page(require_safe(self.what_is_held), READ, ERASE), name="privacy_about"),
            path("file/", self._page(require_safe(self.file), READ), name="privacy_file"),
            path("erase/", self._page(self.erase, ERASE), name="privacy_erase"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": _("Files and erasures"), "whom": WhomForm()} | (extra_context or {})
        )

    def what_is_held(self, request: HttpRequest) -> HttpResponse:
        """How much is held about somebody, and what may be done with it."""
        form = WhomForm(request.GET)
        if not form.is_valid():
            return self._answer(request, "whom", _("What is held about somebody"), whom=form)
        whom = form.contact_or_number
        context = {
            **self._who(whom),
            "parts": _there(erasing.preview(_held_about(whom))),
            "file_address": address_of("privacy_file", whom) if request.user.has_perm(READ) else "",
            "erase_address": address_of("privacy_erase", whom) if request.user.has_perm(ERASE) else "",
        }
        return self._answer(request, "about", _("What is held about {whom}").format(whom=context["name"]), **context)

    def file(self, request: HttpRequest) -> HttpResponse:
        subject = _held_about(self._asked(request))
        text = held.written(subject)
        attached = f'attachment; filename="{held.file_name(subject)}"'
        headers = {"Content-Disposition": attached, "Cache-Control": "no-store"}
        return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)

    def erase(self, request: HttpRequest) -> HttpResponse:
        """Shows what goes and what stays, and erases it once the words are written."""
        whom = self._asked(request)
        is_looking = "look" in request.POST
        chosen = {"numbers": request.POST.getlist("numbers")} if is_looking else None
        form = EraseForm(None if is_looking else request.POST or None, whom=whom, initial=chosen)
        if form.is_valid():
            try:
                return self._erased(request, form)
            except (ImportUnderWay, erasing.KeyMissing, erasing.NotAsSeen) as error:
                form.add_error(None, erasing.refusal(error))
        parts = erasing.preview(form.subject())
        context = {**self._who(whom), "form": form, "parts": _there(parts), "seen": erasing.seen(parts)}
        context["about_address"] = address_of("privacy_about", whom)
        return self._answer(request, "erase", _("Erase {whom}?").format(whom=context["name"]), **context)

    def _erased(self, request: HttpRequest, form: EraseForm) -> HttpResponseRedirect:
        with acting(request.user):
            erasing.erase(form.subject(), form.cleaned_data["seen"])
        said = _("Erased for good. Backups hold it for as long as they are kept.")
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:privacy_deed_changelist")

    def _who(self, whom: Contact | str) -> dict:
        if isinstance(whom, str):
            return {"name": phone.display(whom), "number": whom, "contacts": subjects.holders(whom)}
        return {"name": whom.name, "contact": whom, "numbers": subjects.known_numbers(whom)}

    def _asked(self, request: HttpRequest) -> Contact | str:
        form = WhomForm(request.GET)
        if not form.is_valid():
            raise Http404("There is nobody there.")
        return form.contact_or_number

    def _page(self, view: Callable, *rights: str) -> Callable:
        """A page for those who have any of the rights."""

        def page(request: HttpRequest) -> HttpResponse:
            if not any(map(request.user.has_perm, rights)):
                raise PermissionDenied
            return view(request)

        return self.admin_site.admin_view(page)

    def _answer(self, request: HttpRequest, template: str, title: str, **context) -> TemplateResponse:
        common = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/privacy/{template}.html", common | context)


def _there(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.count]


def _held_about(whom: Contact | str) -> Subject:
    return subjects.of_number(whom) if isinstance(whom, str) else subjects.of_contact(whom)


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(TracedAdmin):
    """One page with a field for each kind of record; its history is among all changes."""

    about = gettext_lazy("For how many days each kind of record is kept. Empty is for good, as it comes.")

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, period=None) -> bool:
        return False

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.changelist_view)
        of_one = self.admin_site.admin_view(self._among_all)
        return [
            path("", view, name="privacy_retentionperiod_changelist"),
            path("<path:object_id>/change/", of_one, name="privacy_retentionperiod_change"),
        ]

    def _among_all(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        """A period has no page of its own; what tells of its changes leads here."""
        return redirect("admin:privacy_retentionperiod_changelist")

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = RetentionForm(request.POST or None)
        is_looking = "look" in request.POST
        if request.method == "POST" and not is_looking:
            if not self.has_change_permission(request):
                raise PermissionDenied
            if form.is_valid():
                return self._saved(request, form.save())
        outlook = retention.outlook(days=form.cleaned_data) if is_looking and form.is_valid() else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Retention periods"),
            "opts": self.opts,
            "about": self.about,
            "form": form,
            "rows": _rows(form, {outcome.kind.name: outcome for outcome in outlook}),
            "nothing_goes": outlook and not any(outcome.before for outcome in outlook),
            "may_change": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/privacy/retention.html", context)

    def _saved(self, request: HttpRequest, changed: int) -> HttpResponseRedirect:
        said = ngettext("Stored: {count} period is another now.", "Stored: {count} periods are others now.", changed)
        self.message_user(request, said.format(count=changed), messages.SUCCESS)
        return redirect("admin:privacy_retentionperiod_changelist")


def _rows(form: RetentionForm, outlook: dict[str, retention.Outcome]) -> list[tuple]:
    """The fields, each with when its kind was last run, and what would go now."""
    stored = {period.kind: period for period in RetentionPeriod.objects.all()}
    return [(field, stored.get(field.name), outlook.get(field.name)) for field in form]
