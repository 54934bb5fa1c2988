"""Which passwords are refused because others try them first, and how passwords are stored.

By NIST SP 800-63B-4 (2025), section 3.1.1: the whole password is compared with a list, never its parts, and signs of
all scripts are taken; the length is Django's validator's.
"""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORT_PIECE, LONG_PIECE = 7, 64
OF_THE_PRODUCT = {"dbn", "crm", "dbncrm", "3cx", "callcentre", "callcenter"}
NAMES = ["username", "first_name", "last_name", "email"]


def normal(password: str) -> str:
    """One spelling of what looks the same, however a keyboard sent it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id of the normalised password, at OWASP's cost of 19 MiB: 100 MiB for each sign-in fill a small server."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return super().encode(normal(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(normal(password), encoded)


class GuessablePasswordValidator(CommonPasswordValidator):
    """Refuses a password that is nothing but one or two listed words, or one piece again and again.

    Listed are Django's 20,000 common passwords, the product's and the host's names, and the person's own.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        text = _letters_and_digits(password) or password
        piece = _piece(text)
        listed = OF_THE_PRODUCT | _host_names() | _names(user)
        if len(piece) <= SHORT_PIECE < len(text) or self._is_of_words(piece[:LONG_PIECE], listed):
            raise ValidationError(
                _("Others would try this password soon. Take several words that have nothing to do with each other."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _(
            "It may hold any signs, also blanks; four or five words that have nothing to do with each other are good."
        )

    def _is_of_words(self, text: str, words: set[str]) -> bool:
        """Whether a text is one listed word, or two."""
        halves = [(text[:place], text[place:]) for place in range(1, len(text) + 1)]
        return any(all(half in words or half in self.passwords or not half for half in pair) for pair in halves)


def _letters_and_digits(text: str) -> str:
    return "".join(sign for sign in normal(text).casefold() if sign.isalnum())


def _piece(text: str) -> str:
    """What a text repeats from its beginning to its end; the text itself where it does not."""
    lengths = range(1, min(len(text), LONG_PIECE))
    return next((text[:length] for length in lengths if text.startswith(text[length:])), text)


def _host_names() -> set[str]:
    return {label for host in [*settings.ALLOWED_HOSTS, settings.PUBLIC_URL] for label in _words(host)}


def _names(user: AbstractBaseUser | None) -> set[str]:
    texts = [str(getattr(user, name, "")) for name in NAMES] if user else []
    return {word for text in texts for word in [_letters_and_digits(text), *_words(text)] if word}


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", normal(text).casefold()) if len(word) > 1]
