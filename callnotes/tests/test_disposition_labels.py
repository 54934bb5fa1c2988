"""What a note came to is told as it was called then, whatever the back office calls it since."""

import re

import pytest

from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact

pytestmark = pytest.mark.django_db


def test_a_note_is_called_as_its_disposition_was_when_it_was_written(admin_client):
    note = make_note("1001", "First.")
    Disposition.objects.filter(key="completed").update(label="All done")
    later = make_note("1001", "Second.")
    assert list(CallNote.objects.order_by("pk").values_list("disposition_label", flat=True)) == [
        "Completed",
        "All done",
    ]
    assert (str(note), str(later)) == ("1001: Completed", "1001: All done")


def test_the_history_calls_a_note_as_its_disposition_was(client):
    agent = make_agent()
    client.force_login(agent)
    make_note("1001", "First.", agent=agent)
    Disposition.objects.filter(key="completed").update(label="All done")
    make_note("1001", "Second.", agent=agent)
    for address in ("/numbers/1001/", "/popup?cid=1001", "/"):
        page = client.get(address).content.decode()
        labels = re.findall(r'<span class="disposition disposition--green">([^<]*)</span>\s*<time', page)
        assert labels == ["All done", "Completed"], address


def test_the_back_office_calls_a_contacts_notes_as_their_dispositions_were(admin_client):
    contact = make_contact("Ada Example", "1001")
    make_note("1001", "First.")
    Disposition.objects.filter(key="completed").update(label="All done")
    page = admin_client.get(f"/admin/contacts/contact/{contact.pk}/change/").content.decode()
    assert "<strong>Completed</strong>, 1001" in page
    assert "All done" not in page
