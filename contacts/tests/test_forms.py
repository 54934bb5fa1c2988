"""What people type about contacts: numbers in any spelling, one contact for each form, one primary number."""

import uuid

import pytest
from django import forms
from django.core.exceptions import ValidationError

from contacts.forms import ContactForm, ContactNumberForm, ContactNumberFormSet, PhoneNumberField, SearchForm
from contacts.models import Contact, ContactNumber
from contacts.phone import digits_of
from contacts.tests.factories import make_contact

ONE_PRIMARY = "Only one number can be the primary one."
NO_NUMBER = "“{}” is no phone number. Write digits, with + and the country code where it is abroad."
SUBMISSION = "5d9f3a5e-0000-4000-8000-000000000001"
NumberFormSet = forms.inlineformset_factory(
    Contact, ContactNumber, form=ContactNumberForm, formset=ContactNumberFormSet, extra=0
)


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        ("9123 4567", "+6591234567"),
        (" 12025550123", "+12025550123"),
        ("00 1 202 555 0123", "+12025550123"),
        ("tel:+1-202-555-0123", "+12025550123"),
        ("９１２３４５６７", "+6591234567"),
        ("1001", "1001"),
    ],
)
def test_a_number_field_reads_any_spelling(spelling, number):
    assert PhoneNumberField().clean(spelling) == number


@pytest.mark.parametrize("spelling", ["anonymous", "1-800-FLOWERS", " ", "9" * 21, "-"])
def test_a_number_field_refuses_what_is_no_number(spelling):
    with pytest.raises(ValidationError) as refused:
        PhoneNumberField().clean(spelling)
    assert refused.value.messages == [NO_NUMBER.format(spelling)]


def test_a_number_field_says_so_where_it_is_empty_or_may_be():
    with pytest.raises(ValidationError) as refused:
        PhoneNumberField().clean("")
    assert refused.value.messages == ["This field is required."]
    assert PhoneNumberField(required=False).clean("") == ""


def test_a_number_field_takes_250_characters_and_no_nul():
    assert PhoneNumberField().clean("91234567" + " " * 242) == "+6591234567"
    for spelling in ("91234567" + " " * 243, "9123\x004567"):
        with pytest.raises(ValidationError):
            PhoneNumberField().clean(spelling)


def _contact_form(**changed) -> ContactForm:
    return ContactForm({"name": "Ada Example", "number": "9123 4567", "submission": SUBMISSION} | changed)


@pytest.mark.django_db
def test_the_form_adds_a_contact_with_its_number():
    form = _contact_form(label="mobile", company="Example Ltd", email="ada@example.com", remarks="Mornings.")
    contact = form.save() if form.is_valid() else None
    stored = Contact.objects.values("name", "company", "email", "remarks", "submission").get()
    assert contact == Contact.objects.get()
    assert stored == {
        "name": "Ada Example",
        "company": "Example Ltd",
        "email": "ada@example.com",
        "remarks": "Mornings.",
        "submission": uuid.UUID(SUBMISSION),
    }
    assert list(contact.numbers.values_list("number", "label", "is_primary")) == [("+6591234567", "mobile", True)]


@pytest.mark.django_db
def test_the_form_sent_twice_adds_one_contact():
    sent = [_contact_form(), _contact_form()]
    assert [form.is_valid() for form in sent] == [True, True]
    assert len({form.save().pk for form in sent}) == Contact.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        pytest.param({"name": ""}, {"name": ["This field is required."]}, id="no name"),
        pytest.param({"name": " \t "}, {"name": ["This field is required."]}, id="blank name"),
        pytest.param({"number": ""}, {"number": ["This field is required."]}, id="no number"),
        pytest.param({"number": "nobody"}, {"number": [NO_NUMBER.format("nobody")]}, id="letters"),
        pytest.param({"email": "ada"}, {"email": ["Enter a valid email address."]}, id="no e-mail address"),
        pytest.param({"submission": ""}, {"submission": ["This field is required."]}, id="no submission"),
        pytest.param({"submission": "x"}, {"submission": ["Enter a valid UUID."]}, id="malformed submission"),
        pytest.param({"name": "A\x00"}, {"name": ["Null characters are not allowed."]}, id="NUL"),
    ],
)
def test_the_form_says_what_is_wrong_and_adds_nothing(changed, errors):
    form = _contact_form(**changed)
    assert form.errors == errors
    assert Contact.objects.count() == 0


@pytest.mark.django_db
def test_the_form_adds_the_longest_number_that_a_plan_knows():
    form = _contact_form(number="+49 30 1234567890123")
    assert form.is_valid(), form.errors
    assert digits_of(form.save().numbers.get().number) == "49301234567890123"


def test_each_new_form_has_a_submission_of_its_own():
    assert ContactForm()["submission"].value() != ContactForm()["submission"].value()


def test_a_search_may_be_empty_and_has_200_characters():
    assert SearchForm({"q": ""}).is_valid()
    assert SearchForm({"q": "a" * 200}).is_valid()
    assert not SearchForm({"q": "a" * 201}).is_valid()


