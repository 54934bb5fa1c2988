"""The way back in for the only administrator who has lost phone and recovery codes."""

import pytest
from django.core.management import CommandError, call_command

from people import second_factor
from people.tests.factories import make_app, make_staff

pytestmark = pytest.mark.django_db


def test_it_takes_away_the_second_factor_of_the_person_who_is_named_alone(capsys):
    avery, bea = make_staff("avery"), make_staff("bea")
    make_app(avery), make_app(bea)
    second_factor.new_recovery_codes(avery)
    call_command("reset_second_factor", "avery")
    said = "The second factor of avery is reset. Staff set up another at their next sign-in.\n"
    assert capsys.readouterr().out == said
    assert (second_factor.app_of(avery), second_factor.recovery_codes_left(avery)) == (None, 0)
    assert second_factor.app_of(bea) is not None


@pytest.mark.parametrize(
    ("username", "said"),
    [("nobody", "Nobody has the username nobody."), ("robin", "robin has set up no second factor.")],
)
def test_it_says_what_is_wrong(username, said):
    make_staff("robin")
    with pytest.raises(CommandError, match=said):
        call_command("reset_second_factor", username)
