"""Call notes and agents for tests."""

from django.contrib.auth.models import User

from callnotes import recording
from callnotes.models import CallNote, Disposition


def disposition(key: str) -> Disposition:
    return Disposition.objects.get(key=key)


def make_agent(username: str = "agent", **fields) -> User:
    return User.objects.create_user(username, password="a password of the tests", **fields)


def make_note(number: str, comments: str = "Asked for a quote.", *, key: str = "completed", **fields) -> CallNote:
    return recording.record(number, disposition(key), comments, **{"source": CallNote.Source.DESK} | fields)
