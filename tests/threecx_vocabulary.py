"""What a server-side CRM template of 3CX may hold, and what is known to go wrong in one.

Sources: 3CX's "CRM Template XML Description", and published templates for V16 to V20. Values of enumerations are
case-sensitive.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class Rules:
    """An element's children and attributes; those with an exclamation mark must be there."""

    children: str = ""
    attributes: str = ""


_CONDITIONS = "Key If SkipIf"

ELEMENTS = {
    "Crm": Rules(
        "Number Connection Parameters Authentication! Scenarios!",
        "Name! Version! Country! SupportsEmojis SupportsTranscription ListPageSize",
    ),
    "Number": Rules("", "Prefix MaxLength"),
    "Connection": Rules("", "MaxConcurrentRequests"),
    "Parameters": Rules("Parameter"),
    "Parameter": Rules(
        "",
        "Name! Type! Parent Editor Title Validation Default ListValues RequestUrl RequestUrlParameters"
        " ResponseScenario",
    ),
    "Authentication": Rules("Value", "Type! DefaultExpiration StoreAllValues"),
    "Scenarios": Rules("Scenario"),
    "Scenario": Rules("Request Query Command Rules Variables Outputs", "Id Type EntityId EntityOrder"),
    "Request": Rules(
        "Headers PostValues QueryParams Values",
        "Url! SkipIf MessagePasses Message RequestContentType RequestEncoding RequestType ResponseType",
    ),
    "Headers": Rules("Value"),
    "QueryParams": Rules("Value"),
    "Values": Rules("Value"),
    "PostValues": Rules("Value Object Array", _CONDITIONS),
    "Object": Rules("Value Object Array", _CONDITIONS),
    "Array": Rules("Value Object Array", _CONDITIONS),
    "Value": Rules("", f"{_CONDITIONS} Passes Type"),
    "Rules": Rules("Rule"),
    "Rule": Rules("", "Type Ethalon"),
    "Variables": Rules("Variable"),
    "Variable": Rules("Filter", "Name! Path LookupValue Skip IsArray"),
    "Filter": Rules("Rule"),
    "Outputs": Rules("Output", "AllowEmpty Next"),
    "Output": Rules("", "Type! Value! Passes"),
}

PARAMETER_TYPES = "String Integer Double Boolean DateTime Password OAuth List"
ENUMERATIONS = {
    ("Crm", "SupportsEmojis"): "true false",
    ("Crm", "SupportsTranscription"): "true false",
    ("Number", "Prefix"): "AsIs Off Plus Zeros",
    ("Parameter", "Type"): PARAMETER_TYPES,
    ("Parameter", "Editor"): "String Sql",
    ("Authentication", "Type"): "No Basic Scenario",
    ("Scenario", "Type"): "REST SQLDatabase NoSQLDatabase",
    ("Request", "RequestType"): "Get Post",
    ("Request", "RequestEncoding"): "UrlEncoded Json",
    ("Request", "ResponseType"): "Json",
    ("Value", "Type"): "String Integer",
    ("Rule", "Type"): "Any Equals Number",
    ("Outputs", "AllowEmpty"): "true false",
}
WHOLE_NUMBERS = [
    ("Crm", "Version"),
    ("Connection", "MaxConcurrentRequests"),
    ("Value", "Passes"),
    ("Output", "Passes"),
]

EXACT_SCENARIOS = ["", "CreateContactRecord", "CreateContactRecordFromClient", "ReportCall", "ReportChat"]
SCENARIO_PREFIXES = ["LookupByEmail", "SearchContacts", "LookupFromCFD_"]

NAME_OUTPUTS = ["FirstName", "LastName", "CompanyName"]
PHONE_OUTPUTS = "PhoneBusiness PhoneBusiness2 PhoneHome PhoneMobile PhoneMobile2 PhoneOther FaxBusiness".split()
OUTPUTS = [
    *NAME_OUTPUTS,
    *PHONE_OUTPUTS,
    *"Email ContactUrl PhotoUrl Title Department Pager EntityId EntityType".split(),
]

