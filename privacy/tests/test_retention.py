"""Each kind of record goes when its time is over, if it has one; what is younger, and what is counted, stays."""

from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb, Draft
from callnotes.tests.factories import make_agent, make_call, make_chat, make_note, minute
from contacts import phone, unmerging
from contacts.importing import files
from contacts.models import Contact, ImportPiece, ImportRow, ImportRun, Merge
from contacts.models.imports import State
from contacts.tests.factories import make_contact
from contacts.tests.import_files import done
from contacts.tests.merges import make_merge
from integrations_3cx.models import FailedRequest, IdempotencyKey
from privacy import retention
from privacy.kinds import KINDS
from privacy.models import RetentionPeriod
from privacy.tests.people import EMAIL, NAME, NUMBER, WORDS, make_mira
from privacy.tests.test_erasing import figures

pytestmark = pytest.mark.django_db

EVERY_KIND = {kind.name: kind.least_days for kind in KINDS}
LATER = datetime(2036, 1, 1, tzinfo=UTC)
TABLES = [Call, CallNote, Callback, Chat, CallReason, DoNotDisturb, Draft, Merge, ImportRun, ImportPiece, ImportRow]
TABLES += [FailedRequest, IdempotencyKey, AccessAttempt, AccessFailureLog, Session, LogEntry, Contact.history.model]


@pytest.fixture
def mira():
    AccessAttempt.objects.create(username="robin", ip_address="192.0.2.1", failures_since_start=1)
    AccessFailureLog.objects.create(username="robin", ip_address="192.0.2.1")
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=minute(0))
    return make_mira(make_agent("robin"))


def go(now=LATER, **days) -> dict[str, int]:
    """What went of each kind that has a period."""
    retention.put_days(days)
    return {outcome.kind.name: outcome.count for outcome in retention.run(now) if outcome.before}


def rows() -> dict:
    return {model: list(model._base_manager.order_by("pk").values()) for model in TABLES}


def test_nothing_goes_as_it_comes(mira):
    before = rows()
    assert go() == {}
    assert rows() == before


def test_what_is_younger_stays_of_every_kind(mira):
    before = rows()
    assert go(minute(-100_000), **EVERY_KIND) == dict.fromkeys(EVERY_KIND, 0)
    assert rows() == before


def test_every_kind_goes_once_and_every_figure_of_the_reports_stays(mira):
    before = figures()[:-1]
    assert {name for name, count in go(**EVERY_KIND).items() if not count} == set()
    assert go() == dict.fromkeys(EVERY_KIND, 0)
    # The last figure is that of chats, which no report counts.
    assert figures()[:-1] == before


def test_a_dry_run_says_what_would_go_and_lets_all_stay(mira):
    retention.put_days(EVERY_KIND)
    before = rows()
    foreseen = {outcome.kind.name: outcome.count for outcome in retention.outlook(LATER)}
    assert rows() == before
    # By the clock of this test, the trace of the do-not-disturb entry that is deleted is old enough to go too.
    assert go() == foreseen | {"histories": foreseen["histories"] + 1}


def test_by_the_true_clock_as_much_goes_as_a_dry_run_says(mira):
    retention.put_days(EVERY_KIND)
    DoNotDisturb.objects.exclude(lifted_at=None).update(lifted_at=timezone.now() - timedelta(days=31))
    now = timezone.now()
    foreseen = {outcome.kind.name: outcome.count for outcome in retention.outlook(now)}
    assert {"calls", "do_not_disturb"} <= {name for name, count in foreseen.items() if count}
    assert go(now) == foreseen


def test_comments_go_and_the_outcome_stays(mira):
    outcomes = list(CallNote.objects.order_by("pk").values_list("disposition_label", "created_at", "number"))
    go(comments=30)
    assert set(CallNote.objects.values_list("comments", "redacted_by")) == {("", None)}
    assert list(CallNote.objects.order_by("pk").values_list("disposition_label", "created_at", "number")) == outcomes


def test_recordings_and_transcripts_go_and_the_call_stays(mira):
    go(recordings=30)
    assert set(Call.objects.values_list("recording_url", "summary", "transcript")) == {("", "", "")}
    assert Call.objects.filter(number=NUMBER, contact=mira).count() == 2


def test_calls_lose_whose_they_were(mira):
    count = Call.objects.count(), CallNote.objects.count()
    go(calls=30)
    assert (Call.objects.count(), CallNote.objects.count()) == count
    for model in (Call, CallNote):
        assert all(phone.is_erased(row.number) for row in model.objects.all())
        assert set(model.objects.values_list("contact", "contact_name")) == {(None, "")}


def test_callbacks_that_are_open_stay_as_they_are(mira):
    make_note(NUMBER, key="schedule_later", now=minute(9000))
    go(callbacks=30)
    assert {phone.is_erased(each.number) for each in Callback.objects.exclude(closed_at=None)} == {True}
    assert [each.number for each in Callback.objects.filter(closed_at=None)] == [NUMBER]


