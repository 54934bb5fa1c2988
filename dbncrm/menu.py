"""The back office's menu: which page stands where, in the words of those who work there.

An entry is a list of rows, named `app.model`, or a `Page`. Everybody sees what they may open, and no more. A list's
name is its model's; what it is, its ModelAdmin's `about` says.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CONNECT_RIGHTS = ("integrations_3cx.view_apitoken", "integrations_3cx.change_apitoken")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is no list of a model: whoever has one of the `rights` sees it. `place` is a query or an anchor."""

    name: str
    about: str
    address: str
    rights: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together. `key` names it in addresses and style sheets."""

    key: str
    name: str
    entries: tuple[str | Page, ...]


MENU = [
    Section(
        "customers",
        _("Customers"),
        (
            "contacts.contact",
            "contacts.duplicate",
            "contacts.merge",
            "contacts.importrun",
            "contacts.importmapping",
        ),
    ),
    Section(
        "conversations",
        _("Conversations"),
        (
            "callnotes.callnote",
            "callnotes.call",
            "callnotes.chat",
            "callnotes.callback",
            "callnotes.donotdisturb",
            "callnotes.callreason",
        ),
    ),
    Section(
        "reports",
        _("Reports"),
        (
            Page(
                pgettext_lazy("of reports", "Overview"),
                _("Notes, calls, time to call back and callbacks of any period, beside the period before."),
                "desk:reports",
                ("callnotes.view_reports",),
            ),
            Page(
                pgettext_lazy("of reports", "By day and hour"),
                _("When calls come, through the days of a period and the hours of a week."),
                "desk:report-hours",
                ("callnotes.view_reports",),
            ),
            Page(
                pgettext_lazy("of reports", "By agent"),
                _("The same for each agent."),
                "desk:report-agents",
                ("callnotes.view_reports",),
            ),
            Page(
                pgettext_lazy("of reports", "By queue"),
                _("The same for each queue of the phone system."),
                "desk:report-queues",
                ("callnotes.view_reports",),
            ),
        ),
    ),
    Section("set-up", _("Set up"), ("callnotes.disposition",)),
    Section(
        "phone-system",
        _("Phone system"),
        (
            Page(
                _("Connect 3CX"),
                _("What is right and what is not yet, the CRM template, and the addresses that 3CX needs."),
                "admin:connect_3cx",
                CONNECT_RIGHTS,
            ),
            Page(
                _("Try a caller"),
                _("What 3CX would be answered about a number, and why."),
                "admin:connect_3cx",
                CONNECT_RIGHTS,
                "#doctor",
            ),
            Page(
                _("Refused requests"),
                _("What 3CX asked or reported in vain, and what to do about it."),
                "admin:connect_3cx",
                CONNECT_RIGHTS,
                "#failures",
            ),
            "integrations_3cx.apitoken",
        ),
    ),
    Section(
        "people",
        _("People"),
        (
            "auth.user",
            "auth.group",
            Page(
                _("Without second factor"),
                _("Staff who will set up their app at their next sign-in, or were let in without one."),
                "admin:auth_user_changelist",
                ("auth.view_user", "auth.change_user"),
                "?is_staff__exact=1&second_factor=no",
            ),
            "people.failedsignin",
        ),
    ),
    Section("privacy", _("Privacy"), ("privacy.deed", "privacy.retentionperiod")),
    Section(
        "changes",
        _("Who did what"),
        (
            "changes.change",
            Page(
                _("Exports and imports"),
                _("Who took rows out of the back office as a file, and who brought some in."),
                "admin:changes_change_changelist",
                ("changes.view_change",),
                "?kind=log",
            ),
        ),
    ),
]
