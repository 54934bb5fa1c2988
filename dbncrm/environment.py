"""Reads the environment, typed: what is missing or malformed is gathered and told in one line a variable.

Secrets are taken as they stand, for django-environ reads a value that starts with `$` as another
variable's name; switches and lists are read here, for it takes a mistyped switch as off and keeps blanks.
"""

import sys
import warnings
import zoneinfo
from collections.abc import Mapping
from typing import Any, NoReturn

import environ

from callnotes import calling_hours
from integrations_3cx.addresses import web_origin

MINIMUM_SECRET_LENGTH = 50
SWITCH_WORDS = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
DATABASE_SCHEMES = {"sqlite", "postgres", "postgresql"}
HOW_TO_MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"


class Environment:
    """The variables of one process. `faults` holds a line for each that cannot be used."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._variables.get(name, "").strip() or default

    def items(self, name: str, default: str = "") -> list[str]:
        return [item.strip() for item in self.text(name, default).split(",") if item.strip()]

    def required_hosts(self, name: str, example: str) -> list[str]:
        items = self.items(name)
        if not items:
            self._fault(name, f"is not set; for example {name}={example}")
        elif any("/" in item for item in items):
            self._fault(name, f"holds an address; write host names alone, for example {name}={example}")
        return items

    def switch(self, name: str, default: bool) -> bool:
        word = self.text(name).lower()
        if not word:
            return default
        if word not in SWITCH_WORDS:
            self._fault(name, f"is {word!r}; write on or off")
        return SWITCH_WORDS.get(word, default)

    def whole_number(self, name: str, default: int) -> int:
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit()):
            self._fault(name, f"is {text!r}; write a whole number, 0 or more")
            return default
        return int(text)

    def secret(self, name: str) -> str:
        """The secret of a variable, raw; long enough and no placeholder."""
        return "".join(self._strong(name, [self._variables.get(name, "").strip()]))

    def secrets(self, name: str) -> list[str]:
        """The comma-separated secrets of a variable, likewise."""
        return self._strong(name, [secret.strip() for secret in self._variables.get(name, "").split(",")])

    def optional_secret(self, name: str) -> str:
        """The secret of a variable, likewise; empty where it is not set."""
        return self.secret(name) if self.text(name) else ""

    def _strong(self, name: str, secrets: list[str]) -> list[str]:
        secrets = list(filter(None, secrets))
        if not secrets:
            self._fault(name, f"is not set; make one with: {HOW_TO_MAKE_ONE}")
        elif any(not _is_strong(secret) for secret in secrets):
            self._fault(
                name,
                f"is too weak; use at least {MINIMUM_SECRET_LENGTH} random characters, made with: {HOW_TO_MAKE_ONE}",
            )
        return secrets

    def time_zone(self, name: str, default: str) -> str:
        zone = self.text(name, default)
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            self._fault(name, f"is {zone!r}; write an IANA name such as Asia/Singapore")
            return default
        return zone

    def calling_hours(self, name: str, default: str) -> calling_hours.CallingHours:
        text = self.text(name, default)
        try:
            return calling_hours.read(text)
        except ValueError as error:
            self._fault(name, f"is {text!r}; {error}")
            return calling_hours.read(default)

    def choice(self, name: str, default: str, choices: frozenset[str], example: str) -> str:
        value = self.text(name, default).upper()
        if value not in choices:
            self._fault(name, f"is {value!r}; write {example}")
            return default
        return value

    def public_url(self, name: str) -> str:
        """An address of the form `https://host[:port]`, without a slash at its end, or empty."""
        try:
            return web_origin(self.text(name)) if self.text(name) else ""
        except ValueError as error:
            self._fault(name, str(error))
            return ""

    def web_client_url(self, name: str) -> str:
        """The address of 3CX's web client, `https://host[:port]/webclient`, or empty; the host alone will do."""
        given = self.text(name).rstrip("/").removesuffix("/#").removesuffix("/webclient")
        try:
            return f"{web_origin(given)}/webclient" if given else ""
        except ValueError:
            self._fault(name, f"is {given!r}; write the address of 3CX's web client, such as https://pbx.example.com")
            return ""

    def database(self, name: str) -> dict[str, Any]:
        """Django's description of the database; the message never shows the URL, for it holds a password."""
        url = self.text(name)
        if not url:
            self._fault(name, "is not set; for example postgresql://user:password@host:5432/dbncrm")
            return {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                description: dict[str, Any] = environ.Env.db_url_config(url)
            is_usable = url.partition("://")[0] in DATABASE_SCHEMES and description.get("NAME", "") not in {
                "",
                ":memory:",
            }
        except ValueError:
            is_usable = False
        if not is_usable:
            self._fault(
                name,
                "is malformed; write postgresql://user:password@host:5432/name (special characters"
                " percent-encoded) or sqlite:///file.sqlite3",
            )
            return {}
        return description

    def require(self, condition: bool, name: str, fault: str) -> None:
        if not condition:
            self._fault(name, fault)

    def refuse_if_faulty(self) -> None:
        """Ends the process with one line for each fault, where there is any."""
        if self.faults:
            _refuse("\n".join(self.faults))

    def _fault(self, name: str, what: str) -> None:
        self.faults.append(f"{name} {what}.")


def _is_strong(secret: str) -> bool:
    return len(secret) >= MINIMUM_SECRET_LENGTH and len(set(secret)) >= 10 and "insecure" not in secret


def _refuse(message: str) -> NoReturn:
    sys.exit(message)
