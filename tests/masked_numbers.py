"""Rows with a number of its own in every field where one can stand, and a walk over all pages that are open."""

import html
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from callnotes import callbacks, do_not_disturb
from callnotes.callbacks import Promise
from callnotes.models import Call, Callback, CallNote, CallReason, Chat, DoNotDisturb
from callnotes.tests.factories import make_agent, make_call, make_chat, make_missed, make_note, make_peace
from contacts import phone
from contacts.acting import acting
from contacts.models import Contact, ContactNumber
from contacts.tests.factories import make_contact

# How the numbers are spelled where people type: in turn.
SPELLINGS = [
    lambda national: f"+65{national}",
    lambda national: f"+65 {national[:4]} {national[4:]}",
    lambda national: national,
    lambda national: f"0065-{national[:4]}-{national[4:]}",
    lambda national: f"({national[:4]}) {national[4:]}",
    lambda national: f"65{national}",
]


@dataclass
class Secrets:
    """Numbers that nobody else has: `national` ones by what they were put into."""

    national: dict[str, str] = field(default_factory=dict)

    def canonical(self, place: str) -> str:
        return f"+65{self._next(place)}"

    def words(self, place: str) -> str:
        """A number among words, spelled in one way or another."""
        spell = SPELLINGS[len(self.national) % len(SPELLINGS)]
        return f"Rang from {spell(self._next(place))}, please."

    def _next(self, place: str) -> str:
        assert place not in self.national
        count = len(self.national)
        self.national[place] = f"9{1_357_913 + count * 191_911 % 8_000_000:07}"
        return self.national[place]


def numbers_everywhere(reader: User) -> Secrets:
    """Makes rows of every kind that has a page, from a while before now on; `reader` was of the back office once."""
    secrets, now = Secrets(), timezone.now()
    agent = make_agent("robin", extension="101")
    contact = _contact(secrets)
    known = contact.numbers.first().number
    call = make_call(
        secrets.canonical("number of a call"),
        now - timedelta(hours=5),
        call_id=secrets.words("call id"),
        recording_url=f"https://pbx.example.com/{secrets.canonical('recording')}.wav",
        summary=secrets.words("summary"),
        transcript=secrets.words("transcript"),
        extension="101",
        queue="800",
    )
    make_note(call.number, secrets.words("comments"), agent=agent, reported_call=call, now=now - timedelta(hours=5))
    make_note(known, "Of a contact.", agent=agent, contact=contact, now=now - timedelta(hours=4))
    first = make_note(secrets.canonical("number of a note"), "First", agent=agent, now=now - timedelta(hours=4))
    make_note(first.number, secrets.words("correction"), agent=reader, corrects=first, now=now - timedelta(hours=3))
    CallNote.objects.filter(pk=first.pk).update(call_id=secrets.words("call id of a note"))
    make_missed(secrets.canonical("number of a missed call"), now - timedelta(hours=3))
    _chats(secrets)
    _callbacks(secrets, agent)
    _ledger(secrets, agent)
    _names_as_they_were(secrets)
    LogEntry.objects.create(
        user=reader,
        content_type=ContentType.objects.get_for_model(CallNote),
        object_id=str(first.pk),
        object_repr=secrets.words("the reader's own log"),
        action_flag=CHANGE,
        change_message=secrets.words("what the reader's own log says"),
    )
    return secrets


def _contact(secrets: Secrets) -> Contact:
    with acting(name="3CX", reason=secrets.words("reason of a change")):
        contact = make_contact(secrets.words("name before"), secrets.canonical("number before"))
    contact.name, contact.company = f"Mira {secrets.words('name')}", secrets.words("company")
    contact.remarks, contact.email = secrets.words("remarks"), "mira@example.com"
    contact.save()
    number = contact.numbers.get()
    number.number, number.label = secrets.canonical("number of a contact"), secrets.words("label")[10:]
    number.save()
    ContactNumber.objects.create(contact=contact, number=secrets.canonical("number that is removed")).delete()
    return contact


def _chats(secrets: Secrets) -> None:
    began = timezone.now() - timedelta(hours=2)
    cut = "-" * (Chat.SHOWN_LENGTH - 5)
    said = {"messages": secrets.words("messages"), "visitor_name": secrets.words("visitor")}
    make_chat(secrets.canonical("number of a chat"), began, **said)
    make_chat(secrets.canonical("number of a long chat"), began, messages=f"{cut}{secrets.canonical('cut off')}{cut}")


def _callbacks(secrets: Secrets, agent: User) -> None:
    now = timezone.now()
    for name in ("open", "closed by hand", "closed by a note"):
        promise = Promise(now - timedelta(hours=1))
        number = secrets.canonical(f"number of a callback, {name}")
        make_note(number, key="schedule_later", promise=promise, agent=agent, now=now - timedelta(hours=6))
    _open, by_hand, by_note = Callback.objects.order_by("pk")
    callbacks.close_by_hand(by_hand, agent, secrets.words("closing reason"))
    make_note(by_note.number, secrets.words("closing note"), agent=agent)