def test_a_wish_in_force_stays_and_a_lifted_one_goes(mira):
    go(do_not_disturb=30)
    assert set(DoNotDisturb.objects.values_list("lifted_at", flat=True)) == {None}
    assert DoNotDisturb.objects.filter(number=NUMBER).exists()


def test_merged_contacts_lose_their_words_and_lead_on(mira):
    go(merges=30)
    assert not Merge.objects.exists()
    [merged] = Contact.with_merged.exclude(merged_into=None)
    assert (merged.name, merged.email, merged.search_text, merged.merged_into_id) == ("—", "", "", mira.pk)
    assert Contact.objects.known_as(merged.pk).get() == mira


def merged_again(day: datetime) -> tuple[Contact, Merge]:
    """A contact whose merge of forty days ago was undone, and which was merged into another one the day before."""
    mira, (bea, cleo) = make_contact(NAME, email=EMAIL, remarks=WORDS), map(make_contact, ("Bea", "Cleo"))
    first = make_merge(bea, mira, now=day - timedelta(days=40))
    unmerging.undo(first, first.merged_by, now=day - timedelta(days=39))
    mira.refresh_from_db()
    return mira, make_merge(cleo, mira, now=day - timedelta(days=1))


def said_by(contact: Contact) -> tuple:
    return Contact.with_merged.values_list("name", "email", "remarks", "merged_into__name").get(pk=contact.pk)


def test_a_contact_that_was_merged_again_keeps_its_words_while_that_can_be_undone():
    mira, again = merged_again(LATER)
    assert go(merges=30) == {"merges": 1}
    assert said_by(mira) == (NAME, EMAIL, WORDS, "Cleo")
    unmerging.undo(again, again.merged_by, now=LATER)
    assert said_by(mira) == (NAME, EMAIL, WORDS, None)


def test_a_contact_that_was_merged_again_loses_its_words_with_the_later_merge():
    mira, _again = merged_again(LATER)
    assert go(LATER + timedelta(days=30), merges=30) == {"merges": 2}
    assert said_by(mira) == ("—", "", "", "Cleo")


def test_uploads_go_and_finished_imports_stay_until_their_own_time(mira):
    done = set(ImportRun.objects.filter(state="done").values_list("pk", flat=True))
    go(uploads=30)
    assert set(ImportRun.objects.values_list("pk", flat=True)) == done
    assert not ImportPiece.objects.exists()
    go(imports=30)
    assert not ImportRow.objects.exists()
    assert Contact.objects.filter(pk=mira.pk).exists()


def test_a_file_that_was_refused_goes_with_its_name():
    stored = files.store(BytesIO(b"PK\x03\x04"), "Mira Talvane.xlsx")
    run = done(stored, State.READING)
    assert (run.state, run.pieces.count()) == (State.REFUSED, 0)
    assert go(run.finished_at, imports=30) == {"imports": 0}
    assert go(imports=30) == {"imports": 1}
    assert not ImportRun.objects.exists()


def test_histories_go_but_what_was_done_for_privacy(mira):
    go(histories=30)
    assert not Contact.history.exists()
    assert not LogEntry.objects.exists()
    assert RetentionPeriod.history.exists()


def test_the_day_is_exact(mira):
    make_chat("+6590000001", minute(0))
    Chat.objects.exclude(number="+6590000001").delete()
    ended = minute(0) + timedelta(days=30)
    assert go(ended, chats=30) == {"chats": 0}
    assert go(ended + timedelta(seconds=1)) == {"chats": 1}


def test_more_rows_than_a_batch_go_and_what_was_stopped_goes_on(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for place in range(7):
        make_call("+6590000001", minute(place * 60))
    assert go(calls=30) == {"calls": 7}


def test_a_change_of_a_period_is_in_the_history_and_a_run_is_not():
    retention.put_days({"chats": 30})
    retention.put_days({"chats": 60, "calls": None})
    go()
    kept = RetentionPeriod.history.order_by("history_id").values_list("kind", "history_type", "difference")
    assert list(kept) == [("chats", "+", {}), ("chats", "~", {"days": [30, 60]})]
    assert RetentionPeriod.objects.get().last_run_at == LATER


def test_the_command_says_what_went_of_each_kind():
    make_chat("+6590000001", minute(0))
    make_contact("Wei Ling", "+6590000001")
    retention.put_days({"chats": 1})
    said = StringIO()
    call_command("retain", "--dry-run", stdout=said)
    assert "Chats: 1 would go, from before" in said.getvalue()
    assert "Histories of changes: kept for good" in said.getvalue()
    assert Chat.objects.count() == 1
    said = StringIO()
    call_command("retain", stdout=said)
    assert "Chats: 1 gone, from before" in said.getvalue()
    assert Chat.objects.count() == 0
