#!/usr/bin/env python3
"""Measures the export of many contacts: how soon it begins, how long it takes, and what memory it holds.

`export_contacts.py [CONTACTS]` fills an SQLite file of its own, or beside `tools/throwaway_postgresql.py` an empty
PostgreSQL, with that many contacts of two numbers each (200,000 unless told otherwise).
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "dbncrm.test_settings"

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from contacts.exporting import WRITERS, download  # noqa: E402
from contacts.models import Contact, ContactNumber  # noqa: E402
from contacts.tables import contacts  # noqa: E402

ROWS_AT_ONCE = 5000


def fill(count: int) -> None:
    for start in range(0, count, ROWS_AT_ONCE):
        places = range(start, min(start + ROWS_AT_ONCE, count))
        made = Contact.objects.bulk_create(
            Contact(
                name=f"Contact {place:07}", company="Korfield Motors", email=f"c{place}@example.com", remarks="r" * 50
            )
            for place in places
        )
        numbers = [(contact, number) for contact in made for number in (f"+659{contact.pk:07}", f"+658{contact.pk:07}")]
        ContactNumber.objects.bulk_create(
            ContactNumber(contact=contact, number=number, label="mobile", is_primary=number.startswith("+659"))
            for contact, number in numbers
        )


def memory_mib(line: str) -> float:
    """A line of Linux's /proc/self/status: VmRSS is what the process holds now, VmHWM the most that it held."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(entry.split()[1]) for entry in status if entry.startswith(line)) / 1024


def measure(kind: str, by: User) -> None:
    Path("/proc/self/clear_refs").write_text("5")  # The most so far is what it holds now.
    before, begun = memory_mib("VmRSS"), time.perf_counter()
    chosen = Contact.objects.active()
    pieces = iter(download(contacts(chosen, timezone.get_default_timezone()), chosen, kind, by=by).streaming_content)
    size = len(next(pieces))
    first = time.perf_counter() - begun
    size += sum(map(len, pieces))
    seconds, more = time.perf_counter() - begun, memory_mib("VmHWM") - before
    print(
        f"{kind}: begins after {first:.2f} s, takes {seconds:.0f} s, {size / 2**20:.0f} MiB long;"
        f" holds {before:.0f} MiB and at most {more:.0f} MiB more"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    call_command("migrate", verbosity=0)
    fill(count)
    print(f"{count:,} contacts on {connection.vendor}")
    by = User.objects.create_superuser("measure", password=None)
    for kind in WRITERS:
        measure(kind, by)


if __name__ == "__main__":
    main()
