"""The stand-in for 3CX is as strict as 3CX: what the template's tests rely on."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.threecx import NullVariable, accepts, evaluated, values_at

NUMBER = "+6591234567"
VARIABLES = {
    "Number": NUMBER,
    "DurationTimespan": timedelta(minutes=2, seconds=5, milliseconds=500),
    "CallStartTimeUTC": datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC),
    "CallEstablishedTimeUTC": None,
    "IsCustomer": True,
    "Summary": "Said [Number].",
}
CONTACT = {"ContactUrl": "https://crm.example.com/contacts/1/", "FirstName": "Mira Talvane", "PhoneMobile": NUMBER}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("?number=[Number]", "?number=+6591234567"),
        ('[[Number].Replace("+","%2B")]&[Number]', "%2B6591234567&+6591234567"),
        ('[[CallStartTimeUTC].ToString("yyyy-MM-ddTHH:mm:ssZ")]', "2026-03-02T09:15:30Z"),
        ("[CallStartTimeUTC]", "03/02/2026 09:15:30 AM"),
        ('[[[DurationTimespan].get_TotalSeconds()].ToString("F0")]', "126"),
        ("[CallEstablishedTimeUTC]", ""),
        ("[IsCustomer]", "True"),
        ("[Summary]", "Said [Number]."),
        ("[Sentiment]", "[Sentiment]"),
        ('[[Sentiment].Replace("+","")]', '[[Sentiment].Replace("+","")]'),
        ("no variable", "no variable"),
    ],
)
def test_an_expression_is_evaluated_once_and_an_unknown_variable_stays(text, value):
    assert evaluated(text, VARIABLES) == value


def test_a_method_of_a_variable_without_a_value_throws():
    with pytest.raises(NullVariable):
        evaluated('[[CallEstablishedTimeUTC].ToString("yyyy-MM-ddTHH:mm:ssZ")]', VARIABLES)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("contacts.name", ["Mira Talvane", ""]),
        ("contacts.numbers.label", ["mobile", "office", ""]),
        ("success", ["True"]),
        ("people.name", [""]),
    ],
)
def test_a_path_has_a_value_for_each_element_and_an_empty_one_where_there_is_none(path, values):
    numbers = [{"label": "mobile"}, {"label": "office"}]
    answer = {"success": True, "contacts": [{"name": "Mira Talvane", "numbers": numbers}, {"name": None}]}
    assert values_at(answer, path) == values


@pytest.mark.parametrize(
    ("contact", "is_accepted"),
    [
        (CONTACT, True),
        ({"ContactUrl": "https://crm.example.com/", "CompanyName": "Talvane", "FaxBusiness": NUMBER}, True),
        (CONTACT | {"PhoneMobile": "6591234567"}, False),
        (CONTACT | {"PhoneMobile": "+65 9123 4567"}, False),
        ({name: value for name, value in CONTACT.items() if name != "ContactUrl"}, False),
        ({name: value for name, value in CONTACT.items() if name != "FirstName"}, False),
        ({name: value for name, value in CONTACT.items() if name != "PhoneMobile"} | {"Pager": NUMBER}, False),
    ],
)
def test_a_contact_is_accepted_with_page_name_and_the_searched_number_character_by_character(contact, is_accepted):
    assert accepts(contact, NUMBER) is is_accepted
