"""A key that was made here tells its own mistakes, so that a mistyped one costs no query."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations_3cx import keys
from integrations_3cx.tests.asking import NUMBER, TOKEN_INVALID, answer, ask, refused

PRINTABLE = st.characters(exclude_categories=["Cs"]).filter(str.isprintable)
TYPED = st.sampled_from(string.ascii_letters + string.digits + string.punctuation + " éΩ１") | PRINTABLE


@st.composite
def mistyped(draw) -> str:
    """A key of ours with one mistake behind its mark: a character wrong, missing, doubled, added or swapped."""
    key = keys.new_key()
    place = draw(st.integers(len(keys.MARK), len(key) - 1))
    head, character, rest = key[:place], key[place], key[place + 1 :]
    wrong = draw(TYPED)
    swapped = head + rest[:1] + character + rest[1:]
    mistake = draw(st.sampled_from([head + wrong + rest, head + rest, head + character + key[place:], swapped]))
    mistake = draw(st.sampled_from([mistake, head + wrong + key[place:], key + wrong, wrong + key]))
    return mistake if mistake != key else key[:-1]


def test_a_new_key_is_well_formed_and_none_is_made_twice():
    made = {keys.new_key() for _ in range(1000)}
    assert len(made) == 1000
    assert all(keys.is_well_formed(key) for key in made)
    assert {len(key) for key in made} == {46}
    assert {key[:4] for key in made} == {"dbn_"}
    assert set("".join(made)) == set(string.ascii_letters + string.digits + "_")


@given(key=mistyped().filter(lambda key: key.startswith(keys.MARK)))
def test_a_key_with_any_single_mistake_is_not_well_formed(key):
    assert not keys.is_well_formed(key)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(key=mistyped().filter(lambda key: key.startswith(keys.MARK)))
@pytest.mark.django_db
def test_a_key_with_any_single_mistake_is_refused_without_a_query(client, django_assert_num_queries, key):
    with django_assert_num_queries(0):
        response = ask(client, key, cid=NUMBER)
    assert answer(response) == refused(401, False, "token_invalid", TOKEN_INVALID)


@pytest.mark.parametrize("mark", ["dbm_", "DBN_", "dbn-", "bdn_", "dbn", "ddbn_", " dbn_"])
@pytest.mark.django_db
def test_a_key_with_a_mistake_in_its_mark_is_refused(client, mark):
    key = mark + keys.new_key()[len(keys.MARK) :]
    assert answer(ask(client, key, cid=NUMBER)) == refused(401, False, "token_invalid", TOKEN_INVALID)


@given(key=st.text(PRINTABLE, min_size=16, max_size=128).filter(lambda key: not key.startswith(keys.MARK)))
def test_any_16_to_128_printable_characters_may_be_the_key_of_another_system(key):
    assert keys.is_well_formed(key)


@given(key=st.text(PRINTABLE, max_size=15) | st.text(PRINTABLE, min_size=129))
def test_a_key_of_another_length_is_not_well_formed(key):
    assert not keys.is_well_formed(key)


@given(key=st.text(max_size=200))
def test_any_text_is_judged(key):
    assert keys.is_well_formed(key) in {True, False}


@pytest.mark.parametrize("character", ["\0", "\n", "\t", "\x7f", "\u00a0", "\u200b", "\ud800", "\u2028"], ids=ascii)
def test_a_character_that_cannot_be_printed_is_in_no_key(character):
    assert not keys.is_well_formed("k" * 10 + character + "k" * 10)


def test_a_digest_depends_on_the_key_and_on_the_pepper():
    digests = {keys.digest(key, pepper) for key in ("key one", "key two") for pepper in ("salt", "pepper")}
    assert len(digests) == 4
    assert {len(digest) for digest in digests} == {64}
    assert keys.digest("key", "pepper") == keys.digest("key", "pepper")


@pytest.mark.parametrize(
    ("key", "prefix"), [("dbn_" + "a" * 42, "dbn_aaaaaa"), ("k" * 16, "kkkk"), ("钥匙" * 8, "钥匙钥匙")]
)
def test_what_is_shown_of_a_key_leaves_most_of_it_unseen(key, prefix):
    assert keys.visible_prefix(key) == prefix
