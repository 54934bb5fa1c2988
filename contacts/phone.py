"""Decides what one phone number is: any spelling and a region give one canonical text.

Canonical is E.164 (`+6591234567`), or, for what no numbering plan knows (`123`, an extension), its digits.
Pure: the region, which gives a national number its country, is an argument.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

import phonenumbers

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
CANONICAL_PATTERN = r"^(\+[1-9][0-9]{5,18}|[0-9]{1,20})\Z"
LONGEST_NUMBER = 20
LONGEST_SPELLING = 250
LONGEST_SHORT_NUMBER = 5
SHORTEST_BARE_INTERNATIONAL = 9
FEWEST_LAST_DIGITS = 4
# What stands for a number that was erased: no numbering plan has twenty digits, and none begins so.
ERASED_BEGINNING = "00000000"
ERASED_SIGN = "×××××"

# What phone systems send for a caller who hides the number (seen with 3CX V18 and V20).
WITHHELD_WORDS = frozenset({"anonymous", "unknown", "private", "restricted", "unavailable", "withheld"})

_SCHEME = re.compile(r"(?P<scheme>tel|sips?|callto):/{0,2}", re.IGNORECASE)
_NAME_ADDRESS = re.compile(r"<([^<>]*)>")
_OTHERS = re.compile("[^0-9]+")
_LEADING_ZEROS = re.compile(r"\A00(?=[1-9])")
_LEADING_PLUS = re.compile(r" |[^0-9+]*\+")
_CONTEXT = re.compile(r";phone-context=(\+[0-9]{1,7})(;|$)", re.IGNORECASE)


class Rule(StrEnum):
    """How a spelling was read."""

    INTERNATIONAL = "international"  # with +, 00, or the blank that a lost + leaves
    NATIONAL = "national"  # as people of the default region write it
    BARE_INTERNATIONAL = "bare international"  # country code first, without a sign of it
    SHORT = "short"  # at most five digits: stands for itself
    UNLISTED = "unlisted"  # no numbering plan knows it: its digits stand for it
    WITHHELD = "withheld"  # the caller hides the number
    UNREADABLE = "unreadable"  # letters, or too long


@dataclass(frozen=True, slots=True)
class Reading:
    """A spelling, read: `number` is canonical, and empty where the rule is WITHHELD or UNREADABLE."""

    number: str
    rule: Rule


def read(spelling: str, region: str) -> Reading:
    """Reads a number in any form in which a phone system or a person writes it. Never raises.

    The first reading that a numbering plan knows wins: with + or 00; national in `region` (ISO 3166,
    upper case); with the country code in front. Else the digits stand for themselves.
    """
    if len(spelling) > LONGEST_SPELLING:
        return Reading("", Rule.UNREADABLE)
    text = _subscriber(unicodedata.normalize("NFKC", spelling))
    digits = digits_of(text)
    if any(character.isalpha() for character in text):
        return Reading("", Rule.WITHHELD if _names_nobody(text) else Rule.UNREADABLE)
    if not digits:
        return Reading("", Rule.WITHHELD)
    if len(digits) <= LONGEST_SHORT_NUMBER:
        return Reading(digits, Rule.SHORT)
    if len(digits) > LONGEST_NUMBER:
        return Reading("", Rule.UNREADABLE)
    return _planned(digits, region, has_plus=bool(_LEADING_PLUS.match(text))) or Reading(digits, Rule.UNLISTED)


def digits_of(text: str) -> str:
    """The decimal digits of a text, of whatever script, as 0 to 9."""
    if text.isascii():
        return _OTHERS.sub("", text)
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def reversed_digits(number: str) -> str:
    """A number's digits from its end: the column in which the last digits are a prefix."""
    return digits_of(number)[::-1]


def display(number: str) -> str:
    """A canonical number as people read it: `+65 9123 4567`; what no plan knows (any more), as it is."""
    if is_erased(number):
        return ERASED_SIGN
    parsed = _parsed(number) if number.startswith("+") else None
    if parsed is None:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def national_digits(number: str) -> str:
    """A canonical number's digits without the country code, which spellings may lack; all of what no plan knows."""
    if not number.startswith("+"):
        return digits_of(number)
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return digits_of(number)


def erased_number() -> str:
    """A canonical text for a number that is forgotten: another one each time, so that it tells of no other row."""
    return ERASED_BEGINNING + "".join(secrets.choice("0123456789") for _ in range(LONGEST_NUMBER - 8))


def is_erased(number: str) -> bool:
    return len(number) == LONGEST_NUMBER and number.startswith(ERASED_BEGINNING)


def _subscriber(text: str) -> str:
    """What stands for the subscriber in a plain number, a name-addr, or a tel or sip URI (RFC 3966, RFC 3261).

    It begins with a blank where a plus was lost on the way: nothing in a 3CX call flow encodes one.
    """
    if not text.isascii():
        text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    if address := _NAME_ADDRESS.search(text):
        text = address[1]
    scheme = _SCHEME.match(text.lstrip())
    if scheme:
        text = text.lstrip()[scheme.end() :]
    text = unquote(text.partition("@")[0])
    context = _CONTEXT.search(text) if scheme else None
    text = text.partition(";")[0]
    if context and not text.startswith("+"):
        return context[1] + text
    lost_plus = text[:1] == " " and text.strip()[:1] != "+"
    return " " + text.strip() if lost_plus else text.strip()


def _names_nobody(text: str) -> bool:
    return "".join(filter(str.isalnum, text)).casefold() in WITHHELD_WORDS


def _planned(digits: str, region: str, *, has_plus: bool) -> Reading | None:
    international = _LEADING_ZEROS.sub("", digits)
    if (has_plus or international != digits) and (number := _e164("+" + international)):
        return Reading(number, Rule.INTERNATIONAL)
    if number := _e164(international, region):
        return Reading(number, Rule.NATIONAL)
    if len(international) < SHORTEST_BARE_INTERNATIONAL:
        return None
    if number := _e164("+" + international):
        return Reading(number, Rule.BARE_INTERNATIONAL)
    return Reading(international, Rule.UNLISTED)


def _e164(text: str, region: str | None = None) -> str | None:
    parsed = _parsed(text, region)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else None


def _parsed(text: str, region: str | None = None) -> phonenumbers.PhoneNumber | None:
    """The number, where a numbering plan knows it."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None