def _ledger(secrets: Secrets, agent: User) -> None:
    entry = make_peace(secrets.canonical("number at peace"), timezone.now(), secrets.words("reason"), set_by=agent)
    make_note(secrets.canonical("number of a note that asks for peace"), key="do_not_disturb", agent=agent)
    with acting(agent):
        do_not_disturb.lift_all(DoNotDisturb.objects.filter(pk=entry.pk), agent, secrets.words("reason of lifting"))
    CallReason.objects.create(
        number=secrets.canonical("number called all the same"), agent=agent, reason=secrets.words("why it was called")
    )


def _names_as_they_were(secrets: Secrets) -> None:
    for model in (CallNote, Call, Chat, Callback):
        row = model.objects.order_by("pk").first()
        name = secrets.words(f"name of a contact as it was, {model.__name__}")
        model.objects.filter(pk=row.pk).update(contact_name=name)


# What is in an answer


def seen_in(response: HttpResponse) -> str:
    """All that an answer tells, body and headers, without what parts digits: tags, signs, encodings."""
    body = b"".join(response) if response.streaming else response.content
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    text = f"{headers} {response.status_code} {body.decode()}"
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    plain = unicodedata.normalize("NFKC", html.unescape(unquote(unquote(text))))
    without_tags = re.sub(r"<[^>]*>", "", plain)
    return "|".join("".join(filter(str.isalnum, each)) for each in (plain, without_tags))


def is_told(national: str, seen: str) -> bool:
    """Whether more of a number is told than its mask shows: the hidden digits and two more, in either direction."""
    hidden = national[: len(national) - 2]
    return hidden in seen or national[::-1][2:] in seen


# The walk


LINK = re.compile(r'<(?:a|form|link|img|script)\b[^>]*? (?:href|src|action)="([^"]*)"', re.DOTALL)
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r'<(?:input|button)\b[^>]*? name="([^"]+)"[^>]*>', re.DOTALL)
VALUE = re.compile(r' value="([^"]*)"')
OPTIONS = re.compile(r'<select\b[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
NOT_WALKED = ("/logout", "/admin/logout", "/static/", "/language/", "/account/")
OF_A_SORT, OF_A_PATH = 2, 12


class Walk:
    """Opens pages and what they lead to: OF_A_PATH of each path without its keys, OF_A_SORT that ask by like names."""

    def __init__(self, client: Client, addresses: Iterable[str]) -> None:
        self.client = client
        self.answers: dict[str, HttpResponse] = {}
        self.seen: dict[str, str] = {}
        self._counted: Counter = Counter()
        self._waiting = deque(addresses)
        while self._waiting:
            self._open(self._waiting.popleft())

    def _open(self, address: str) -> None:
        if not self._is_wanted("GET", address):
            return
        response = self._keep(address, self.client.get(address))
        if response.status_code in (301, 302):
            self._waiting.append(urljoin(address, response.url))
        if response.status_code == 200 and "html" in response["Content-Type"]:
            self._follow(address, response.content.decode())

    def _keep(self, what: str, response: HttpResponse) -> HttpResponse:
        self.answers[what], self.seen[what] = response, seen_in(response)
        return response

    def _is_wanted(self, method: str, address: str) -> bool:
        parts = urlsplit(address)
        path = method, re.sub(r"\d+", "N", parts.path)
        sort = path, tuple(sorted(re.findall(r"of=[a-z._]+|[^=&]+(?==)", parts.query)))
        if parts.netloc or address in self.answers or address.startswith(NOT_WALKED):
            return False
        if self._counted[path] >= OF_A_PATH or (parts.query and self._counted[sort] >= OF_A_SORT):
            return False
        self._counted.update([path, sort])
        return True

    def _follow(self, address: str, page: str) -> None:
        for link in LINK.findall(page):
            target = urljoin(address, html.unescape(link)).partition("#")[0]
            if target.startswith("/"):
                self._waiting.append(target)
        for attributes, inside in FORM.findall(page):
            self._fill_in(address, attributes, inside)

    def _fill_in(self, address: str, attributes: str, inside: str) -> None:
        """Sends a form as it stands: one that asks by its address, one that changes something to the page itself."""
        action = re.search(r' action="([^"]*)"', attributes)
        target = urljoin(address, html.unescape(action[1] if action else "")).partition("#")[0]
        fields = dict(_fields(inside))
        if 'method="post"' not in attributes.lower():
            self._waiting.append(f"{target.partition('?')[0]}?{urlencode(fields)}")
        elif self._is_wanted("POST", target):
            self._keep(f"POST {target}", self.client.post(target, fields))


def _fields(markup: str) -> Iterator[tuple[str, str]]:
    for found in FIELD.finditer(markup):
        value = VALUE.search(found[0])
        yield found[1], html.unescape(value[1]) if value else ""
    for name, options in OPTIONS.findall(markup):
        values = VALUE.findall(options)
        yield name, html.unescape(values[-1]) if values else ""


def spellings(national: str) -> list[str]:
    """What somebody tries who seeks a number."""
    tried = [spell(national) for spell in SPELLINGS]
    return [*tried, national[-8:], national[-4:], national[:5], phone.reversed_digits(national), f"Mira {national[:3]}"]
