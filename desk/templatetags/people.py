from django import template
from django.contrib.auth.models import AbstractUser

register = template.Library()


@register.filter
def person_name(person: AbstractUser | None) -> str:
    """Who somebody is to the others: the full name, or where none is given the username; empty for nobody."""
    return person.get_full_name() or person.get_username() if person else ""
