"""Passwords by NIST SP 800-63B-4: long, of any signs, none that others try first, and without an end."""

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from callnotes import calendar_feeds
from callnotes.tests.factories import make_agent
from people.passwords import Argon2Hasher
from people.tests.factories import PASSWORD

GUESSABLE = "Others would try this password soon. Take several words that have nothing to do with each other."
NEW = "seven green lamps on the quay"


def faults(password: str, **person: str) -> list[str]:
    try:
        validate_password(password, User(**{"username": "robin"} | person))
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        *("correct horse battery staple", "seven green lamps", "   blanks   around   them   "),
        *("ganz schön öde Wörter überall", "四五个毫无关系的词语放在一起就好了吧", "🐢🐢🦊🦊 on a slow boat"),
        *("830274918364017", "qpwlenvhtzmdkru", "x" * 3 + "lamps on quays" * 30),
    ],
)
def test_a_long_password_of_any_signs_is_taken(password):
    assert faults(password) == []


@pytest.mark.parametrize(("length", "is_refused"), [(14, True), (15, False), (64, False), (4000, False)])
def test_fifteen_characters_are_enough_and_there_is_no_upper_bound(length, is_refused):
    text = ("seven green lamps on the quay, and a slow boat " * 100)[:length]
    assert bool(faults(text)) is is_refused


def test_a_character_counts_as_one_in_any_script():
    assert faults("词" * 5 + "语言放在一起就好") != []
    assert faults("五个毫无关系的词语放在一起就好") == []


@pytest.mark.parametrize(
    "password",
    [
        *("aaaaaaaaaaaaaaa", "abcabcabcabcabc", "123456789012345", "               ", "!!!!!!!!!!!!!!!!"),
        *("passwordpassword", "Password-Password", "PASSWORD password", "qwertyuiopqwertyuiop", "sunshine_football"),
        *("dbncrm-dbncrm-dbncrm", "Callcentre-3CX-3CX"[:10] + "callcentre", "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ"),
    ],
)
def test_what_others_try_first_is_refused(password):
    assert faults(password) == [GUESSABLE]


def test_what_is_made_of_the_persons_own_names_is_refused():
    person = {"first_name": "Maximiliana", "last_name": "Fenquist", "email": "maxi.fenquist@korfield.example"}
    assert GUESSABLE in faults("Maximiliana Fenquist", **person)
    assert GUESSABLE in faults("fenquist.korfield", **person)


@given(st.text(max_size=200))
def test_every_text_is_judged(password):
    assert isinstance(faults(password), list)


# How it is stored


def test_it_is_stored_by_argon2_under_one_spelling(settings):
    settings.PASSWORD_HASHERS = ["people.passwords.Argon2Hasher"]
    stored = make_password("Zoë lamps ﬁve quays")
    assert stored.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("Zoe\u0308 lamps five quays", stored)
    assert not check_password("Zoe lamps five quays", stored)
    assert not Argon2Hasher().must_update(stored)


@pytest.mark.django_db
def test_what_was_stored_otherwise_is_stored_anew_when_its_owner_signs_in(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    robin = make_agent("robin")
    settings.PASSWORD_HASHERS = ["people.passwords.Argon2Hasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    assert client.post("/login/", {"username": "robin", "password": PASSWORD}).status_code == 302
    robin.refresh_from_db()
    assert (robin.password.split("$")[0], robin.check_password(PASSWORD)) == ("argon2", True)
    assert client.get("/").status_code == 200


# What a new one ends


@pytest.fixture
def robin(db, client) -> User:
    robin = make_agent("robin")
    client.force_login(robin)
    return robin


def change(client, new: str = NEW, old: str = PASSWORD):
    return client.post(
        "/account/password/", {"old_password": old, "new_password1": new, "new_password2": new}, follow=True
    )


def test_a_new_password_ends_the_other_sign_ins_and_not_this_one(client, robin):
    elsewhere = Client()
    elsewhere.force_login(robin)
    page = change(client)
    assert "Your password is changed, and you are signed out everywhere else." in page.content.decode()
    assert (client.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)
    robin.refresh_from_db()
    assert robin.check_password(NEW)


def test_an_address_of_a_calendar_goes_on_working_and_the_page_says_so(client, robin):
    key = calendar_feeds.issue(robin)
    assert "address for your calendar" in client.get("/account/password/").content.decode()
    change(client)
    assert client.get(f"/callbacks/feed/{key}.ics").status_code == 200


@pytest.mark.parametrize(("new", "old"), [("short", PASSWORD), ("passwordpassword", PASSWORD), (NEW, "wrong")])
def test_a_bad_one_changes_nothing(client, robin, new, old):
    response = change(client, new, old)
    robin.refresh_from_db()
    assert (response.context["form"].is_valid(), robin.check_password(PASSWORD)) == (False, True)


def test_signing_out_ends_the_sign_in_also_for_who_has_kept_its_cookie(client, robin):
    kept = client.cookies["sessionid"].value
    client.post("/logout/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/").status_code == 302
