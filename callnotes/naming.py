"""Decides when two names of dispositions are the same: case, blanks, hyphens and underscores do not count. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Named(Protocol):
    key: str
    label: str
    aliases: str


# The contract's document has `Schedule Later` in its table, and `Scheduled Later` in its example: both always mean it.
ALWAYS = {"scheduledlater": "schedulelater"}
# Also those of other keyboards, and a line for each.
BETWEEN_ALIASES = re.compile(r"[,;，、；\n\r]")

NamedT = TypeVar("NamedT", bound=Named)


def plain(name: str) -> str:
    """The letters and digits of a name, without case: `No Answer`, `no_answer` and `NO-ANSWER` are one."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def called(name: str, dispositions: Iterable[NamedT]) -> NamedT | None:
    """The disposition whose key, label or alias is the name; a key wins over a label, and a label over an alias."""
    dispositions = list(dispositions)
    by_name = {alias: disposition for disposition in dispositions for alias in map(plain, aliases(disposition))}
    by_name |= {plain(disposition.label): disposition for disposition in dispositions}
    by_name |= {plain(disposition.key): disposition for disposition in dispositions}
    asked = plain(name)
    return by_name.get(ALWAYS.get(asked, asked))


def aliases(disposition: Named) -> list[str]:
    """The further names of a disposition."""
    return [alias.strip() for alias in BETWEEN_ALIASES.split(disposition.aliases) if plain(alias)]
