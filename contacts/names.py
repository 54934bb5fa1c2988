"""Decides when two names may be one person's. Pure.

Names come as `searchable` writes them. They are alike where each word of the shorter has a word of its own in the
longer: the same, its initial, or one that differs by a slip. The order of words does not matter, nor whether they are
written as one; initials alone are not enough. A name without a letter (a number, where nobody gave one) is like any.
"""

import re
from collections import Counter
from difflib import SequenceMatcher

# Maria and Marie, Talvane and Talvene; not Ming and Ling, nor John and Joan.
SLIP_AT_LEAST = 0.8
SHORTEST_WORD_WITH_SLIPS = 4

_WORDS = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[^\W\d_]")


def are_alike(one: str, other: str) -> bool:
    if not (_LETTER.search(one) and _LETTER.search(other)):
        return True
    fewer, more = sorted((_WORDS.findall(one), _WORDS.findall(other)), key=lambda words: (len(words), words))
    if "".join(fewer) == "".join(more):
        return True
    same = Counter(fewer) & Counter(more)
    left, free = sorted((Counter(fewer) - same).elements()), sorted((Counter(more) - same).elements())
    has_word = any(len(word) > 1 for word in same)
    for word in left:
        partner = next((candidate for candidate in free if _is_slip(word, candidate)), None)
        has_word = has_word or partner is not None
        partner = partner or next((candidate for candidate in free if _is_initial(word, candidate)), None)
        if partner is None:
            return False
        free.remove(partner)
    return has_word


def _is_initial(word: str, other: str) -> bool:
    return min(len(word), len(other)) == 1 and word[0] == other[0]


def _is_slip(word: str, other: str) -> bool:
    is_long = min(len(word), len(other)) >= SHORTEST_WORD_WITH_SLIPS
    return is_long and SequenceMatcher(None, word, other).ratio() >= SLIP_AT_LEAST
