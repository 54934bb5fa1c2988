"""Decides who sees phone numbers whole. Everybody else sees them masked, reads what is named here, and changes nothing.

Whole they are for administrators, for who has the right by a group or alone, and for who is in no group, as agents
may be. So a group in which the right was forgotten leaks nothing.
"""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser, User
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

RIGHT = "view_whole_numbers"
# Of their rights, those count that open a page of which every part is masked.
OPEN_TO_MASKED = frozenset(
    {
        *(f"contacts.view_{model}" for model in ("contact", "contactnumber")),
        *(f"callnotes.view_{model}" for model in ("callnote", "call", "chat", "callback", "callreason")),
        *(f"callnotes.view_{model}" for model in ("disposition", "donotdisturb")),
        "callnotes.view_reports",
    }
)


# In SQL, for every request asks it: the ORM would take longer to write it anew each time than a database to answer.
_SIGHT = """(
    auth_user.is_superuser
    OR NOT EXISTS (SELECT 1 FROM auth_user_groups AS of_person WHERE of_person.user_id = auth_user.id)
    OR EXISTS (
        SELECT 1 FROM auth_permission AS held
        JOIN django_content_type AS kind ON kind.id = held.content_type_id
        WHERE kind.app_label = 'contacts' AND held.codename = %s AND (
            EXISTS (
                SELECT 1 FROM auth_user_groups AS of_person
                JOIN auth_group_permissions AS of_group ON of_group.group_id = of_person.group_id
                WHERE of_person.user_id = auth_user.id AND of_group.permission_id = held.id
            )
            OR EXISTS (
                SELECT 1 FROM auth_user_user_permissions AS own
                WHERE own.user_id = auth_user.id AND own.permission_id = held.id
            )
        )
    )
)"""


def with_sight(people: QuerySet[AbstractUser]) -> QuerySet[AbstractUser]:
    """People with `sees_whole_numbers`. It costs no query of its own."""
    return people.annotate(sees_whole_numbers=RawSQL(_SIGHT, [RIGHT], BooleanField()))  # noqa: S611  no text of others


def sees_whole_numbers(person: AbstractUser) -> bool:
    """Of who is signed in, as it was when the request came; of others, as it is now. At most one query."""
    if not hasattr(person, "sees_whole_numbers"):
        person.sees_whole_numbers = with_sight(User.objects).get(pk=person.pk).sees_whole_numbers
    return person.sees_whole_numbers


class PersonBackend(ModelBackend):
    """Django's own, but for the sight of who is signed in, and what of their rights counts with it."""

    def get_user(self, user_id: int) -> AbstractUser | None:
        person = with_sight(User.objects).filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None

    def get_all_permissions(self, user_obj: AbstractUser, obj=None) -> set[str]:
        held = super().get_all_permissions(user_obj, obj)
        return held if not held or sees_whole_numbers(user_obj) else held & OPEN_TO_MASKED
