"""Whatever changes a row that keeps a history, in whichever way, leaves a trace of it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import NotSupportedError
from django.urls import reverse
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from callnotes import callbacks, do_not_disturb, recording
from callnotes.models import Callback, CallNote, Disposition, DoNotDisturb, Extension
from callnotes.tests.factories import disposition, make_agent, make_callback, make_disposition, make_note, make_peace
from changes.sources import traced_models
from changes.tests.factories import LIST, traces, untraced
from contacts.adding import find_or_add
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact
from contacts.tracing import TracedQuerySet, write_added
from integrations_3cx import last_use
from integrations_3cx.models import ApiToken, Held, Scope, revoke
from integrations_3cx.tests.asking import CONTACTS, note, post_json
from integrations_3cx.tests.factories import make_token

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "+6591234567", "+6598765432"


@pytest.fixture
def mira() -> Contact:
    return make_contact("Mira Talvane", NUMBER, OTHER)


@pytest.fixture
def office(admin_client, admin_user):
    """The back office of an administrator, whose name is read."""
    admin_user.first_name, admin_user.last_name = "Avery", "Admin"
    admin_user.save()
    return admin_client


def act(client, model, action: str, *rows, **answer):
    opts = model._meta
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]} | answer
    everything = "?archived=all" if model is Contact else ""
    return client.post(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist") + everything, chosen)


def send(client, row, **fields):
    """Sends a row's page in the back office as its form has it, with other fields."""
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    form = client.get(page).context["adminform"].form
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    response = client.post(page, {name: value for name, value in sent.items() if value is not None} | fields)
    assert response.status_code == 302, response.context["errors"]
    return response


def test_every_model_whose_rows_are_written_in_bulk_traces_that_by_its_manager():
    others = {model for model in traced_models() if not isinstance(model._default_manager.all(), TracedQuerySet)}
    assert others == {User, Group, Callback}


def test_a_contact_and_its_numbers_leave_a_trace_from_the_first_on(mira):
    assert traces(mira) == [("", "+", {})]
    assert [traces(number) for number in mira.numbers.all()] == [[("", "+", {})]] * 2
    assert untraced() == []


def test_a_saved_contact_tells_each_field_before_and_after_and_nothing_of_the_rest(mira):
    mira.name, mira.company = "Mira Ostfield", "Korfield Motors"
    mira.save()
    before_and_after = {"name": ["Mira Talvane", "Mira Ostfield"], "company": ["", "Korfield Motors"]}
    assert traces(mira)[1:] == [("", "~", before_and_after)]
    assert untraced() == []


def test_who_saves_what_is_there_already_changes_nothing(mira):
    mira.save()
    mira.save(update_fields=["name"])
    assert traces(mira) == [("", "+", {})]


def test_only_the_named_fields_are_saved_and_told(mira):
    mira.name, mira.company = "Mira Ostfield", "Korfield Motors"
    mira.save(update_fields=["company"])
    assert traces(mira)[1:] == [("", "~", {"company": ["", "Korfield Motors"]})]
    assert untraced() == []


def test_what_was_there_before_histories_were_kept_is_told_by_the_first_change(mira):
    Contact.history.all().delete()
    mira.email = "mira@example.com"
    mira.save()
    assert traces(mira) == [("", "~", {"email": ["", "mira@example.com"]})]
    assert Contact.history.get().name == "Mira Talvane"


def test_what_somebody_else_changed_meanwhile_is_the_state_before(mira):
    stale = Contact.objects.get(pk=mira.pk)
    mira.name = "Second"
    mira.save()
    stale.name = "Third"
    stale.save()
    assert [told for _by, _kind, told in traces(mira)[1:]] == [
        {"name": ["Mira Talvane", "Second"]},
        {"name": ["Second", "Third"]},
    ]


def test_another_primary_number_is_traced_on_both(mira):
    first, second = mira.numbers.all()
    second.is_primary = True
    second.save()
    assert traces(first)[1:] == [("", "~", {"is_primary": [True, False]})]
    assert traces(second)[1:] == [("", "~", {"is_primary": [False, True]})]
    assert untraced() == []


def test_a_removed_contact_leaves_its_last_state_and_that_of_its_numbers(mira):
    key = mira.pk
    mira.delete()
    assert list(Contact.history.filter(id=key, history_type="-").values_list("name", flat=True)) == ["Mira Talvane"]
    removed = ContactNumber.history.filter(contact=key, history_type="-").order_by("number")
    assert list(removed.values_list("number", flat=True)) == [NUMBER, OTHER]