def _number_forms(contact: Contact, *rows: dict) -> ContactNumberFormSet:
    sent = {"numbers-TOTAL_FORMS": len(rows), "numbers-INITIAL_FORMS": sum("id" in row for row in rows)}
    for place, row in enumerate(rows):
        sent |= {f"numbers-{place}-{name}": value for name, value in row.items()}
    return NumberFormSet(sent, instance=contact)


def _errors(formset: ContactNumberFormSet) -> list[str]:
    in_rows = [message for row in formset.errors for messages in row.values() for message in messages]
    return [*formset.non_form_errors(), *in_rows]


@pytest.mark.django_db
def test_numbers_are_added_and_changed_and_taken_away_together():
    contact = make_contact("Ada Example", "+6591234567", "1001")
    first, second = contact.numbers.all()
    formset = _number_forms(
        contact,
        {"id": first.pk, "number": "202-555-0123", "label": "office", "DELETE": "on"},
        {"id": second.pk, "number": "1002", "label": "desk", "is_primary": "on"},
        {"number": "00 1 202 555 0199", "label": "home"},
    )
    assert formset.is_valid(), _errors(formset)
    formset.save()
    assert list(contact.numbers.values_list("number", "label", "is_primary")) == [
        ("1002", "desk", True),
        ("+12025550199", "home", False),
    ]


@pytest.mark.django_db
def test_two_primary_numbers_are_refused():
    formset = _number_forms(
        make_contact(), {"number": "91234567", "is_primary": "on"}, {"number": "1001", "is_primary": "on"}
    )
    assert not formset.is_valid()
    assert _errors(formset) == [ONE_PRIMARY]
    assert ContactNumber.objects.count() == 0


@pytest.mark.django_db
def test_a_primary_number_that_is_taken_away_does_not_count():
    contact = make_contact("Ada Example", "+6591234567")
    old = contact.numbers.get()
    formset = _number_forms(
        contact,
        {"id": old.pk, "number": "91234567", "is_primary": "on", "DELETE": "on"},
        {"number": "1001", "is_primary": "on"},
    )
    assert formset.is_valid(), _errors(formset)
    formset.save()
    assert list(contact.numbers.values_list("number", "is_primary")) == [("1001", True)]


@pytest.mark.django_db
@pytest.mark.parametrize("new_primary", [0, 1], ids=["first becomes primary", "second becomes primary"])
def test_the_primary_number_can_change_places_in_either_order(new_primary):
    contact = make_contact("Ada Example")
    numbers = [
        ContactNumber.objects.create(contact=contact, number=number, is_primary=place != new_primary)
        for place, number in enumerate(("+6591234567", "+12025550123"))
    ]
    rows = [{"id": number.pk, "number": number.number} for number in numbers]
    rows[new_primary]["is_primary"] = "on"
    formset = _number_forms(contact, *rows)
    assert formset.is_valid(), _errors(formset)
    formset.save()
    assert list(contact.numbers.order_by("pk").values_list("is_primary", flat=True)) == [
        new_primary == 0,
        new_primary == 1,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["+65 9123-4567", "006591234567", "９１２３４５６７", "tel:+6591234567"])
def test_the_same_number_in_two_spellings_is_refused_in_one_form(other):
    formset = _number_forms(make_contact(), {"number": "91234567"}, {"number": other})
    assert not formset.is_valid()
    assert len(_errors(formset)) >= 1
    assert ContactNumber.objects.count() == 0


@pytest.mark.django_db
def test_a_number_that_the_contact_has_already_is_refused():
    contact = make_contact("Ada Example", "+6591234567")
    stored = contact.numbers.get()
    formset = _number_forms(contact, {"id": stored.pk, "number": stored.number}, {"number": "9123 4567"})
    assert not formset.is_valid()
    assert contact.numbers.count() == 1


@pytest.mark.django_db
def test_a_number_that_another_contact_has_is_taken():
    make_contact("Ada Example", "+6591234567")
    bea = make_contact("Bea Example")
    formset = _number_forms(bea, {"number": "9123 4567", "is_primary": "on"})
    assert formset.is_valid(), _errors(formset)
    formset.save()
    assert Contact.objects.reached_at("+6591234567").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("is_taken_away", [False, True], ids=["numbers change places", "other one is taken away"])
def test_a_number_that_moves_to_another_row_is_saved_or_refused_in_words(is_taken_away):
    contact = make_contact("Ada Example", "+6591234567", "+12025550123")
    first, second = contact.numbers.all()
    other = {"id": second.pk, "number": first.number} | ({"DELETE": "on"} if is_taken_away else {})
    formset = _number_forms(contact, {"id": first.pk, "number": second.number}, other)
    was_taken = formset.is_valid()
    if was_taken:
        formset.save()
    as_asked = [second.number] if is_taken_away else [second.number, first.number]
    as_before = [first.number, second.number]
    assert list(contact.numbers.order_by("pk").values_list("number", flat=True)) == (
        as_asked if was_taken else as_before
    )
    assert was_taken or _errors(formset)
