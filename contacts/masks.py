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

# Digits of any script, small ones, in circles, in brackets and with a point too.
_DIGIT = r"[\d²³¹⁰⁴-⁹₀-₉①-⒛⓪⓫-⓿❶-➓㉑-㉟㊱-㊿፩-፱🄀-🄊]"
# What may stand between them: whatever is neither a letter nor a digit, but for a mask itself; and letters drawn as a
# line, of Japanese, phonetics and Arabic, or not at all, of Korean.
_SIGN = r"[^\w\s]|[_\u30fc\uff70\u02d0\u0640\u3164]"
_BETWEEN = rf"(?:%20|(?!{HIDDEN})(?:{_SIGN}|\s))"
_PLUS = r"[+⁺₊\uff0b]"

# A date, or a time of day, and from one to another; what goes on with signs and digits is none.
_DAY, _MONTH, _YEAR, _DASH = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)[0-9]{2}", r"[-/.]"
_DATE = rf"(?:{_YEAR}{_DASH}{_MONTH}{_DASH}{_DAY}|{_DAY}{_DASH}{_MONTH}{_DASH}{_YEAR})"
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_NONE_BEFORE = rf"(?<!\d)(?<!\d(?:{_SIGN}))(?<!\d(?:{_SIGN})(?:{_SIGN}))"
_NONE_AFTER = rf"(?!(?:{_SIGN}){{0,3}}+{_DIGIT})"
_MOMENT = rf"{_NONE_BEFORE}(?:{_DATE}|{_TIME}(?:\s?[-–]\s?{_TIME})?){_NONE_AFTER}"

# Nothing is given back (`*+`), so that a text is read once, however long it is.
_ONE = rf"(?={_DIGIT})(?!{_MOMENT}){_DIGIT}"
_DIGITS = rf"{_ONE}(?:{_BETWEEN}*+{_ONE})*+"
_RUN = rf"(?:(?P<plus>{_PLUS}){_BETWEEN}{{0,3}}+)?{_DIGITS}"
_MOMENT_OR_RUN = re.compile(rf"(?P<moment>{_MOMENT})|(?P<run>{_RUN})")
_FIGURES = re.compile(rf"{_PLUS}?{_DIGIT}(?:{_BETWEEN}*+{_DIGIT})*+")
_NOTHING_MORE = re.compile(rf"{_BETWEEN}*+\Z")


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
    """A text with each run of six digits or more masked, whatever signs part them; dates and times of day stay.

    A number that is spelled out in words, that letters interrupt, or that looks like dates and times, is not found.
    """
    return _MOMENT_OR_RUN.sub(_masked, text)


def beginning(text: str, length: int) -> str:
    """The beginning of a longer text, masked: a number that is cut off at its end is hidden too."""
    return words(text if len(text) < length else _without_last_figures(text))


def has_digits(text: str) -> bool:
    """Whether a text has anything by which a number could be sought: digits of any script, in circles too."""
    return any(character.isdigit() for character in unicodedata.normalize("NFKD", text))


def _without_last_figures(text: str) -> str:
    *_, last = [None, *_FIGURES.finditer(text)]
    return text[: last.start()] + HIDDEN if last and _NOTHING_MORE.match(text, last.end()) else text


def _masked(found: re.Match[str]) -> str:
    digits = _values(found["run"] or "")
    if len(digits) < FEWEST_DIGITS_OF_A_NUMBER:
        return found[0]
    return number(f"+{digits}" if found["plus"] else digits)


def _values(run: str) -> str:
    """The digits of a run as 0 to 9; a ten in a circle is two."""
    found = re.findall(_DIGIT, run.replace("%20", " "))
    return "".join(str(int(unicodedata.numeric(digit))) for digit in found)


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
