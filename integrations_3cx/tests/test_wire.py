"""What the parameters of the contract mean, as a matter of words alone."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations_3cx import wire
from integrations_3cx.wire import Batch, Inquiry, Unusable, Use

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PAIRS = st.lists(st.tuples(TEXT, TEXT))
NAMES = st.sampled_from(sorted(wire.NAMES))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES | st.text(), inner),
    max_leaves=10,
)
INQUIRY_CODES = {
    "cid_missing",
    "status_missing",
    "comments_missing",
    "wrong_type",
    "nul_character",
    "malformed_encoding",
    "call_id_too_long",
}


def value_or_code(read, *arguments):
    """What a reading answers, or the code with which it refuses."""
    try:
        return read(*arguments)
    except Unusable as error:
        return error.code


def code_of(read, *arguments) -> str:
    """The code with which a reading refuses."""
    with pytest.raises(Unusable) as refusal:
        read(*arguments)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


@given(pairs=PAIRS)
def test_a_form_is_read_as_it_was_written(pairs):
    assert wire.form_pairs(urlencode(pairs).encode()) == pairs


@given(form=st.binary())
def test_any_bytes_are_a_form_or_no_utf8(form):
    read = value_or_code(wire.form_pairs, form)
    assert read == "malformed_encoding" or all(isinstance(text, str) for pair in read for text in pair)


@given(values=st.dictionaries(TEXT, TEXT))
def test_an_object_is_read_as_it_was_written(values):
    assert wire.json_body(json.dumps(values).encode()) == list(values.items())


@given(body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_an_array_or_refused(body):
    read = value_or_code(wire.json_body, body)
    assert isinstance(read, list | Batch) or read in {"malformed_json", "malformed_encoding", "wrong_type"}


@given(values=st.dictionaries(NAMES, JSON))
def test_any_values_are_an_inquiry_of_text_or_refused(values):
    read = value_or_code(wire.inquiry, wire.parameters({}, list(values.items())))
    if isinstance(read, Inquiry):
        assert read.cid
        assert all(text is None or isinstance(text, str) for text in (read.status, read.comments, read.call_id))
    else:
        assert read in INQUIRY_CODES


def test_an_array_keeps_its_length_and_order_and_the_place_of_what_is_no_object():
    body = b'[{"cid": "1"}, 7, {}, null, {"CID": "2", "cid": "3"}]'
    assert wire.json_body(body) == Batch([[("cid", "1")], None, [], None, [("CID", "2"), ("cid", "3")]])


def test_an_array_holds_a_thousand_items_at_most():
    assert wire.json_body(b"[" + b"{}," * 999 + b"{}]") == Batch([[]] * 1000)
    assert code_of(wire.json_body, b"[" + b"{}," * 1000 + b"{}]") == "batch_too_long"


@pytest.mark.parametrize(
    ("query", "body", "parameters"),
    [
        ([], [], {}),
        ([("cid", "1")], [], {"cid": ["1"]}),
        ([("cid", "1")], [("cid", "2")], {"cid": ["2"]}),
        ([("cid", "1"), ("status", "x")], [("CID ", "2")], {"cid": ["2"], "status": ["x"]}),
        ([("cid", "1"), ("cid", "2")], [(" Cid", "3")], {"cid": ["3"]}),
        ([("cid", "1"), ("CID", "2")], [], {"cid": ["1", "2"]}),
        ([("c id", "1"), ("callid", "2"), ("", "3"), ("Call_ID", "4")], [], {"call_id": ["4"]}),
    ],
)
def test_names_have_any_case_and_blanks_and_the_body_wins(query, body, parameters):
    assert wire.parameters(wire.by_name(query), body) == parameters


@pytest.mark.parametrize(
    ("names", "use"),
    [
        ([], Use.LOOKUP),
        (["cid", "token", "call_id"], Use.LOOKUP),
        (["cid", "status"], Use.NOTE),
        (["Comments"], Use.NOTE),
        (["cid", "status", "comments"], Use.NOTE),
    ],
)
def test_it_is_a_note_where_status_or_comments_is_sent_even_if_empty(names, use):
    assert wire.use(wire.parameters({}, [(name, "") for name in names])) is use


@pytest.mark.parametrize("success", [True, False])
def test_success_is_a_boolean_for_a_lookup_and_an_integer_for_a_note(success):
    assert repr(wire.answer(Use.LOOKUP, success)) == repr(success)
    assert repr(wire.answer(Use.NOTE, success)) == repr(int(success))


def test_an_inquiry_keeps_every_text_to_the_letter():
    pairs = [("cid", " 65"), ("status", " Completed "), ("comments", " \n"), ("call_id", " 7 ")]
    assert wire.inquiry(wire.parameters({}, pairs)) == Inquiry(" 65", " Completed ", " \n", " 7 ")


def test_a_whole_number_is_its_digits():
    assert wire.inquiry({"cid": [6591234567], "call_id": [0]}) == Inquiry("6591234567", None, None, "0")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "cid_missing"),
        ({"cid": [""]}, "cid_missing"),
        ({"cid": ["[Number]"]}, "cid_missing"),
        ({"cid": ["1"], "status": ["Completed"]}, "comments_missing"),
        ({"cid": ["1"], "comments": [""]}, "status_missing"),
        ({"cid": ["1"], "status": [""], "comments": [""]}, "status_missing"),
        ({"cid": [None]}, "wrong_type"),
        ({"cid": [True]}, "wrong_type"),
        ({"cid": [-1]}, "wrong_type"),
        ({"cid": [1.0]}, "wrong_type"),
        ({"cid": ["1"], "status": [1]}, "wrong_type"),
        ({"cid": ["1", "2"]}, "parameter_repeated"),
        ({"cid": ["1", ""]}, "parameter_repeated"),
        ({"cid": ["1"], "call_id": ["7" * 201]}, "call_id_too_long"),
        ({"cid": ["1"], "call_id": [10**200]}, "call_id_too_long"),
        ({"cid": ["1\0"]}, "nul_character"),
        ({"cid": ["\ud800"]}, "malformed_encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_stable_code(parameters, code):
    assert code_of(wire.inquiry, parameters) == code


@pytest.mark.parametrize(
    ("query", "body", "key"),
    [
        ([], [], ""),
        ([("token", "a")], [], "a"),
        ([("token", "a")], [("Token", "b")], "b"),
        ([], Batch([]), ""),
        ([("token", "a")], Batch([]), "a"),
        ([("token", "a")], Batch([[("cid", "1")], None]), "a"),
        ([], Batch([[("token", "a")], None, [("TOKEN", "a")], [("cid", "1")]]), "a"),
    ],
)
def test_a_request_carries_one_key(query, body, key):
    assert wire.key(wire.by_name(query), body) == key


@pytest.mark.parametrize(
    ("tokens", "key"), [("ab", "a"), ("abb", "b"), (["a", 7, None, "b", "b", ""], "b"), ([7, None], "")]
)
def test_a_batch_has_the_key_of_most_of_its_items(tokens, key):
    assert wire.key({}, Batch([[("token", token)] for token in tokens])) == key


def test_where_a_query_and_as_many_items_carry_keys_a_batch_has_the_querys():
    batch = Batch([[("token", "other")], [("cid", "91234567")]])
    assert wire.key({"token": ["of the query"]}, batch) == "of the query"
    assert wire.key({"token": ["of the query"]}, Batch([[("token", "other")]])) == "of the query"


@pytest.mark.parametrize("call_id", ["Unknown", "unknown", " UNKNOWN ", "[CallId]"])
def test_a_call_id_that_says_that_it_is_none_counts_as_not_given(call_id):
    assert wire.inquiry({"cid": ["1"], "call_id": [call_id]}).call_id is None
