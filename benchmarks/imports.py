#!/usr/bin/env python3
"""Measures imports: how fast a file is read, checked, imported and undone, and what memory that holds.

`imports.py [ROWS]` (100k unless told otherwise; `1m` is a million) fills an SQLite file of its own, or beside
`tools/throwaway_postgresql.py` an empty PostgreSQL, and puts a line for each step into benchmarks/imports.md.
"""

import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "dbncrm.test_settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from contacts.importing import files, running  # noqa: E402
from contacts.models import Contact, ContactNumber, ImportRun  # noqa: E402
from contacts.models.imports import State  # noqa: E402

FIGURES = Path(__file__).with_suffix(".md")
SCALES = {"k": 1_000, "m": 1_000_000}


def rows_meant(scale: str) -> int:
    return int(scale.rstrip("km")) * SCALES.get(scale[-1], 1)


def write_rows(file: BinaryIO, count: int) -> None:
    """Contacts with a name, a company, an address and a remark; every other one has a second number."""
    file.write(b"Name,Company,E-mail,Mobile,Office,Remarks\r\n")
    for place in range(count):
        office = f"+656{place:07}" if place % 2 else ""
        words = f"Person {place:07},Korfield Motors {place % 999},p{place}@example.com"
        file.write(f'{words},9{place:07},{office},"Asked for a quote, {place}"\r\n'.encode())
    file.seek(0)


def worked(run: ImportRun, state: State) -> ImportRun:
    return running.work(running.ask(run, state, lease=uuid.uuid4()))


def peak_mib() -> float:
    """The most that this process has held since `forget_peak`."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def tell(line: str) -> None:
    """Prints a line of the table, and puts it in the place of the one of before about the same step."""
    print(line, flush=True)
    same = "|".join(line.split("|")[:4])
    kept = [known for known in FIGURES.read_text().splitlines() if not known.startswith(same)]
    FIGURES.write_text("\n".join([*kept, line]) + "\n")


def measured(step: str, rows: int, do: Callable[[], ImportRun]) -> ImportRun:
    forget_peak()
    begun, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    run = do()
    seconds, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    own = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    tell(
        f"| {connection.vendor} | {rows:,} | {step} | {rows / seconds:,.0f} | {seconds:.1f} s | {own:.1f} s"
        f" | {peak_mib():.0f} MiB |"
    )
    return run


def require(state: State, run: ImportRun, count: int) -> None:
    found = run.state, run.rejected, run.failure, Contact.objects.count(), ContactNumber.objects.count()
    wanted = state, 0, "", count, count + count // 2
    if found != wanted:
        sys.exit(f"{found} instead of {wanted}")


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryFile() as file:
        write_rows(file, count)
        run = measured("read", count, lambda: files.store(file, "people.csv"))
        run = measured("check", count, lambda: worked(run, State.CHECKING))
        require(State.CHECKED, run, 0)
        run = measured("import", count, lambda: worked(run, State.IMPORTING))
        require(State.DONE, run, count)
    run = measured("undo", count, lambda: worked(run, State.UNDOING))
    require(State.UNDONE, run, 0)


if __name__ == "__main__":
    main(rows_meant(sys.argv[1] if len(sys.argv) > 1 else "100k"))
