"""A stand-in for the CRM engine of 3CX, for tests alone: runs a template's scenarios as a phone system does.

It reads the elements and the forms of expression that our template uses, and refuses others. Sources: 3CX's "CRM
Template XML Description", and published templates for V16 to V20.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener
from xml.etree import ElementTree

from tests.threecx_vocabulary import NAME_OUTPUTS, PHONE_OUTPUTS

Variables = Mapping[str, Any]
Contact = dict[str, str]

PATIENCE_SECONDS = 20
READ = {
    *"Crm Number Connection Parameters Parameter Authentication Scenarios Scenario Request Headers PostValues".split(),
    *"Value Rules Rule Variables Variable Outputs Output".split(),
}

_METHOD = re.compile(r"\[(?P<object>\[.*\])\.(?P<name>\w+)\((?P<arguments>.*)\)\]")
_ARGUMENT = re.compile(r'"([^"]*)"')
_CONDITION = re.compile(r"(?P<left>\[\w+\])(?P<operator>==|!=)(?P<right>\w+)")
# What .NET's Uri leaves as it is. A plus, an ampersand and brackets are among it: nothing encodes them.
_SENT_AS_THEY_ARE = "!#$%&'()*+,-./:;=?@[]_~"

_http = build_opener(ProxyHandler({}))


class UnknownVariable(LookupError):
    """This version of 3CX has no variable of that name."""


class NullVariable(TypeError):
    """A method was called on a variable without a value: 3CX gives the scenario up."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request; `body` holds the names and values of its JSON object, None for a GET."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, str | int] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario: nothing was sent where there is no `http_status`."""

    http_status: int | None = None
    answer: Any = None
    contacts: list[Contact] = field(default_factory=list)


NOTHING_SENT = Outcome()


class Engine:
    """A phone system with a template, and with what its administrator typed in for the template's parameters."""

    def __init__(self, template: str, **parameters: str) -> None:
        root = ElementTree.fromstring(template)
        assert {each.tag for each in root.iter()} <= READ, "the template has what this engine does not read"
        assert {each.get("Type") for each in root.iter("Rule")} == {"Any"}, "this engine knows no other rule"
        defaults = {each.get("Name"): each.get("Default", "") for each in root.iter("Parameter")}
        assert parameters.keys() <= defaults.keys(), "the template has no such parameter"
        self.parameters = defaults | parameters
        self.scenarios = {each.get("Id", ""): each for each in root.iter("Scenario")}

    def request(self, scenario: str, **variables: Any) -> Sent | None:
        """What a scenario sends, None where it is to be skipped. Raises NullVariable."""
        element, known = self.scenarios[scenario].find("Request"), self.parameters | variables
        if (condition := element.get("SkipIf")) and _holds(condition, known):
            return None
        values = element.find("PostValues")
        return Sent(
            method=element.get("RequestType").upper(),
            url=evaluated(element.get("Url"), known),
            headers=_values(element.find("Headers"), known),
            body=None if values is None else _values(values, known),
        )

    def run(self, scenario: str, **variables: Any) -> Outcome:
        """Sends what a scenario sends, and reads its answer. Raises NullVariable."""
        sent = self.request(scenario, **variables)
        if sent is None:
            return NOTHING_SENT
        http_status, answer = _exchange(sent)
        return Outcome(http_status, answer, self._contacts(scenario, answer) if http_status == 200 else [])

    def paths(self, scenario: str) -> list[str]:
        """The paths of an answer from which a scenario fills its variables."""
        return [each.get("Path") for each in self.scenarios[scenario].iter("Variable")]

    def _contacts(self, scenario: str, answer: Any) -> list[Contact]:
        """The contacts of an answer, by type of output, without the empty ones."""
        element = self.scenarios[scenario]
        outputs = {each.get("Type"): each.get("Value") for each in element.iter("Output")}
        if not outputs or not all(any(values_at(answer, rule.text)) for rule in element.iter("Rule")):
            return []
        columns = {each.get("Name"): values_at(answer, each.get("Path")) for each in element.iter("Variable")}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        filled = [{name: evaluated(value, self.parameters | row) for name, value in outputs.items()} for row in rows]
        return [{name: value for name, value in contact.items() if value} for contact in filled]


