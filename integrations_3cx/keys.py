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


def new_key() -> str:
    body = MARK + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """False for what cannot be a key, so that a mistyped one costs no query."""
    if not key.startswith(MARK):
        return SHORTEST <= len(key) <= LONGEST and key.isprintable()
    body, checksum = key[:-CHECKSUM_LENGTH], key[-CHECKSUM_LENGTH:]
    return len(body) == len(MARK) + RANDOM_LENGTH and hmac.compare_digest(checksum.encode(), _checksum(body).encode())


def visible_prefix(key: str) -> str:
    """The part that may be shown: it tells keys apart and leaves at least 160 bits of ours unseen."""
    return key[: len(MARK) + 6] if key.startswith(MARK) else key[:4]


def digest(key: str, pepper: str) -> str:
    """HMAC-SHA256 in hexadecimal, 64 characters."""
    return hmac.new(pepper.encode(), key.encode(), hashlib.sha256).hexdigest()


def _checksum(body: str) -> str:
    rest, letters = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, index = divmod(rest, len(ALPHABET))
        letters += ALPHABET[index]
    return letters