EVERYWHERE = "Number MaxLength CallDirection LineBreak"
CALL_TIMES = [
    f"{stem}{clock}"
    for stem in ("CallStartTime", "CallEstablishedTime", "CallEndTime")
    for clock in ("Local", "UTC", "LocalMillis", "UTCMillis")
]
REPORTS = (
    "Name EntityId EntityType Agent AgentFirstName AgentLastName AgentEmail QueueExtension Duration DurationTimespan"
)
# By how a scenario's id begins; the longest that fits counts.
VARIABLES = {
    "": "",
    "LookupByEmail": "Email Name",
    "SearchContacts": "SearchText EscapedSearchText",
    "CreateContactRecordFromClient": "FirstName LastName Email Company",
    "ReportCall": f"{REPORTS} CallType DateTime RecordingUrl RecordingHyperLink Transcription Summary Sentiment "
    + " ".join(CALL_TIMES),
    "ReportChat": f"{REPORTS} ChatMessages ChatStartTimeUTC ChatEndTimeUTC Email",
}
METHODS = ["ToString", "Replace", "get_TotalSeconds", "get_TotalMinutes"]
# 3CX escapes the one itself, and the administrator types the others.
NEED_NO_REPLACE = ["EscapedSearchText"]

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_VARIABLE = re.compile(r"\[([A-Za-z_]\w*)\]")
_METHOD = re.compile(r"\]\.(\w+)\(")
_WITH_PLUS_REPLACED = re.compile(r'\[\[\w+\]\.Replace\("\+","%2B"\)\]')
_NULL_ON_A_MISSED_CALL = re.compile(r"\[\[CallEstablishedTime\w*\]\.ToString")
_PLACE_IN_AN_ARRAY = re.compile(r"\.\d+(\.|$)|\[\d+\]")
_SECRET = re.compile(r"dbn_\w+")


def faults(template: str) -> list[str]:
    """What 3CX would refuse in a template, or do otherwise than was meant; each in a few words."""
    if any("--" in comment for comment in _COMMENT.findall(template)):
        return ["a comment holds two hyphens"]
    try:
        root = ElementTree.fromstring(template)
    except ElementTree.ParseError:
        return ["it is no XML"]
    if _SECRET.search(template):
        return ["it holds a key"]
    return [fault for check in CHECKS for fault in check(root)]


def _structure(root: Element) -> Iterator[str]:
    if root.tag != "Crm":
        yield f"{root.tag} is no Crm"
    for element in root.iter():
        rules = ELEMENTS.get(element.tag, Rules())
        yield from _named(element.tag, element.attrib, rules.attributes)
        yield from _named(element.tag, {child.tag for child in element}, rules.children)


def _named(where: str, found: Collection[str], allowed: str) -> Iterator[str]:
    names = allowed.split()
    yield from (f"{where} with {name}" for name in found if name not in names and f"{name}!" not in names)
    yield from (f"{where} without {name[:-1]}" for name in names if name.endswith("!") and name[:-1] not in found)


