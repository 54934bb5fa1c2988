"""The back office's pages on contacts that may be one: found, compared, merged, and parted again."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts import dates, duplicates, merge_words, merging, unmerging
from contacts.merge_forms import CompareForm, DismissedForm, MergeForm, PairForm, PlaceForm
from contacts.models import Duplicate, Merge

ROWS_ON_A_PAGE = 20
# About what is looked through while somebody waits; the command has no end.
SEARCHED_BY_A_CLICK = 5_000


class MergingAdmin(admin.ModelAdmin):
    """Pages of its own instead of Django's, all by one permission: to merge contacts."""

    def has_view_permission(self, request: HttpRequest, row=None) -> bool:
        return request.user.has_perm("contacts.merge_contact")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, row=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, row=None) -> bool:
        """With its contact alone: there is no page for it."""
        return request.user.has_perm("contacts.delete_contact")

    def page(self, view):
        """The view for those who may merge."""

        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return self.admin_site.admin_view(guarded)

    def answer(self, request: HttpRequest, template: str, title: str, status: int = 200, **context) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/contacts/{template}.html", context, status=status)


@admin.register(Duplicate)
class DuplicateAdmin(MergingAdmin):
    about = gettext_lazy("Contacts that may be one: compare them side by side, merge them, or say that they are two.")

    def get_urls(self) -> list:
        return [
            path("", self.page(require_safe(self.pairs)), name="contacts_duplicate_changelist"),
            path("search/", self.page(require_POST(self.search)), name="search_duplicates"),
            path("dismiss/", self.page(require_POST(self.dismiss)), name="dismiss_duplicate"),
            path("take-back/", self.page(require_POST(self.take_back)), name="take_back_duplicate"),
        ]

    def pairs(self, request: HttpRequest) -> HttpResponse:
        """Pairs that may be one contact, the newest found first; or those that were said to be two."""
        form = PlaceForm(request.GET)
        place = form.cleaned_data if form.is_valid() else {}
        dismissed = place.get("dismissed", False)
        rows, after = duplicates.page(place.get("after"), ROWS_ON_A_PAGE, dismissed=dismissed)
        context = {
            "rows": rows,
            "after": after,
            "is_first": not place.get("after"),
            "dismissed": dismissed,
            "search": duplicates.progress(),
            "shared_by_at_most": duplicates.SHARED_BY_AT_MOST,
        }
        return self.answer(request, "duplicate/pairs", _("Duplicates"), **context)

    def search(self, request: HttpRequest) -> HttpResponse:
        looked = duplicates.search(SEARCHED_BY_A_CLICK)
        said = ngettext("Looked through {count} contact.", "Looked through {count} contacts.", looked)
        if duplicates.progress().position:
            said += " " + _("There are more: look on, or let the command find_duplicates do it.")
        self.message_user(request, said.format(count=f"{looked:,}"), messages.SUCCESS)
        return redirect("admin:contacts_duplicate_changelist")

    def dismiss(self, request: HttpRequest) -> HttpResponse:
        form = PairForm(request.POST)
        if form.is_valid():
            first, second = form.cleaned_data["first"], form.cleaned_data["second"]
            duplicates.dismiss(first, second, request.user)
            said = _("{one} and {other} are two: this is remembered.").format(one=first, other=second)
            self.message_user(request, said, messages.SUCCESS)
        else:
            self.message_user(request, _("One of them was merged or deleted before."), messages.WARNING)
        return redirect("admin:contacts_duplicate_changelist")

    def take_back(self, request: HttpRequest) -> HttpResponse:
        form = DismissedForm(request.POST)
        if form.is_valid():
            duplicates.take_back(form.cleaned_data["duplicate"])
            self.message_user(request, _("They may be duplicates again."), messages.SUCCESS)
        return redirect(f"{reverse('admin:contacts_duplicate_changelist')}?dismissed=on")


