import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import AbstractUser, Permission
from django.db.models import Exists, OuterRef, QuerySet, Sum, Window
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from callnotes.models import Extension
from contacts.admin import BackOfficeAdmin
from people import locking, second_factor, sight
from people.models import FailedSignIn

# They would show the secrets of other people's apps. What an administrator needs of them is on the page of a person.
admin.site.unregister([get_user_model(), TOTPDevice, StaticDevice])


class ExtensionInline(admin.StackedInline):
    model = Extension
    verbose_name_plural = _("phone")


@admin.register(get_user_model())
class PersonAdmin(BackOfficeAdmin, UserAdmin):
    """People who sign in, with their extensions and their second factor."""

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
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    search_fields = ["username", "first_name", "last_name", "email", "extension__number"]
    search_help_text = _("Username, name, e-mail or extension.")
    inlines = [ExtensionInline]
    readonly_fields = ["last_login", "date_joined", "second_factor_in_words"]
    actions = ["reset_second_factor"]

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
        return [*fieldsets, (_("Second factor"), {"fields": ["second_factor_in_words"]})]

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

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, person) -> str:
        return person.get_full_name()

    @admin.display(description=_("extension"), ordering="extension__number")
    def phone_extension(self, person) -> str:
        return str(getattr(person, "extension", ""))

    @admin.display(description=_("groups"))
    def groups_in_words(self, person) -> str:
        return ", ".join(group.name for group in person.groups.all())

    @admin.display(description=_("second factor"), boolean=True, ordering="has_app")
    def has_second_factor(self, person) -> bool:
        return person.has_app

    @admin.display(description=_("second factor"))
    def second_factor_in_words(self, person) -> str:
        if not person.has_app:
            return _("Not set up.")
        left = second_factor.recovery_codes_left(person)
        said = _("Set up. Recovery codes left: {count}. Who has lost the app: reset it in the list of users.")
        return said.format(count=left)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.action(description=_("Reset the second factor of selected people"), permissions=["reset"])
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[AbstractUser]) -> None:
        count = second_factor.reset(people)
        said = _("Reset: {count}. Staff set up another at their next sign-in; the others sign in by password alone.")
        self.message_user(request, said.format(count=count), messages.SUCCESS)


@admin.register(FailedSignIn)
class FailedSignInAdmin(BackOfficeAdmin):
    """Who could not sign in lately, from where; and whom to let in again."""

    list_display = ["username", "ip_address", "failures", "attempt_time", "state"]
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
