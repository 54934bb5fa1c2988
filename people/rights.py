"""Which rights the standard groups have. What agents do at the desk needs none: it is open to all who sign in."""

from collections.abc import Iterable

AGENT, SUPERVISOR, BACK_OFFICE, INTEGRATOR = "Agent", "Supervisor", "Back office", "Integrator"
AUDITOR = "Auditor"


def _on(app: str, *models: str, may: str) -> list[str]:
    return [f"{app}.{verb}_{model}" for model in models for verb in may.split()]


CONVERSATIONS = _on("callnotes", "callnote", "call", "chat", "callback", "callreason", may="view export")
LEDGER = _on("callnotes", "donotdisturb", may="view add lift export")
REPORTS = ["callnotes.view_reports"]

WHOLE_NUMBERS = "contacts.view_whole_numbers"

# A right of a model that is not there as yet is given once it is.
RIGHTS = {
    AGENT: [WHOLE_NUMBERS],
    SUPERVISOR: [
        WHOLE_NUMBERS,
        *_on("contacts", "contact", "contactnumber", may="view"),
        *_on("callnotes", "disposition", may="view"),
        *CONVERSATIONS,
        *LEDGER,
        *REPORTS,
    ],
    BACK_OFFICE: [
        WHOLE_NUMBERS,
        *_on("contacts", "contact", "contactnumber", may="view add change delete"),
        *_on("contacts", "importrun", may="view add delete"),
        *_on("contacts", "importmapping", may="view change delete"),
        *("contacts.merge_contact", "contacts.export_contact"),
        *_on("callnotes", "disposition", may="view add change delete"),
        *CONVERSATIONS,
        *LEDGER,
        *REPORTS,
        "callnotes.redact_callnote",
        *("privacy.view_deed", "privacy.read_held"),
    ],
    INTEGRATOR: [
        WHOLE_NUMBERS,
        *_on("integrations_3cx", "apitoken", may="view add change"),
        *_on("integrations_3cx", "failedrequest", may="view"),
    ],
    # Sees numbers masked: without the right to whole ones, and so with no more than what people/sight.py opens.
    AUDITOR: [
        *_on("contacts", "contact", "contactnumber", may="view"),
        *_on("callnotes", "disposition", "donotdisturb", may="view"),
        *(right for right in CONVERSATIONS if ".view_" in right),
        *REPORTS,
    ],
}

# What no group has, by the reason. A right that is neither here nor in a group is one that somebody forgot.
ADMINISTRATORS_ALONE = {
    "What was said and what happened is corrected by who said it, and is not rewritten.": [
        *_on("callnotes", "callnote", "call", "chat", "callback", "callreason", may="add change delete"),
        *_on("callnotes", "donotdisturb", may="change delete"),
    ],
    "Who decides what people may do could give themselves all; so could who sees it in the list of all changes.": [
        *_on("auth", "user", "group", "permission", may="view add change delete"),
        *_on("callnotes", "extension", may="view add change delete"),
        *_on("people", "failedsignin", "standardgroup", may="view add change delete"),
        "changes.view_change",
    ],
    "A key is revoked, and stays to be seen; refusals are what happened.": [
        "integrations_3cx.delete_apitoken",
        *_on("integrations_3cx", "failedrequest", may="add change delete"),
    ],
    "The product's own memory, which has no page; an import is a row of it that nobody edits.": [
        *_on("contacts", "importpiece", "importrow", may="view add change delete"),
        *_on("callnotes", "draft", "calendarfeed", may="view add change delete"),
        *_on("integrations_3cx", "idempotencykey", may="view add change delete"),
        *("contacts.change_importrun", "contacts.add_importmapping"),
    ],
}


def give(apps, rights: dict[str, list[str]] = RIGHTS) -> None:
    """Gives the standard groups which rights there are and they never had: what was taken away meanwhile stays away."""
    Permission = apps.get_model("auth", "Permission")
    there = {f"{row.content_type.app_label}.{row.codename}": row for row in _named(Permission, rights.values())}
    for standard in apps.get_model("people", "StandardGroup").objects.exclude(group=None).select_related("group"):
        fresh = [name for name in rights.get(standard.name, []) if name in there and name not in standard.given]
        standard.group.permissions.add(*(there[name] for name in fresh))
        standard.given += fresh
        standard.save(update_fields=["given"])


def _named(Permission, lists: Iterable[list[str]]):
    codenames = {name.partition(".")[2] for names in lists for name in names}
    return Permission.objects.filter(codename__in=codenames).select_related("content_type")
