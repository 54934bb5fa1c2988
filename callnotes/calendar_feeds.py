"""Lets an agent's own calendar show the agent's callbacks, by an address that holds a key."""

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from callnotes.models import CalendarFeed, Callback
from contacts import phone

# By the mark in front, logs know what to leave out.
KEY_BYTES = 24
KEY = re.compile(rf"dbn_[0-9a-f]{{{2 * KEY_BYTES}}}", re.ASCII)
READ_NOTED_EVERY = timedelta(hours=1)
CALLBACKS_AT_MOST = 500
LENGTH, REMINDER = timedelta(minutes=15), timedelta(minutes=5)
ASK_AGAIN_AFTER = timedelta(minutes=15)
NAME_AT_MOST, WORDS_AT_MOST = 80, 200


def issue(agent: AbstractBaseUser, now: datetime | None = None) -> str:
    """A new key for the agent's calendar, which is stored nowhere; the one before opens nothing any more."""
    key = f"dbn_{secrets.token_hex(KEY_BYTES)}"
    fresh = {"key_digest": _digest(key), "created_at": now or timezone.now(), "last_read_at": None}
    CalendarFeed.objects.update_or_create(agent=agent, defaults=fresh)
    return key


def revoke(agent: AbstractBaseUser) -> bool:
    """Lets no key open the agent's calendar; answers whether one did."""
    deleted, _ = CalendarFeed.objects.filter(agent=agent).delete()
    return bool(deleted)


def agent_of(key: str, now: datetime | None = None) -> AbstractBaseUser | None:
    """Whose callbacks a key opens, None for any other text; keeps that they were read, at most once an hour.

    What is no key in form costs no query, others one or two.
    """
    if not KEY.fullmatch(key):
        return None
    found = CalendarFeed.objects.filter(key_digest=_digest(key), agent__is_active=True).select_related("agent").first()
    if found is None:
        return None
    _note_read(found, now or timezone.now())
    return found.agent


def feed(agent: AbstractBaseUser, now: datetime | None = None) -> bytes:
    """The agent's open callbacks as a calendar (RFC 5545), the soonest 500. One query."""
    calendar = Calendar.new(uid=_uid("callbacks-of", agent.pk), prodid="-//DBN CRM//Callbacks//EN", name=_("Callbacks"))
    # It has no type unless that is told (RFC 7986, section 5.7).
    calendar.add("refresh-interval", ASK_AGAIN_AFTER, {"VALUE": "DURATION"})
    promised = Callback.objects.open().of_agent(agent).soonest_first().select_related("contact", "note")
    for callback in promised[:CALLBACKS_AT_MOST]:
        calendar.add_component(_event(callback, now or timezone.now()))
    return calendar.to_ical()


def _event(callback: Callback, now: datetime) -> Event:
    number = phone.display(callback.number)
    name = callback.contact.name if callback.contact else callback.contact_name
    summary = _("Call back {whom}").format(whom=_line(name, NAME_AT_MOST) or number)
    words = _line(callback.note.comments, WORDS_AT_MOST)
    event = Event.new(
        uid=_uid("callback", callback.pk),
        stamp=now,
        start=callback.due_at,
        end=callback.due_at + LENGTH,
        summary=summary,
        description=f"{number}\n{words}" if words else number,
        url=settings.PUBLIC_URL + reverse("desk:number", args=[callback.number]) if settings.PUBLIC_URL else None,
    )
    event.add_component(_alarm(summary))
    return event


def _alarm(summary: str) -> Alarm:
    alarm = Alarm.new(description=summary)
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMINDER)
    return alarm


def _uid(what: str, pk: int) -> str:
    return f"{what}-{pk}@{urlsplit(settings.PUBLIC_URL).hostname or 'crm'}"


def _line(text: str, length: int) -> str:
    """The first words as one line, without signs that calendars cannot show or take for the end of a line."""
    line = " ".join(text[: 10 * length].split())
    return Truncator("".join(sign for sign in line if unicodedata.category(sign) != "Cc")).chars(length)


def _note_read(found: CalendarFeed, now: datetime) -> None:
    if found.last_read_at and found.last_read_at > now - READ_NOTED_EVERY:
        return
    rested = Q(last_read_at=None) | Q(last_read_at__lte=now - READ_NOTED_EVERY)
    CalendarFeed.objects.filter(rested, pk=found.pk).update(last_read_at=now)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