@pytest.mark.parametrize("rows", [1, 3, 501])
def test_rows_added_changed_and_removed_in_bulk_are_traced_each(rows):
    made = Contact.objects.bulk_create(Contact(name=f"Contact {place}") for place in range(rows))
    ContactNumber.objects.bulk_create(ContactNumber(contact=contact, number=NUMBER) for contact in made)
    assert untraced() == []
    assert Contact.objects.update(company="Korfield Motors") == rows
    for contact in made:
        contact.email = f"{contact.pk}@example.com"
    assert Contact.objects.bulk_update(made, ["email"]) == rows
    assert untraced() == []
    kinds = Contact.history.order_by("history_id").values_list("history_type", flat=True)
    assert list(kinds) == ["+"] * rows + ["~"] * 2 * rows


def test_a_bulk_path_changes_and_traces_only_what_it_chose(mira):
    tomas = make_contact("Tomas Ostfield")
    changed = Contact.objects.filter(numbers__number=NUMBER).update(remarks="Called twice.")
    assert (changed, Contact.objects.filter(remarks="").get()) == (1, tomas)
    assert traces(mira)[1:] == [("", "~", {"remarks": ["", "Called twice."]})]
    assert len(traces(tomas)) == 1


def test_a_bulk_path_of_which_nobody_could_tell_what_it_wrote_is_refused(mira):
    with pytest.raises(NotSupportedError):
        Contact.objects.bulk_create([Contact(name="Mira")], ignore_conflicts=True)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_bulk_change_asks_as_many_questions_for_many_rows_as_for_one(rows, django_assert_num_queries):
    for place in range(rows):
        make_contact(f"Contact {place}")
    with django_assert_num_queries(5):
        assert Contact.objects.update(company="Korfield Motors") == rows


def test_what_touches_no_kept_column_costs_nothing_more(mira, django_assert_num_queries):
    with django_assert_num_queries(1):
        Contact.objects.update(updated_at=timezone.now())
    assert len(traces(mira)) == 1


def test_the_back_offices_page_of_a_contact_traces_all_that_it_does(office, mira):
    sent = {"numbers-TOTAL_FORMS": 0, "numbers-INITIAL_FORMS": 0}
    send(office, mira, name="Mira Ostfield", archived="on", **sent)
    [(by, kind, told)] = traces(mira)[1:]
    assert (by, kind, told["name"]) == ("Avery Admin (admin)", "~", ["Mira Talvane", "Mira Ostfield"])
    assert told["archived_at"][0] is None
    assert untraced() == []


def test_contacts_are_archived_and_brought_back_with_a_trace_each(office, mira):
    tomas = make_contact("Tomas Ostfield", archived_at=timezone.now())
    for action in ("archive", "bring_back"):
        act(office, Contact, action, mira, tomas)
        assert untraced() == []
    assert [(by, list(told)) for by, _kind, told in traces(mira)[1:]] == [("Avery Admin (admin)", ["archived_at"])] * 2
    assert [list(told) for _by, _kind, told in traces(tomas)[1:]] == [["archived_at"]]


def test_selected_contacts_are_removed_with_a_trace_each(office, mira):
    key = mira.pk
    act(office, Contact, "delete_selected", mira, post="yes")
    assert Contact.history.get(id=key, history_type="-").by == "Avery Admin (admin)"


def test_an_agents_new_contact_is_put_down_to_the_agent(client):
    client.force_login(make_agent("robin", first_name="Robin", last_name="Agent"))
    client.post(reverse("desk:add-contact"), {"name": "Mira Talvane", "number": NUMBER, "submission": "6" * 32})
    mira = Contact.objects.get()
    assert [*traces(mira), *traces(mira.numbers.get())] == [("Robin Agent (robin)", "+", {})] * 2


def test_a_phone_systems_new_contact_is_put_down_to_its_token(client, settings):
    settings.PUBLIC_URL = "https://crm.example.com"
    token, key = make_token("Reception", scopes=[Scope.CONTACTS])
    sent = {"FirstName": "Mira", "LastName": "Talvane", "Number": NUMBER}
    assert post_json(client, sent, path=CONTACTS, HTTP_X_API_KEY=key).status_code == 200
    assert traces(Contact.objects.get()) == [(str(token), "+", {})]
    assert untraced() == []