def searching(text: str) -> dict[str, str]:
    """The variables of a search that somebody types into a 3CX app."""
    return {"SearchText": text, "EscapedSearchText": quote(text, safe="")}


def accepts(contact: Contact, searched: str) -> bool:
    """Whether 3CX takes a found contact for the caller whose number it searched, character by character."""
    named = any(name in contact for name in NAME_OUTPUTS)
    return "ContactUrl" in contact and named and searched in [contact.get(name) for name in PHONE_OUTPUTS]


def values_at(answer: Any, path: str) -> list[str]:
    """The values at a dotted path: one for each element of the arrays on the way, empty where it is absent."""
    found = [answer]
    for name in path.split("."):
        elements = [element for each in found for element in (each if isinstance(each, list) else [each])]
        found = [element.get(name) if isinstance(element, dict) else None for element in elements]
    return [_printed(value) for value in found]


def evaluated(text: str, variables: Variables) -> str:
    """A text with its expressions evaluated once: brackets that a value brings along stay as they are.

    So does an expression with a variable that this version does not know. Raises NullVariable.
    """
    done, at = "", 0
    while (start := text.find("[", at)) >= 0:
        end = _end(text, start)
        expression = text[start:end]
        try:
            value = _printed(_value(expression, variables))
        except UnknownVariable:
            value = expression
        done, at = done + text[at:start] + value, end
    return done + text[at:]


def _end(text: str, start: int) -> int:
    """Where the expression that begins at `start` is over."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"[": 1, "]": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    raise NotImplementedError(f"a bracket that is never closed: {text}")


def _value(expression: str, variables: Variables) -> Any:
    if method := _METHOD.fullmatch(expression):
        value = _value(method["object"], variables)
        if value is None:
            raise NullVariable(expression)
        return METHODS[method["name"]](value, *_ARGUMENT.findall(method["arguments"]))
    name = expression[1:-1]
    if name not in variables:
        raise UnknownVariable(name)
    return variables[name]


def _printed(value: Any) -> str:
    """A value as .NET prints it: a truth as a capitalised word, a moment in the culture of the phone system."""
    if isinstance(value, datetime):
        return f"{value:%m/%d/%Y %I:%M:%S %p}"
    return "" if value is None else str(value)


def _to_string(value: datetime | float, form: str) -> str:
    if form == "F0":
        return str(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
    return value.strftime({"yyyy-MM-ddTHH:mm:ssZ": "%Y-%m-%dT%H:%M:%SZ"}[form])


METHODS = {"Replace": str.replace, "ToString": _to_string, "get_TotalSeconds": timedelta.total_seconds}


def _holds(condition: str, variables: Variables) -> bool:
    parts = _CONDITION.fullmatch(condition)
    is_equal = evaluated(parts["left"], variables) == parts["right"]
    return is_equal == (parts["operator"] == "==")


def _values(parent: ElementTree.Element, variables: Variables) -> dict[str, str | int]:
    filled = {}
    for element in parent.iterfind("Value"):
        text = element.text or ""
        for _ in range(int(element.get("Passes", "1"))):
            text = evaluated(text, variables)
        filled[element.get("Key")] = int(text) if element.get("Type") == "Integer" else text
    return filled


def _exchange(sent: Sent) -> tuple[int, Any]:
    """The status and the JSON of what is answered."""
    body = None if sent.body is None else json.dumps(sent.body).encode()
    headers = sent.headers | ({} if body is None else {"Content-Type": "application/json"})
    request = Request(quote(sent.url, safe=_SENT_AS_THEY_ARE), body, headers, method=sent.method)
    try:
        with _http.open(request, timeout=PATIENCE_SECONDS) as response:
            return response.status, json.load(response)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)
