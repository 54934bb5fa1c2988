"""Demonstration data from a seeded generator: invented people and firms, with a history of some months.

Numbers come from ranges kept free for fiction where the country has one (United Kingdom's are unknown to
numbering plans in software, so it has none here); those of Singapore and Malaysia are random: do not call them.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from callnotes import callbacks, recording
from callnotes.callbacks import Promise
from callnotes.journaling import CallReport, ChatReport, journal_call, journal_chat
from callnotes.models import Call, Callback, CallNote, Disposition, Extension
from contacts import duplicates, phone
from contacts.models import Contact, ContactNumber

CONTACTS = 200
ADDED_TWICE = 3
DAYS = 120
DAYS_JOURNALED = 14
UNKNOWN_CALLERS = 12
MISSED_NUMBERS = 9
# From when the data is made: the first agent's callbacks, overdue and to come.
PROMISED_IN_MINUTES = [-45, -5, 60, 1500]

# How the numbers of a country are made (# is any digit), and how many contacts of a hundred have one.
NUMBER_FORMS = [
    ("+659#######", 45),
    ("+658#######", 10),
    ("+6012#######", 12),
    ("+1202555010#", 4),
    ("+1415555015#", 4),
    ("+1312555018#", 4),
    ("+6149157000#", 3),
    ("+6149157015#", 3),
    ("+46701740###", 8),
    ("+4930231254##", 7),
]
GIVEN_NAMES = (
    "Mira Tomas Lian Aisha Ravi Elsa Jonas Mei Daniel Farah Otto Priya Noor Hugo Siti Clara Wei Ines Karim Lotte"
    " Arjun Freya Hana Emil Yusuf Greta Kiran Olive Zaid Nina"
).split()
SURNAME_STARTS = "Tal Bren Kor Mel Van Ost Har Sel Dun Mar Fen Ros Lin Quen Bal Ther".split()
SURNAME_ENDS = "vane wick mere dahl sson field ora tani quist berg lund shaw rath ling ova mont".split()
TRADES = "Logistics|Dental Clinic|Bakery|Engineering|Travel|Interiors|Accounting|Flowers|Motors|Tuition".split("|")
LABELS = ["mobile", "office", "home"]

COMMENTS = {
    "no_answer": ["", "", "Rang out.", "Went to voicemail.", "Line busy, try in the evening."],
    "schedule_later": [
        "In a meeting, asked to be called back after lunch.",
        "Driving. Prefers tomorrow morning.",
        "Wants to check with the office first; call again next week.",
        "Asked for a call after the holidays.",
    ],
    "do_not_disturb": ["Does not want further calls.", "Asked to be taken off the list."],
    "completed": [
        "Confirmed the delivery for Thursday.",
        "Asked for a quote for 20 pieces, sent by e-mail.",
        "Renewed for another year.",
        "Complaint about the last invoice settled; credit note promised.\nFollow up if it has not arrived by Friday.",
        "Changed the delivery address.",
        "Questions on opening hours, answered.",
        "Appointment moved to the 14th, 10:30.",
    ],
}
WEIGHTS = {"no_answer": 30, "schedule_later": 22, "do_not_disturb": 3, "completed": 45}


def fill(agents: list[User], now: datetime, seed: int = 3) -> None:
    """Makes contacts, call notes and what a phone system reports. The same seed and moment make the same data."""
    for place, agent in enumerate(agents):
        Extension.objects.get_or_create(agent=agent, defaults={"number": str(101 + place)})
    chance = random.Random(seed)  # noqa: S311  nothing here is secret
    numbers = _numbers(chance)
    contacts = [_contact(chance, numbers, now) for _ in range(CONTACTS)]
    _share_numbers(chance, contacts)
    reached = [number.number for contact in contacts for number in contact.numbers.all()]
    strangers = [next(numbers) for _ in range(UNKNOWN_CALLERS)]
    dispositions = {disposition.key: disposition for disposition in Disposition.objects.all()}
    for moment, number in sorted(_calls(chance, reached, strangers, now)):
        key = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        from_desk = number in strangers or chance.random() < 0.85
        agent = chance.choice(agents) if from_desk else None
        if agent and moment > now - timedelta(days=DAYS_JOURNALED) and chance.random() < 0.9:
            journal_call(_call(chance, number, agent, moment, is_answered=key != "no_answer"))
        recording.record(
            number,
            dispositions[key],
            chance.choice(COMMENTS[key]),
            source=CallNote.Source.DESK if from_desk else CallNote.Source.PHONE_SYSTEM,
            agent=agent,
            promise=_promise(chance, moment) if agent else None,
            now=moment,
        )
    for callback in Callback.objects.due(now - timedelta(hours=3)):
        callbacks.close_by_hand(callback, callback.agent or agents[0], "Answered by e-mail.", now=callback.due_at)
    for number, minutes in zip(chance.sample(reached, len(PROMISED_IN_MINUTES)), PROMISED_IN_MINUTES, strict=True):
        due_at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        recording.record(
            number,
            dispositions["schedule_later"],
            chance.choice(COMMENTS["schedule_later"]),
            source=CallNote.Source.DESK,
            agent=agents[0],
            promise=Promise(due_at),
            now=now - timedelta(minutes=200),
        )
    for number in chance.sample(reached + strangers, MISSED_NUMBERS):
        for _ in range(chance.choice([1, 1, 2, 3])):
            journal_call(_missed(number, now - timedelta(minutes=chance.randrange(10, 2000))))
    journal_call(_call(chance, reached[0], agents[0], now - timedelta(hours=2), is_answered=True))
    _chat(contacts[0], agents[0], now - timedelta(hours=5))
    _add_again(contacts[-ADDED_TWICE:], now)
    duplicates.search()


def _promise(chance: random.Random, at: datetime) -> Promise:
    """To call some days later, at a quarter of an hour; by anyone, now and then."""
    day = timezone.localtime(at) + timedelta(days=chance.randrange(1, 8))
    due_at = day.replace(hour=chance.randrange(9, 18), minute=chance.choice([0, 15, 30, 45]), second=0, microsecond=0)
    return Promise(due_at, by_anyone=chance.random() < 0.2)


def _call(chance: random.Random, number: str, agent: User, noted_at: datetime, *, is_answered: bool) -> CallReport:
    """The call that an agent wrote a note about, as 3CX reports it."""
    seconds = chance.randrange(20, 600) if is_answered else 0
    ended_at = noted_at - timedelta(seconds=chance.randrange(5, 90))
    is_inbound = is_answered and chance.random() < 0.6
    return CallReport(
        number=number,
        direction=Call.Direction.INBOUND if is_inbound else Call.Direction.OUTBOUND,
        result=Call.Result.ANSWERED if is_answered else Call.Result.NOT_ANSWERED,
        started_at=ended_at - timedelta(seconds=seconds + 12),
        answered_at=ended_at - timedelta(seconds=seconds) if is_answered else None,
        ended_at=ended_at,
        duration_seconds=seconds,
        extension=agent.extension.number,
        queue="800" if is_inbound else "",
    )


def _missed(number: str, at: datetime) -> CallReport:
    return CallReport(
        number=number,
        direction=Call.Direction.INBOUND,
        result=Call.Result.MISSED,
        started_at=at,
        ended_at=at + timedelta(seconds=25),
        duration_seconds=0,
        queue="800",
    )


def _chat(contact: Contact, agent: User, at: datetime) -> None:
    report = ChatReport(
        number=contact.numbers.all()[0].number,
        started_at=at,
        ended_at=at + timedelta(minutes=4),
        extension=agent.extension.number,
        visitor_name=contact.name,
        messages="Visitor: Is my order on its way?\nAgent: It leaves today.\nVisitor: Thank you.",
    )
    journal_chat(report)


def _numbers(chance: random.Random) -> Iterator[str]:
    """Distinct numbers that numbering plans know."""
    forms, weights = zip(*NUMBER_FORMS, strict=True)
    used: set[str] = set()
    while True:
        form = chance.choices(forms, weights)[0]
        number = "".join(str(chance.randrange(10)) if mark == "#" else mark for mark in form)
        if number not in used and phone.read(number, "SG").number == number:
            used.add(number)
            yield number


def _contact(chance: random.Random, numbers: Iterator[str], now: datetime) -> Contact:
    surname = chance.choice(SURNAME_STARTS) + chance.choice(SURNAME_ENDS)
    given = chance.choice(GIVEN_NAMES)
    company = f"{chance.choice(SURNAME_STARTS)}{chance.choice(SURNAME_ENDS)} {chance.choice(TRADES)}"
    contact = Contact.objects.create(
        name=f"{given} {surname}",
        company=company if chance.random() < 0.6 else "",
        email=f"{given}.{surname}@example.com".lower() if chance.random() < 0.7 else "",
        remarks="Speaks Mandarin and English." if chance.random() < 0.1 else "",
        created_at=now - timedelta(days=DAYS + chance.randrange(300)),
    )
    for place in range(chance.choices([1, 2, 3], [75, 20, 5])[0]):
        ContactNumber.objects.create(contact=contact, number=next(numbers), label=LABELS[place], is_primary=place == 0)
    return contact


def _share_numbers(chance: random.Random, contacts: list[Contact]) -> None:
    """A few households and switchboards: several contacts on one number."""
    for first, second in zip(contacts[0:12:2], contacts[1:12:2], strict=True):
        shared = first.numbers.all()[0].number
        ContactNumber.objects.create(contact=second, number=shared, label="shared")


def _add_again(contacts: list[Contact], now: datetime) -> None:
    """The same people once more, as somebody in a hurry adds them."""
    for place, contact in enumerate(contacts):
        given, surname = contact.name.split()
        again = Contact.objects.create(
            name=f"{surname}, {given[0]}.", remarks="Prefers mornings.", created_at=now - timedelta(days=place + 1)
        )
        ContactNumber.objects.create(contact=again, number=contact.numbers.all()[0].number, is_primary=True)


def _calls(
    chance: random.Random, reached: list[str], strangers: list[str], now: datetime
) -> Iterator[tuple[datetime, str]]:
    """When each number was called: some often, some never."""
    for number in reached + strangers:
        for _ in range(min(int(chance.expovariate(1 / 4)), 40)):
            day = timezone.localtime(now) - timedelta(days=chance.randrange(1, DAYS))
            yield day.replace(hour=chance.randrange(9, 18), minute=chance.randrange(60)), number
