"""Where the parts of a chart stand, in units of its drawing, for a table of counts. Pure.

A chart is a picture of its table, which stands beside it and says all that it shows: no number is in the chart alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 320
BAR_HEIGHT, BAR_STEP = 12, 36
BARS_AT_MOST = 20
COLUMNS_HEIGHT, FOOT = 150, 22
CELL_HEIGHT, HEAD, SIDE = 18, 20, 44
SHADES = 5
LABELS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a chart; `tone` names its colour to the stylesheet."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    words: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    height: float
    boxes: list[Box]
    texts: list[Text]
    width: float = WIDTH


def bars(rows: Sequence[tuple[str, Sequence[int]]], tones: Sequence[Sequence[str]]) -> Drawing:
    """A bar for each row, parted by its counts, the longest over the whole width; its label and sum above it."""
    rows = rows[:BARS_AT_MOST]
    longest = max((sum(counts) for _, counts in rows), default=0)
    boxes, texts = [], []
    for place, (label, counts) in enumerate(rows):
        top = place * BAR_STEP
        texts += [Text(0, top + 14, label), Text(WIDTH, top + 14, f"{sum(counts):,}", "end")]
        boxes.append(Box(0, top + 20, WIDTH, BAR_HEIGHT, "rail"))
        boxes += _parts(counts, tones[place], top + 20, longest)
    return Drawing(len(rows) * BAR_STEP, boxes, texts)


def columns(rows: Sequence[tuple[str, Sequence[int]]], tones: Sequence[str]) -> Drawing:
    """A column for each row, parted by its counts from the ground up, the highest over the whole height."""
    highest = max((sum(counts) for _, counts in rows), default=0)
    step = WIDTH / max(len(rows), 1)
    gap = min(step * 0.25, 4)
    boxes = [Box(0, COLUMNS_HEIGHT, WIDTH, 1, "ground")]
    for place, (_, counts) in enumerate(rows):
        ground: float = COLUMNS_HEIGHT
        for count, tone in zip(counts, tones, strict=True):
            height = _share(count, highest, COLUMNS_HEIGHT - HEAD)
            ground -= height
            if count:
                boxes.append(Box(_round(place * step + gap / 2), _round(ground), _round(step - gap), height, tone))
    return Drawing(COLUMNS_HEIGHT + FOOT, boxes, [Text(0, 12, f"{highest:,}"), *_labels(rows, step)])


def heat(rows: Sequence[tuple[str, Sequence[int]]], heads: Sequence[str]) -> Drawing:
    """A field for each count, the darker the more: none, and SHADES up to the greatest."""
    greatest = max((count for _, counts in rows for count in counts), default=0)
    step = (WIDTH - SIDE) / len(heads)
    texts = [Text(_round(SIDE + (place + 0.5) * step), 14, head, "middle") for place, head in enumerate(heads)]
    boxes = []
    for line, (label, counts) in enumerate(rows):
        top = HEAD + line * CELL_HEIGHT
        texts.append(Text(0, top + 13, label))
        for place, count in enumerate(counts):
            left = _round(SIDE + place * step)
            boxes.append(Box(left, top, _round(step - 2), CELL_HEIGHT - 2, f"heat-{shade(count, greatest)}"))
    return Drawing(HEAD + len(rows) * CELL_HEIGHT, boxes, texts)


def shade(count: int, greatest: int) -> int:
    """0 for none, else 1 to SHADES."""
    return -(-count * SHADES // greatest) if greatest else 0


def _parts(counts: Sequence[int], tones: Sequence[str], top: float, longest: int) -> list[Box]:
    left, parts = 0.0, []
    for count, tone in zip(counts, tones, strict=True):
        width = _share(count, longest, WIDTH)
        if count:
            parts.append(Box(_round(left), top, width, BAR_HEIGHT, tone))
        left += width
    return parts


def _labels(rows: Sequence[tuple[str, Sequence[int]]], step: float) -> list[Text]:
    """As many labels as have room, at equal distances."""
    every = -(-len(rows) // LABELS_AT_MOST) or 1
    shown = [(place, label) for place, (label, _) in enumerate(rows) if place % every == 0]
    return [Text(_round((place + 0.5) * step), COLUMNS_HEIGHT + 17, label, "middle") for place, label in shown]


def _share(count: int, greatest: int, length: float) -> float:
    return _round(length * count / greatest) if greatest else 0


def _round(length: float) -> float:
    return round(length, 2)
