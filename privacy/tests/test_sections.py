"""Of every table it is said whether it holds anything about a person."""

from django.apps import apps

from privacy.sections import HOLDS_NOTHING, SECTIONS


def test_every_table_is_in_the_file_or_holds_nothing_about_a_person_and_never_both():
    held = [label for section in SECTIONS for label in section.tables]
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert sorted([*held, *HOLDS_NOTHING]) == sorted(models)
    assert all(HOLDS_NOTHING.values())