def _values(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            place = element.tag, name
            is_other = place in ENUMERATIONS and value not in ENUMERATIONS[place].split()
            if is_other or (place in WHOLE_NUMBERS and not value.isdecimal()):
                yield f"{element.tag} {name} is {value}"


def _scenarios(root: Element) -> Iterator[str]:
    ids = [_id(scenario) for scenario in root.iter("Scenario")]
    yield from (f"two scenarios {each}" for each, count in Counter(ids).items() if count > 1)
    known = tuple(SCENARIO_PREFIXES)
    chained = [outputs.get("Next") for outputs in root.iter("Outputs") if outputs.get("Next")]
    yield from (f"Next is {each}" for each in chained if each not in ids)
    asked = [*EXACT_SCENARIOS, *chained]
    yield from (f"nobody runs {each}" for each in ids if each not in asked and not each.startswith(known))


def _authentication(root: Element) -> Iterator[str]:
    for element in root.iter("Authentication"):
        if (element.get("Type") == "No") == bool(len(element)):
            yield f"Authentication {element.get('Type')} with {len(element)} values"


def _variables(root: Element) -> Iterator[str]:
    """Judged for each scenario alone: there is none that another one is followed by."""
    parameters = {each.get("Name") for each in root.iter("Parameter")} | set(EVERYWHERE.split())
    for scenario in root.iter("Scenario"):
        beginning = max((each for each in VARIABLES if _id(scenario).startswith(each)), key=len)
        filled = {each.get("Name") for each in scenario.iter("Variable")}
        known = parameters | filled | set(VARIABLES[beginning].split())
        for text in _texts(scenario):
            yield from (f"nothing fills {name}" for name in _VARIABLE.findall(text) if name not in known)
            yield from (f"no method {name}" for name in _METHOD.findall(text) if name not in METHODS)


def _outputs(root: Element) -> Iterator[str]:
    for outputs in root.iter("Outputs"):
        types = Counter(output.get("Type") for output in outputs)
        yield from (f"two outputs {name}" for name, count in types.items() if count > 1)
        yield from (f"no output {name}" for name in types if name not in OUTPUTS)


def _contacts(root: Element) -> Iterator[str]:
    """A contact counts only with its page, a name, and a phone number to hold against that which was searched."""
    for scenario in root.iter("Scenario"):
        if _id(scenario).startswith(("ReportCall", "ReportChat", "LookupFromCFD_")):
            continue
        types = {output.get("Type") for output in scenario.iter("Output")}
        for needed in (["ContactUrl"], NAME_OUTPUTS, PHONE_OUTPUTS):
            if not types & set(needed):
                yield f"{_id(scenario)!r} without {needed[0]}"


def _addresses(root: Element) -> Iterator[str]:
    """Nothing in 3CX encodes a plus."""
    typed = {each.get("Name") for each in root.iter("Parameter")}
    for request in root.iter("Request"):
        left = _VARIABLE.findall(_WITH_PLUS_REPLACED.sub("", request.get("Url", "")))
        yield from (f"the plus of {name}" for name in left if name not in typed and name not in NEED_NO_REPLACE)
    addresses = [each.get("Url", "") for each in root.iter("Request")]
    defaults = [each.get("Default", "") for each in root.iter("Parameter")]
    yield from (f"{each} is not https" for each in addresses + defaults if each.startswith("http://"))


def _secrets(root: Element) -> Iterator[str]:
    for parameter in root.iter("Parameter"):
        if parameter.get("Type") == "Password" and parameter.get("Default"):
            yield f"{parameter.get('Name')} has a secret"


def _passes(root: Element) -> Iterator[str]:
    """A second pass evaluates what a caller wrote."""
    typed = {each.get("Name") for each in root.iter("Parameter")}
    for element in root.iter():
        text = element.get("Value") if element.tag == "Output" else element.text
        names = set(_VARIABLE.findall(text or "")) - typed
        if names and element.get("Passes", "1") not in ("0", "1"):
            yield f"{' '.join(sorted(names))} evaluated again"


def _reports(root: Element) -> Iterator[str]:
    for scenario in root.iter("Scenario"):
        if _id(scenario) == "ReportCall":
            yield from ("ReportCall with Rules" for _ in scenario.iter("Rules"))
            gates = [each.get(name, "") for each in scenario.iter() for name in ("SkipIf", "If")]
            yield from ("unknown callers are not journaled" for gate in gates if "Entity" in gate)
        if _id(scenario).startswith("LookupFromCFD_"):
            yield from (f"{_id(scenario)} with {each.tag}" for each in scenario if each.tag not in ("Request", "Rules"))
        throwing = [text for text in _texts(scenario) if _NULL_ON_A_MISSED_CALL.search(text)]
        yield from (f"a missed call throws at {text}" for text in throwing)


def _paths(root: Element) -> Iterator[str]:
    paths = [each.get("Path", "") for each in root.iter("Variable")]
    paths += [each.text or "" for each in root.iter("Rule")]
    yield from (f"{path} counts places" for path in paths if _PLACE_IN_AN_ARRAY.search(path))


CHECKS = [
    _structure,
    _values,
    _scenarios,
    _authentication,
    _variables,
    _outputs,
    _contacts,
    _addresses,
    _secrets,
    _passes,
    _reports,
    _paths,
]


def _id(scenario: Element) -> str:
    return scenario.get("Id", "")


def _texts(scenario: Element) -> list[str]:
    """All in which an expression may stand."""
    return [text for each in scenario.iter() for text in (*each.attrib.values(), each.text or "")]