def test_a_found_contact_leaves_no_trace_of_being_found(mira):
    assert find_or_add(Contact(name="mira talvane"), NUMBER) == mira
    assert len(traces(mira)) == 1


def test_dispositions_leave_traces(office):
    added = make_disposition()
    send(office, added, label="Wrong number, really", color="red")
    assert traces(added) == [
        ("", "+", {}),
        ("Avery Admin (admin)", "~", {"label": ["Wrong Number", "Wrong number, really"], "color": ["grey", "red"]}),
    ]
    Disposition.objects.filter(pk=added.pk).delete()
    assert Disposition.history.get(history_type="-").label == "Wrong number, really"


def test_do_not_disturb_leaves_traces_by_hand_by_note_and_of_its_end(office, admin_user):
    agent = make_agent("robin")
    do_not_disturb.put(NUMBER, agent, "Asked by letter.")
    make_note(OTHER, "Wants no calls.", key="do_not_disturb", agent=agent)
    by_hand, by_note = DoNotDisturb.objects.order_by("pk")
    assert [traces(by_hand), traces(by_note)] == [[("robin", "+", {})]] * 2
    do_not_disturb.lift(NUMBER, agent, "Asked again.")
    [(by, _kind, told)] = traces(by_hand)[1:]
    assert (by, sorted(told)) == ("robin", ["lifted_at", "lifted_by", "lifting_reason"])
    answer = {"confirmed": "Lift", "reason": "Wrong number.", "newest": by_note.pk}
    act(office, DoNotDisturb, "lift", by_note, **answer)
    [(by, _kind, told)] = traces(by_note)[1:]
    assert (by, told["lifted_by"]) == ("Avery Admin (admin)", [None, admin_user.pk])
    assert untraced() == []


def test_do_not_disturb_by_a_list_of_numbers_leaves_a_trace_of_each():
    do_not_disturb.put_all([DoNotDisturb(number=number) for number in (NUMBER, OTHER)], make_agent("robin"))
    assert [traces(entry) for entry in DoNotDisturb.objects.all()] == [[("robin", "+", {})]] * 2
    assert untraced() == []


def test_do_not_disturb_by_a_phone_systems_note_is_put_down_to_its_token(client, mira):
    token, key = make_token("Reception")
    note(client, key, cid=NUMBER, status="Do not Disturb")
    assert traces(DoNotDisturb.objects.get()) == [(str(token), "+", {})]


def test_what_people_do_to_a_callback_is_traced_and_what_notes_do_they_tell_themselves():
    robin, bea = make_agent("robin"), make_agent("bea")
    callback = make_callback(NUMBER, agent=robin)
    assert traces(callback) == []
    callbacks.take_over(callback, by=bea)
    callbacks.snooze(callback, timezone.now())
    callbacks.close_by_hand(callback, bea, "Answered by e-mail.")
    told = [(by, sorted(difference)) for by, _kind, difference in traces(callback)]
    closed = ["closed_at", "closed_by", "closing_reason"]
    assert told == [("bea", ["agent"]), ("", ["due_at"]), ("bea", closed)]
    assert untraced() == []
    with pytest.raises(callbacks.NotOpen):
        callbacks.take_over(callback, by=robin)
    assert len(traces(callback)) == 3


def test_an_undone_note_leaves_a_trace_with_what_it_brought_about(admin_client):
    agent = make_agent("robin")
    saved = make_note(NUMBER, "Wants no calls.", key="do_not_disturb", agent=agent)
    recording.undo(saved, agent, {"comments": "Wants no calls."})
    entry = admin_client.get(LIST, {"kind": "log"}).context["page"].entries[0]
    undone = (entry.by, entry.deed, entry.kind, entry.what, entry.said)
    assert undone == ("robin", "removed", "Call note", "+65 9123 4567: Do not Disturb", recording.UNDONE)
    assert [(row.by, row.number) for row in DoNotDisturb.history.filter(history_type="-")] == [("robin", NUMBER)]
    assert CallNote.objects.count() == 0


