"""Tells an administrator what is wrong: how a number is read, what each endpoint answers, and what is not set up."""

import io
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http.request import split_domain_port, validate_host
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from callnotes.models import Extension
from contacts import dates, phone
from contacts.models import Contact
from integrations_3cx import crm_template
from integrations_3cx.endpoint import Endpoint
from integrations_3cx.models import ApiToken, Scope
from integrations_3cx.views import CallsView, ContactsView, QueryView

ANSWER_SHOWN = 1500
CONTACTS_SHOWN = 20
MAKE_TEMPLATE_KEY = _("Make one that may read contacts and report calls, and type it into 3CX.")
UPLOAD_TEMPLATE = format_lazy(_("Download version {version} below and upload it to 3CX."), version=crm_template.VERSION)
JOURNAL_CALLS = _("Switch on Journal calls in 3CX's CRM settings, and make a call.")
USE_IN_CALL_FLOW = _("If only known callers are to reach your agents, set up the gate below.")
READ_AS = {
    phone.Rule.INTERNATIONAL: _("Read with its country code."),
    phone.Rule.NATIONAL: _("Read as a number of {region}, without a country code."),
    phone.Rule.BARE_INTERNATIONAL: _("Read with its country code, but without + or 00."),
    phone.Rule.SHORT: _("Read as a short number, which stands for itself."),
    phone.Rule.UNLISTED: _(
        "Read as digits that are no number of {region} nor of any other plan; they stand for themselves."
    ),
    phone.Rule.WITHHELD: _("Read as a caller who hides the number."),
    phone.Rule.UNREADABLE: _("Read as no number: it holds letters, or is too long."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """Something that has to be right; `advice` says what to do where it is not."""

    is_right: bool
    what: str
    advice: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What 3CX would send for one purpose, and what it would receive."""

    purpose: Promise
    sent: str
    http_status: int
    answer: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Examination:
    """`number` is canonical, empty where there is none."""

    number: str
    read_as: str
    contacts: list[Contact]
    trials: list[Trial]


def examine(spelling: str, token: ApiToken | None, *, with_contacts: bool = True) -> Examination:
    """How a caller's number is read, whom it finds, and what 3CX would be answered by that token. Stores nothing.

    Without contacts, the reading alone: whoever may not see contacts reads none here either.
    """
    reading = phone.read(spelling, settings.DEFAULT_PHONE_REGION)
    reached = (
        Contact.objects.active().reached_at(reading.number).order_by("name") if reading.number and with_contacts else []
    )
    return Examination(
        number=reading.number,
        read_as=READ_AS[reading.rule].format(region=settings.DEFAULT_PHONE_REGION),
        contacts=list(reached[:CONTACTS_SHOWN]),
        trials=_trials(spelling, token) if token and with_contacts else [],
    )


def checks(now: datetime | None = None) -> list[Check]:
    """What a 3CX needs of this installation, in the order in which it is set up."""
    now = now or timezone.now()
    tokens = [token for token in ApiToken.objects.filter(revoked_at=None) if token.is_valid(at=now)]
    return [*_address_checks(), _region_check(), *_key_checks(tokens), _extension_check()]


def _address_checks() -> list[Check]:
    url = settings.PUBLIC_URL
    if not url:
        advice = _("Set PUBLIC_URL to the address that people open, such as https://crm.example.com, and restart.")
        return [Check(False, _("The CRM does not know its own address."), advice)]
    host, _port = split_domain_port(url.partition("://")[2])
    by_https = Check(
        url.startswith("https://"),
        _("The CRM's address is {url}.").format(url=url),
        _("Serve it by https: over http the key and every caller's number can be read on the way."),
    )
    if validate_host(host, settings.ALLOWED_HOSTS):
        return [by_https]
    refused = _("Requests to {host} are refused.").format(host=host)
    return [by_https, Check(False, refused, _("Add {host} to ALLOWED_HOSTS and restart.").format(host=host))]


def _key_checks(tokens: list[ApiToken]) -> list[Check]:
    for_template = any(token.allows(Scope.CONTACTS) and token.allows(Scope.JOURNAL) for token in tokens)
    versions = [token.template_version for token in tokens if token.template_version]
    journaled = _last(token.last_journal_at for token in tokens)
    looked_up = _last(token.last_lookup_at for token in tokens)
    has_key = _("There is a key for the CRM template.") if for_template else _("There is no key for the CRM template.")
    return [
        Check(for_template, has_key, MAKE_TEMPLATE_KEY),
        Check(bool(versions) and min(versions) >= crm_template.VERSION, _versions_said(versions), UPLOAD_TEMPLATE),
        Check(
            bool(journaled),
            _("3CX last reported a call on {moment}.").format(moment=journaled)
            if journaled
            else _("3CX has reported no call yet."),
            JOURNAL_CALLS,
        ),
        Check(
            bool(looked_up),
            _("A call flow last looked a number up on {moment}.").format(moment=looked_up)
            if looked_up
            else _("No call flow has looked a number up."),
            USE_IN_CALL_FLOW,
        ),
    ]


def _last(moments: Iterable[datetime | None]) -> str:
    """The last of the moments, as people read it; empty where there is none."""
    return dates.local(max(filter(None, moments), default=None), dates.DATE_TIME_PADDED)


def _region_check() -> Check:
    region = settings.DEFAULT_PHONE_REGION
    said = _("Numbers without a country code are read as of {region} (DEFAULT_PHONE_REGION).")
    return Check(True, said.format(region=region))


def _versions_said(versions: list[int]) -> str:
    if not versions:
        return _("3CX has not used the CRM template yet.")
    used = ", ".join(map(str, sorted(set(versions))))
    return _("3CX uses version {versions} of the CRM template.").format(versions=used)


def _extension_check() -> Check:
    count = Extension.objects.count()
    advice = _("Write each agent's extension into their page under Users: it tells whose call a reported one is.")
    return Check(count > 0, _("Extensions known: {count}.").format(count=count), advice)


def _trials(spelling: str, token: ApiToken) -> list[Trial]:
    note = {"cid": spelling, "status": "Completed", "comments": "Tried by the back office."}
    moment = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    call = {"CallType": "Missed", "Number": spelling, "CallStartTimeUTC": moment, "Duration": "00:00:00"}
    rehearse = partial(_rehearse, token)
    return [
        rehearse(_("Call flow: is it known?"), QueryView, "query", {"cid": spelling}),
        rehearse(_("Call flow, as plain text"), QueryView, "query", {"cid": spelling, "format": "text"}),
        rehearse(_("Call flow: a note"), QueryView, "query", {}, note),
        rehearse(_("CRM template: name on the phone"), ContactsView, "contacts", {"number": spelling}),
        rehearse(_("CRM template: search in the apps"), ContactsView, "contacts", {"search": spelling}),
        rehearse(_("CRM template: a missed call"), CallsView, "calls", {}, call),
    ]


def _rehearse(
    token: ApiToken, purpose: Promise, view: type[Endpoint], name: str, query: dict[str, str], body: Any = None
) -> Trial:
    """Asks an endpoint as 3CX would, by the token, and takes back whatever it stored."""
    sent = json.dumps(body).encode() if body else b""
    path, query_string = f"/3cx/{name}", urlencode(query)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST" if body else "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query_string,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": io.BytesIO(sent),
            "wsgi.url_scheme": "https",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443",
        }
    )
    answering = view.as_view(is_rehearsal=True, authentication_classes=[partial(_AsToken, token)], throttle_classes=[])
    # A machine is answered in English, whoever looks on.
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        started = time.perf_counter()
        response = answering(request)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        milliseconds = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    asked = f"POST {path} {json.dumps(body, ensure_ascii=False)}" if body else f"GET {path}?{query_string}"
    answer = response.content.decode()[:ANSWER_SHOWN]
    return Trial(purpose, asked, response.status_code, answer, round(milliseconds, 1))


class _AsToken(BaseAuthentication):
    """The key of a token is not kept: a rehearsal stands in for it."""

    def __init__(self, token: ApiToken) -> None:
        self.token = token

    def authenticate(self, request: Request) -> tuple[None, ApiToken]:
        if not self.token.is_valid(at=timezone.now()):
            raise AuthenticationFailed
        return None, self.token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
