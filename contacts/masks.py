"""How a phone number looks to who may not have it: alone, and where it stands among words. Pure.

Shown are the country code and the last digits: four at most, and so few that four digits of the number are hidden.
"""

import re
import unicodedata

import phonenumbers

from contacts import phone

HIDDEN = "••••"
SHOWN_AT_MOST = 4
HIDDEN_AT_LEAST = 4
FEWEST_DIGITS_OF_A_NUMBER = 6

# Digits of any script, small ones and in circles too; what people put between them, and what nobody sees there.
_DIGIT = r"[\d⁰¹²³⁴-⁹₀-₉①-⑨⓪]"
_BETWEEN = (
    r"(?:%20|[\s+\-./()_~·\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2064\u20e3\u2212\u30fc\ufe0f\ufeff"
    r"\uff08\uff09\uff0d-\uff0f]){0,3}"
)
_PLUS = r"[+⁺₊\uff0b]"
_RUN = rf"(?P<plus>{_PLUS}{_BETWEEN})?{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{{FEWEST_DIGITS_OF_A_NUMBER - 1},}}"
_DAY, _MONTH, _YEAR, _DASH = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)[0-9]{2}", r"[-/.]"
_DATE = rf"(?<!\d)(?:{_YEAR}{_DASH}{_MONTH}{_DASH}{_DAY}|{_DAY}{_DASH}{_MONTH}{_DASH}{_YEAR})(?!\d)"
_DATE_OR_RUN = re.compile(rf"(?P<date>{_DATE})|(?P<run>{_RUN})")
_LAST_DIGITS = re.compile(rf"{_PLUS}?(?:{_DIGIT}{_BETWEEN})+\Z")


def number(canonical: str) -> str:
    """A canonical number, masked: `+65 •••• 4567`; what no numbering plan knows, without a country.

    Empty stays so, and so does one that stands in the place of an erased one: it is nobody's.
    """
    if not canonical or phone.is_erased(canonical):
        return canonical
    code, national = _parted(canonical)
    shown = max(0, min(SHOWN_AT_MOST, len(national) - HIDDEN_AT_LEAST))
    return " ".join(filter(None, [code, HIDDEN, national[len(national) - shown :]]))


def words(text: str) -> str:
    """A text with each run of six digits or more masked, however they are parted; dates stay.

    A number that is spelled out in words, or that letters or other signs interrupt, is not found.
    """
    return _DATE_OR_RUN.sub(_masked, text)


def beginning(text: str, length: int) -> str:
    """The beginning of a longer text, masked: a number that is cut off at its end is hidden too."""
    return words(text) if len(text) < length else words(_LAST_DIGITS.sub(HIDDEN, text))


def has_digits(text: str) -> bool:
    """Whether a text has anything by which a number could be sought: digits of any script, in circles too."""
    return any(character.isdecimal() for character in unicodedata.normalize("NFKD", text))


def _masked(found: re.Match[str]) -> str:
    if found["date"]:
        return str(found["date"])
    digits = phone.digits_of(unicodedata.normalize("NFKC", found["run"]))
    return number(f"+{digits}" if found["plus"] else digits)


def _parted(canonical: str) -> tuple[str, str]:
    """The country code with its plus, and the national digits."""
    digits = phone.digits_of(canonical)
    if not canonical.startswith("+"):
        return "", digits
    try:
        code = str(phonenumbers.parse(f"+{digits}").country_code)
    except phonenumbers.NumberParseException:
        return "", digits
    return f"+{code}", digits[len(code) :]
