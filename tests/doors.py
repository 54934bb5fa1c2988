"""Every address of the project, with a row behind each, and what each kind of person is answered there."""

import re
from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from callnotes import do_not_disturb
from callnotes.tests.factories import make_agent, make_call, make_callback, make_chat, make_note, make_peace
from contacts.tests.factories import make_contact
from contacts.tests.import_files import an_import
from contacts.tests.merges import make_merge
from integrations_3cx.models import FailedRequest
from integrations_3cx.tests.factories import make_token

NUMBER = "+6591234567"
PLACES = [
    *(("<str:number>", NUMBER), ("<str:key>", "no-such-key"), ("^(?P<app_label>", "<app_label>")),
    *((place, "1") for place in ("<int:pk>", "<path:object_id>", "<int:content_type_id>", "<id>")),
    ("<path:content_type_id>", "1"),
]
# What an address at the desk names by its key; the back office's addresses name it themselves.
AT_THE_DESK = {"contacts": "contacts.contact", "calls": "callnotes.call", "chats": "callnotes.chat"}
AT_THE_DESK |= {"notes": "callnotes.callnote"}


def addresses(patterns=None, prefix: str = "/") -> list[str]:
    """All of them, with a number, a word that is no key, and the key 1 in their places."""
    found = []
    for pattern in patterns or get_resolver().url_patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            found.append(_sample(text))
    return sorted(set(found))


def _sample(text: str) -> str:
    for place, value in PLACES:
        text = text.replace(place, value)
    if "<app_label>" in text:
        return "/admin/contacts/"
    return "/admin/no-such-page/" if "(?P<url>" in text else text


def make_a_row_of_everything() -> None:
    """That each address has something to show."""
    avery = User.objects.create_superuser("keeper")
    mira, other = make_contact("Mira Talvane", NUMBER), make_contact("Mira T.", NUMBER)
    make_merge(mira, other, by=avery)
    an_import("Name,Phone", "Tomas Ostfield,98765432")
    make_note(NUMBER), make_call(NUMBER), make_chat(NUMBER), make_callback(NUMBER), make_token()
    make_peace(NUMBER), do_not_disturb.give_reason(NUMBER, avery, "Asked to be called.")
    moments = dict.fromkeys(("first_at", "last_at"), timezone.now())
    FailedRequest.objects.create(**moments, path="/3cx/query", http_status=401, has_valid_key=False)
    Client().post("/login/", {"username": "nobody", "password": "wrong"})


def make_people() -> dict[str, User | None]:
    """One of each kind; who works in the back office is staff."""
    groups = {
        "supervisor": "Supervisor",
        "back-office": "Back office",
        "integrator": "Integrator",
        "auditor": "Auditor",
    }
    people = {kind: make_agent(kind, is_staff=True) for kind in groups}
    for kind, name in groups.items():
        people[kind].groups.add(Group.objects.get(name=name))
    keeper = User.objects.get(username="keeper")
    return {"visitor": None, "agent": make_agent("robin"), **people, "administrator": keeper}


def answers(person: User | None, asked: Iterable[str]) -> dict[str, str]:
    """What a person is answered, by what is asked: an address, or POST and an address. Nothing of it is done."""
    client = Client()
    if person:
        client.force_login(person)
    pairs = {line: (line.rpartition(" ")[0] or "GET", line.rpartition(" ")[2]) for line in asked}
    return {line: answer(client, method, address) for line, (method, address) in pairs.items()}


def answer(client: Client, method: str, address: str) -> str:
    """What is answered: the status, or `in` where it is to sign in. What a request does is taken back."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method.lower())(_real(address))
        response.getvalue() if response.streaming else None
        transaction.set_rollback(True)
    client.cookies = cookies
    return "in" if _asks_to_sign_in(response) else str(response.status_code)


def _real(address: str) -> str:
    """The address with the key of a row that is there in the place of 1."""
    found = re.match(r"/(?:admin/)?(?P<model>(?:\w+/\w+)|\w+)/1/", address)
    name = found and AT_THE_DESK.get(found["model"], found["model"].replace("/", "."))
    model = {model._meta.label_lower: model for model in apps.get_models()}.get(name or "")
    row = model and model._base_manager.order_by("pk").first()
    return address.replace("/1/", f"/{row.pk}/", 1) if row else address


def _asks_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.url.startswith(("/login/?next=", "/admin/login/?next="))
