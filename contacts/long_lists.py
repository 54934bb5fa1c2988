"""How far lists of the back office are counted: the end of a table of millions is not looked for."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED_AT_MOST = 10_000


class AtLeast(int):
    """A number of rows of which there are more: it counts as that number, and is read as "10,000+"."""

    is_cut_short = True

    def __str__(self) -> str:
        return f"{self.in_words}+"

    @property
    def in_words(self) -> str:
        return f"{int(self):,}"


class LongListPaginator(Paginator):
    """Pages of the first COUNTED_AT_MOST rows: whoever looks further narrows the list."""

    @cached_property
    def count(self) -> int:
        """How many rows there are; AtLeast(COUNTED_AT_MOST) where there are more. One question."""
        counted = self.object_list.order_by()[: COUNTED_AT_MOST + 1].count()
        return AtLeast(COUNTED_AT_MOST) if counted > COUNTED_AT_MOST else counted
