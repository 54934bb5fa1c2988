"""Files that commands write beside those they read: under a free name, for one that is there may be somebody's work."""

from collections.abc import Callable, Iterable
from pathlib import Path


def write(path: Path, lines: Callable[[], Iterable[str]]) -> Path:
    """Where the lines now stand: at the path, or at one with a count behind its stem. Raises OSError."""
    count = 1
    while True:
        free = path if count == 1 else path.with_name(f"{path.stem}-{count}{path.suffix}")
        try:
            with free.open("x", encoding="utf-8", newline="") as file:
                file.writelines(lines())
            return free
        except FileExistsError:
            count += 1
