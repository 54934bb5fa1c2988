"""Numbers are masked where they leave the database: what reads a row for who may not have its number has none of it.

So every page is masked, also one that does not know of masks. For whom that is so, `people.sight` decides for each
request. What is masked knows what it hides, for queries alone: `MaskedText.whole`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models

from contacts import masks

_is_on: ContextVar[bool] = ContextVar("numbers_are_masked", default=False)


def is_on() -> bool:
    """Whether who reads now sees numbers masked."""
    return _is_on.get()


def begin() -> None:
    """From here on numbers are masked, to the end of `each_on_its_own`."""
    _is_on.set(True)


@contextmanager
def each_on_its_own() -> Iterator[None]:
    """Begins with whole numbers, and takes back at its end what was begun within it."""
    before = _is_on.set(False)
    try:
        yield
    finally:
        _is_on.reset(before)


def number(canonical: str) -> str:
    """For what comes from no field of these: a canonical number as who reads now may see it."""
    return masks.number(canonical) if is_on() else canonical


def words(text: str) -> str:
    """Likewise, a text."""
    return masks.words(text) if is_on() else text


def may_seek(text: str) -> bool:
    """Whether a text may be searched for: who sees numbers masked could find one out by trying its digits."""
    return not (is_on() and masks.has_digits(text))


class MaskedText(str):
    """What is shown of a text; equal to others by its whole, which queries are asked with."""

    whole: str

    def __new__(cls, shown: str, whole: str) -> "MaskedText":
        text = super().__new__(cls, shown)
        text.whole = whole
        return text

    def __getnewargs__(self) -> tuple[str, str]:
        return str(self), self.whole

    def __eq__(self, other: object) -> bool:
        return self.whole == whole(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.whole)


def whole(value):
    """What stands behind a masked text, for what is computed from it and stored; anything else as it is."""
    return value.whole if isinstance(value, MaskedText) else value


class _Masking:
    """A field whose values are masked as they are read. To migrations it is the field of Django that it extends."""

    mask: Callable[[str], str]
    stands_for: type[models.Field]

    def from_db_value(self, value: str | None, expression, connection) -> str | None:
        if not value or not is_on():
            return value
        shown = self.mask(value)
        return value if shown == value else MaskedText(shown, value)

    def get_prep_value(self, value):
        return super().get_prep_value(whole(value))

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.stands_for.__name__}", args, kwargs


class NumberField(_Masking, models.CharField):
    """A canonical number."""

    mask = staticmethod(masks.number)
    stands_for = models.CharField


class MaskedCharField(_Masking, models.CharField):
    """A line in which numbers may stand."""

    mask = staticmethod(masks.words)
    stands_for = models.CharField


class MaskedTextField(_Masking, models.TextField):
    """Words in which numbers may stand."""

    mask = staticmethod(masks.words)
    stands_for = models.TextField


class MaskedBeginningField(MaskedTextField):
    """The first `length` characters of such words, as a database function cuts them off. No column has it."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__()

    def mask(self, text: str) -> str:
        return masks.beginning(text, self.length)


class MaskedURLField(_Masking, models.URLField):
    """An address in which a number may stand: it would lead nowhere without its digits, and is left out."""

    stands_for = models.URLField

    @staticmethod
    def mask(_address: str) -> str:
        return ""