def test_a_tokens_life_is_traced_without_anything_that_opens_a_door(office):
    call_command("create_api_token", "Reception")
    token = ApiToken.objects.get()
    send(office, token, name="Switchboard", scopes=["lookup"], allowed_networks="192.0.2.0/24")
    act(office, ApiToken, "revoke", token)
    made, changed, revoked = traces(token)
    assert made == ("manage.py create_api_token", "+", {})
    assert changed == (
        "Avery Admin (admin)",
        "~",
        {
            "name": ["Reception", "Switchboard"],
            "scopes": [["lookup", "note"], ["lookup"]],
            "allowed_networks": [[], ["192.0.2.0/24"]],
        },
    )
    assert (revoked[0], list(revoked[2])) == ("Avery Admin (admin)", ["revoked_at"])
    assert untraced() == []
    assert token.digest not in str(list(ApiToken.history.values()))


def test_the_use_of_a_key_is_no_change():
    token, key = make_token()
    last_use.write(Held(token, key), None, timezone.now())
    last_use.write_success(token, Scope.LOOKUP, "1", timezone.now())
    assert (len(traces(token)), revoke([]), untraced()) == (1, 0, [])


def test_a_persons_rights_are_traced_by_name(office):
    group = Group.objects.create(name="Night shift")
    robin = make_agent("robin")
    robin.groups.add(group)
    robin.user_permissions.set(Permission.objects.filter(codename="redact_callnote"))
    group.permissions.set(Permission.objects.filter(codename__in=["view_contact", "change_contact"]))
    group.user_set.clear()
    assert [told for _by, _kind, told in traces(robin)] == [
        {},
        {"groups": [[], ["Night shift"]]},
        {"user_permissions": [[], ["callnotes.redact_callnote"]]},
        {"groups": [["Night shift"], []]},
    ]
    assert traces(group)[1:] == [("", "~", {"permissions": [[], ["contacts.change_contact", "contacts.view_contact"]]})]
    robin.groups.clear()
    assert len(traces(robin)) == 4


def test_a_persons_page_traces_rights_and_extension(office):
    robin = make_agent("robin")
    group = Group.objects.create(name="Night shift")
    inline = {"extension-TOTAL_FORMS": 1, "extension-INITIAL_FORMS": 0, "extension-0-number": "101"}
    inline |= {"extension-0-agent": robin.pk, "extension-MIN_NUM_FORMS": 0, "extension-MAX_NUM_FORMS": 1}
    joined = {"date_joined_0": "2026-03-04", "date_joined_1": "12:00:00"}
    send(office, robin, is_staff="on", groups=[group.pk], **joined, **inline)
    _made, changed, grouped = traces(robin)
    assert (changed[0], changed[2]["is_staff"]) == ("Avery Admin (admin)", [False, True])
    assert grouped == ("Avery Admin (admin)", "~", {"groups": [[], ["Night shift"]]})
    assert traces(Extension.objects.get()) == [("Avery Admin (admin)", "+", {})]
    assert untraced() == []


def test_a_new_password_is_told_as_a_fact_alone(office):
    robin = make_agent("robin")
    secret = {"password1": "a longer one of the tests", "password2": "a longer one of the tests"}
    office.post(reverse("admin:auth_user_password_change", args=[robin.pk]), secret)
    assert traces(robin)[1:] == [("Avery Admin (admin)", "~", {"password": None})]
    robin.refresh_from_db()
    assert robin.check_password("a longer one of the tests")
    assert robin.password not in str(list(User.history.values()))


def test_neither_a_sign_in_nor_a_newer_hash_of_the_same_password_is_a_change(client, settings):
    robin = make_agent("robin")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    old = robin.password
    assert client.login(username="robin", password="a password of the tests")
    robin.refresh_from_db()
    assert (robin.password == old, robin.last_login is None, len(traces(robin))) == (False, False, 1)


def test_disposition_of_the_contract_is_there_without_a_history_and_gets_one():
    completed = disposition("completed")
    completed.label = "Done"
    completed.save()
    assert traces(completed) == [("", "~", {"label": ["Completed", "Done"]})]


def test_an_entry_made_directly_is_traced():
    assert traces(make_peace(NUMBER)) == [("", "+", {})]


def test_traces_of_rows_that_are_there_are_written_where_the_rows_are(mira):
    contacts = Contact.objects.filter(pk=mira.pk)
    write_added(contacts.using("default"))
    assert traces(mira) == [("", "+", {}), ("", "+", {})]
    with pytest.raises(ConnectionDoesNotExist):
        write_added(contacts.using("elsewhere"))
