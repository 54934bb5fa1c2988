"""How the wish of an erased number is recognised when the number comes again: by a keyed digest. Pure: the key is told.

Numbers are few enough to be tried one after the other, so a digest without a key would tell them.
"""

import hashlib
import hmac
from collections.abc import Iterable

_CONTEXT = b"do not disturb:"


class KeyMissing(Exception):
    """There is no key to keep a wish under."""


def digest(number: str, key: str) -> str:
    """HMAC-SHA256 in hexadecimal, 64 characters. Raises KeyMissing where the key is empty."""
    if not key:
        raise KeyMissing
    return hmac.new(key.encode(), _CONTEXT + number.encode(), hashlib.sha256).hexdigest()


def numbers_by_digest(numbers: Iterable[str], key: str) -> dict[str, str]:
    """The digests of numbers, each with its number; none without a key, for no wish is kept then."""
    return {digest(number, key): number for number in numbers} if key else {}
