from datetime import datetime

import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import AbstractUser, Permission
from django.db.models import Exists, OuterRef, QuerySet, Sum, Window
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from callnotes.models import Extension
from contacts import dates
from contacts.admin import BackOfficeAdmin
from people import enrolment, leaving, locking, second_factor, sight
from people.calendar_admin import CalendarMixin
from people.forms import ExtensionForm
from people.models import FailedSignIn

# They would show the secrets of other people's apps. What an administrator needs of them is on the page of a person.
admin.site.unregister([get_user_model(), TOTPDevice, StaticDevice])


class ExtensionInline(admin.StackedInline):
    model = Extension
    form = ExtensionForm
    verbose_name_plural = _("phone")


class SecondFactorFilter(admin.SimpleListFilter):
    title = _("second factor")
    parameter_name = "second_factor"

    def lookups(self, request, model_admin):
        return [("yes", _("Set up")), ("no", _("Not set up"))]

    def queryset(self, request, queryset):
        """By the column that the list has for it."""
        wanted = {"yes": True, "no": False}.get(self.value())
        return queryset if wanted is None else queryset.filter(has_app=wanted)


@admin.register(get_user_model())
class PersonAdmin(CalendarMixin, BackOfficeAdmin, UserAdmin):
    """People who sign in, with their extensions and their second factor."""

    about = _("Who signs in: with their groups, their extension and their second factor.")
    instead_of_deleting = _("Untick “Active” instead: nobody signs in under the name any more. What was done stays.")
    list_display = [
        "username",
        "full_name",
        "phone_extension",
        "groups_in_words",
        "is_staff",
        "has_second_factor",
        "last_login",
    ]
    list_select_related = ["extension"]
    list_filter = ["is_active", "is_staff", "is_superuser", SecondFactorFilter, "groups"]
    search_fields = ["username", "first_name", "last_name", "email", "extension__number"]
    search_help_text = _("Username, name, e-mail or extension.")
    # Without the choice of no password: there is no other way to sign in.
    add_form = UserCreationForm
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "password1", "password2"]})]
    inlines = [ExtensionInline]
    readonly_fields = ["last_login", "date_joined", "second_factor_in_words", "calendar_in_words"]
    actions = ["make_enrolment_codes", "reset_second_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AbstractUser]:
        app = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_app=Exists(app)).prefetch_related("groups")

    def get_form(self, request, person=None, **kwargs):
        staff = _("May open the back office, for what their groups allow; signs in with a second factor.")
        return super().get_form(request, person, **{"help_texts": {"is_staff": staff}} | kwargs)

    def get_inlines(self, request, person):
        return self.inlines if person else []

    def get_fieldsets(self, request, person=None):
        fieldsets = super().get_fieldsets(request, person)
        if person is None:
            return fieldsets
        own = {"fields": ["second_factor_in_words", "calendar_in_words"]}
        return [*fieldsets, (_("Second factor and calendar"), own)]

    def get_deleted_objects(self, people, request: HttpRequest) -> tuple:
        """Of people who left something that stays, not all of that is looked for: it may be years of notes."""
        staying = [str(person) for person in people if leaving.leaves_something(person)]
        return ([], {}, set(), staying) if staying else super().get_deleted_objects(people, request)

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        person = form.instance
        self._tell_of_sight(request, person)
        in_back_office = Permission.objects.filter(group__user=person).exclude(codename=sight.RIGHT)
        if not person.is_staff and in_back_office.exists():
            said = _(
                "{who} has rights in the back office but is not staff, and so cannot open it. Tick “Staff status”."
            )
            self.message_user(request, said.format(who=person), messages.WARNING)

    def _tell_of_sight(self, request: HttpRequest, person: AbstractUser) -> None:
        if not sight.sees_whole_numbers(person):
            said = _(
                "{who} sees phone numbers masked, changes nothing, and agents' pages are closed to them: no group of"
                " theirs has the right “Can see whole phone numbers”."
            )
            self.message_user(request, said.format(who=person))

    @admin.display(description=pgettext_lazy("of a person", "name"), ordering="first_name")
    def full_name(self, person) -> str:
        return person.get_full_name()

    @admin.display(description=_("extension"), ordering="extension__number")
    def phone_extension(self, person) -> str:
        return str(getattr(person, "extension", ""))

    @admin.display(description=_("groups"))
    def groups_in_words(self, person) -> str:
        comma = pgettext("between the items of a list", ", ")
        return comma.join(group.name for group in person.groups.all())

    @admin.display(description=_("second factor"), boolean=True, ordering="has_app")
    def has_second_factor(self, person) -> bool:
        return person.has_app

    @admin.display(description=_("second factor"))
    def second_factor_in_words(self, person) -> str:
        if not person.has_app:
            return self._not_set_up(person)
        left = second_factor.recovery_codes_left(person)
        said = _("Set up. Recovery codes left: {count}. Who has lost the app: reset it in the list of users.")
        return said.format(count=left)

    def _not_set_up(self, person) -> str:
        if not enrolment.is_needed(person):
            return _("Not set up.")
        good_until = enrolment.good_until(person)
        if good_until is None:
            return _("Not set up, and no enrolment code is good: make one in the list of users.")
        moment = dates.local(good_until, dates.DATE_TIME_OF_ROW)
        return _("Not set up. The enrolment code is good until {moment}.").format(moment=moment)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.action(description=_("Make enrolment codes for selected people"), permissions=["reset"])
    def make_enrolment_codes(self, request: HttpRequest, people: QuerySet[AbstractUser]) -> HttpResponse | None:
        """Shows them once, in the answer. Who has an app, or needs no code, gets none."""
        new = [person for person in people if not person.has_app and enrolment.is_needed(person)]
        if not new:
            said = _("None of them needs one: a code is for staff who have set up no second factor as yet.")
            return self.message_user(request, said, messages.WARNING)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Enrolment codes"),
            "opts": self.opts,
            "codes": [(person, enrolment.new_code(person)) for person in new],
            "days": enrolment.GOOD_FOR.days,
        }
        response = TemplateResponse(request, "admin/people/enrolment_codes.html", context)
        add_never_cache_headers(response)
        return response

    @admin.action(description=_("Reset the second factor of selected people"), permissions=["reset"])
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[AbstractUser]) -> None:
        count = second_factor.reset(people)
        said = _(
            "Reset: {count}. Staff set up another at their next sign-in, with an enrolment code that you make for them;"
            " the others sign in by password alone."
        )
        self.message_user(request, said.format(count=count), messages.SUCCESS)


