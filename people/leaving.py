"""Decides who can be deleted: nobody of whom something stays, such as notes, which tell who wrote them."""

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import PROTECT


def leaves_something(person: AbstractBaseUser) -> bool:
    """Whether a row that stays names the person. A query for each kind of such rows, by its index, up to one."""
    relations = (field for field in person._meta.get_fields(include_hidden=True) if field.one_to_many)
    staying = (relation for relation in relations if relation.on_delete is PROTECT)
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: person}).exists() for relation in staying
    )
