"""What a key looks like and what is stored of it. Pure: peppers are arguments.

Ours are `dbn_`, 36 random characters (214 bits) and 6 of checksum. A key that was taken over from
another system has any other form.
"""

import hashlib
import hmac
import secrets
import string
import zlib

ALPHABET = string.ascii_letters + string.digits
MARK = "dbn_"
RANDOM_LENGTH = 36
CHECKSUM_LENGTH = 6
SHORTEST, LONGEST = 16, 128
LENGTH = len(MARK) + RANDOM_LENGTH + CHECKSUM_LENGTH


def new_key() -> str:
    body = MARK + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """False for what cannot be a key: a mistyped one of ours costs no query."""
    if not SHORTEST <= len(key) <= LONGEST or not key.isprintable():
        return False
    if not _is_meant_as_ours(key):
        return True
    return hmac.compare_digest(key[-CHECKSUM_LENGTH:].encode(), _checksum(key[:-CHECKSUM_LENGTH]).encode())


def visible_prefix(key: str) -> str:
    """The part that may be shown: it tells keys apart and leaves at least 160 bits of ours unseen.

    Empty for what is too short, or not printable, to be a key.
    """
    if len(key) < SHORTEST or not key.isprintable():
        return ""
    return key[: len(MARK) + 6] if _is_meant_as_ours(key) else key[:4]


def digest(key: str, pepper: str) -> str:
    """HMAC-SHA256 in hexadecimal, 64 characters."""
    return hmac.new(pepper.encode(), key.encode(), hashlib.sha256).hexdigest()


def _is_meant_as_ours(key: str) -> bool:
    """Whether a key is one of ours, perhaps with a character too many, too few, or in other letters."""
    return key[: len(MARK)].lower() == MARK and abs(len(key) - LENGTH) <= 1


def _checksum(body: str) -> str:
    rest, letters = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, index = divmod(rest, len(ALPHABET))
        letters += ALPHABET[index]
    return letters