@admin.register(FailedSignIn)
class FailedSignInAdmin(BackOfficeAdmin):
    """Who could not sign in lately, from where; and whom to let in again."""

    about = _("Who could not sign in within the last half hour, and from where. Let in again whom you know.")
    when_empty = _("Nobody failed to sign in within the last half hour.")
    list_display = ["username", "address", "failures", "last_failure", "state"]
    list_display_links = None
    search_fields = ["username", "ip_address"]
    actions = ["let_in"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FailedSignIn]:
        pair = Window(Sum("failures_since_start"), partition_by=["username", "ip_address"])
        counted = super().get_queryset(request).filter(attempt_time__gte=locking.still_counted_since())
        return counted.annotate(failures_of_pair=pair)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, failure=None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict:
        """Letting in is what deleting is for."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    @admin.display(description=_("IP address"), ordering="ip_address")
    def address(self, failure) -> str:
        return failure.ip_address

    @admin.display(description=_("last failure"), ordering="attempt_time")
    def last_failure(self, failure) -> datetime:
        return failure.attempt_time

    @admin.display(description=_("failures"))
    def failures(self, failure) -> int:
        return failure.failures_of_pair

    @admin.display(description=_("state"))
    def state(self, failure) -> str:
        return _("Locked out") if failure.failures_of_pair >= settings.AXES_FAILURE_LIMIT else _("May still try")

    @admin.action(description=_("Let selected people in again"), permissions=["delete"])
    def let_in(self, request: HttpRequest, failures: QuerySet[FailedSignIn]) -> None:
        count = locking.let_in(failures)
        said = _("Their failures are forgotten: {count}. They may try again now.")
        self.message_user(request, said.format(count=count), messages.SUCCESS)