@admin.register(Merge)
class MergeAdmin(MergingAdmin):
    about = gettext_lazy("Which contacts were merged, by whom; each merge can be undone for some weeks.")

    def get_urls(self) -> list:
        return [
            path("", self.page(require_safe(self.merges)), name="contacts_merge_changelist"),
            path("compare/", self.page(self.compare), name="compare_contacts"),
            path("<int:pk>/", self.page(require_safe(self.merge)), name="contacts_merge_change"),
            path("<int:pk>/undo/", self.page(require_POST(self.undo)), name="undo_merge"),
        ]

    def merges(self, request: HttpRequest) -> HttpResponse:
        """What was merged, the newest first; of one contact, where the address names it."""
        form = PlaceForm(request.GET)
        place = form.cleaned_data if form.is_valid() else {}
        rows = Merge.objects.select_related("kept", "merged_by")
        if place.get("contact"):
            rows = rows.filter(kept=place["contact"])
        if place.get("after"):
            rows = rows.filter(pk__lt=place["after"])
        found = list(rows[: ROWS_ON_A_PAGE + 1])
        after = found[ROWS_ON_A_PAGE - 1].pk if len(found) > ROWS_ON_A_PAGE else None
        context = {"rows": found[:ROWS_ON_A_PAGE], "after": after, "contact": place.get("contact")}
        return self.answer(request, "merge/merges", _("Merges"), **context)

    def compare(self, request: HttpRequest) -> HttpResponse:
        """Contacts side by side, and what they are to become; sent, they become it."""
        chosen = CompareForm(request.GET)
        if not chosen.is_valid():
            self.message_user(request, " ".join(chosen.errors["contact"]), messages.WARNING)
            return redirect("admin:contacts_duplicate_changelist")
        contacts = chosen.cleaned_data["contact"]
        prefetch_related_objects(contacts, "numbers")
        form = MergeForm(request.POST or None, contacts=contacts)
        if request.method == "POST" and form.is_valid():
            try:
                return self._merged(request, form)
            except merging.NotAsSeen:
                form = form.asked_again()
        context = {
            "form": form,
            "cards": list(zip(contacts, form["keep"], merge_words.rows_of(contacts), strict=True)),
            "nearby": duplicates.beside(contacts) if len(contacts) < merging.MERGED_AT_MOST else [],
            "undo_days": unmerging.UNDO_DAYS,
        }
        return self.answer(request, "merge/compare", _("Compare and merge"), **context)

    def _merged(self, request: HttpRequest, form: MergeForm) -> HttpResponse:
        keep, others = form.kept_and_others()
        merge = merging.merge(keep, others, form.outcome(), request.user, form.cleaned_data["seen"])
        self._log(request, merge, "Merged")
        until = dates.local(unmerging.undoable_until(merge), dates.DATE_TIME)
        said = _("Merged: {merge}. This can be undone until {until}.").format(merge=merge, until=until)
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:contacts_merge_change", merge.pk)

    def merge(self, request: HttpRequest, pk: int) -> HttpResponse:
        merge = get_object_or_404(Merge.objects.select_related("kept", "merged_by", "undone_by"), pk=pk)
        context = {
            "merge": merge,
            "until": unmerging.undoable_until(merge),
            "refusal": merge_words.refusal(merge),
            "moved": merge_words.moved(merge),
            "states": merge_words.states(merge),
            "outcome": merge_words.outcome(merge),
            "changes": merge_words.changes(merge),
        }
        return self.answer(request, "merge/merge", str(merge), **context)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        merge = get_object_or_404(Merge, pk=pk)
        try:
            merge = unmerging.undo(merge, request.user)
        except (unmerging.UndoneBefore, unmerging.TooLate, unmerging.MergedSince):
            self.message_user(request, merge_words.refusal(Merge.objects.get(pk=pk)), messages.WARNING)
        else:
            self._log(request, merge, "Undone")
            self.message_user(request, _("Undone: the contacts are apart again."), messages.SUCCESS)
        return redirect("admin:contacts_merge_change", pk)

    def _log(self, request: HttpRequest, merge: Merge, became: str) -> None:
        """Into the history, in English, for all who read it later."""
        with translation.override("en"):
            self.log_change(request, merge.kept, f"{became}: {merge}.")


def comparison(contacts: list[int]) -> HttpResponseRedirect:
    """To the page that shows contacts side by side."""
    return redirect(f"{reverse('admin:compare_contacts')}?{urlencode({'contact': contacts}, doseq=True)}")
