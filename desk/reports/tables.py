"""A report as tables: what stands in their rows and columns, and where each figure leads.

The figure of a cell is as long as the list that it leads to; rows and columns add up to the figures at their ends.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.functional import Promise

from desk.reports import charts
from desk.reports.forms import Question

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Head:
    """Of a row or a column: by which key it is counted, and which rows of a list are its. Empty: all.

    `exact` is the label for programs, where people read another; `address` leads to more about it.
    """

    key: object
    label: Label
    tone: str = "blue"
    which: Mapping[str, object] = field(default_factory=dict)
    short: Label = ""
    exact: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    head: Head
    cells: list[Cell]
    total: Cell

    @property
    def counts(self) -> list[int]:
        return [cell.count for cell in self.cells]


@dataclass(frozen=True)
class Table:
    """What a sentence says is counted, by row and column.

    `page` is that of its lists, `report` its own; `which` tells which rows of the lists are counted at all.
    """

    key: str
    title: Label
    what: Label
    unit: Label
    corner: Label
    heads: Sequence[Head]
    series: Sequence[Head]
    counts: Mapping[tuple, int]
    page: str
    report: str
    question: Question
    chart: Callable[["Table"], charts.Drawing]
    which: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(head) for head in self.heads]

    @cached_property
    def totals(self) -> list[Cell]:
        """Of the columns, with that of all at the end."""
        columns = zip(self.series, zip(*(row.counts for row in self.rows), strict=True), strict=True)
        sums = [self._cell(sum(counts), {}, head.which) for head, counts in columns] if self.rows else []
        return [*sums, self.total]

    @cached_property
    def total(self) -> Cell:
        return self._cell(sum(row.total.count for row in self.rows), {}, {})

    @cached_property
    def drawing(self) -> charts.Drawing:
        return self.chart(self)

    @property
    def has_columns(self) -> bool:
        return len(self.series) > 1

    @property
    def is_stacked(self) -> bool:
        return self.has_columns and self.chart is not heat

    @property
    def file(self) -> str:
        """Where it is to be had as CSV."""
        return self.question.address(self.report, csv=self.key)

    @property
    def is_cut(self) -> int | None:
        """How many rows are drawn, where there are more."""
        is_longer = self.chart is bars and len(self.rows) > charts.BARS_AT_MOST
        return charts.BARS_AT_MOST if is_longer else None

    def _row(self, head: Head) -> Row:
        counts = [self.counts.get((head.key, column.key), 0) for column in self.series]
        pairs = zip(counts, self.series, strict=True)
        cells = [self._cell(count, head.which, column.which) for count, column in pairs]
        return Row(head, cells, self._cell(sum(counts), head.which, {}))

    def _cell(self, count: int, of_row: Mapping, of_column: Mapping) -> Cell:
        return Cell(count, self.question.address(self.page, **self.which, **of_row, **of_column))


ALL = ""


def single(unit: Label) -> list[Head]:
    """The column of a table that has but one."""
    return [Head(ALL, unit)]


def of_one(counts: Mapping[tuple, int]) -> dict[tuple, int]:
    """Counts by one key, for a table of one column."""
    return {(key, ALL): count for (key,), count in counts.items()}


def summed(counts: Mapping[tuple, int], of_row: Callable, of_column: Callable) -> Counter:
    """Counts by other keys, which are made of the ones that they have."""
    found: Counter = Counter()
    for (first, second), count in counts.items():
        found[of_row(first), of_column(second)] += count
    return found


def bars(table: Table) -> charts.Drawing:
    tones = [[column.tone for column in table.series] if table.has_columns else [row.head.tone] for row in table.rows]
    return charts.bars(_drawn(table), tones)


def columns(table: Table) -> charts.Drawing:
    return charts.columns(_drawn(table), [column.tone for column in table.series])


def heat(table: Table) -> charts.Drawing:
    return charts.heat(_drawn(table), [str(column.short) for column in table.series])


def _drawn(table: Table) -> list[tuple[str, list[int]]]:
    return [(str(row.head.short or row.head.label), row.counts) for row in table.rows]


def labelled(labels: Mapping[str, Label], name: str, tones: Sequence[str] = ()) -> list[Head]:
    """Heads of the named sorts that a list may be asked for by its parameter `name`."""
    return [
        Head(key, label, tone, {name: key}, exact=key) for (key, label), tone in zip(labels.items(), tones, strict=True)
    ]
