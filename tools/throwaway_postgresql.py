#!/usr/bin/env python3
"""Runs a command beside a PostgreSQL of its own, which is started for it and gone afterwards.

`throwaway_postgresql.py COMMAND [ARGUMENT ...]` sets TEST_DATABASE_URL for the command and answers its
exit status. The server listens on a socket in a private folder, on no network. Without PostgreSQL's
programs on the machine it says so and answers 0, or 1 where REQUIRE_ALL is set.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
FAST_AND_FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest one that Debian has or the one on PATH."""
    by_version = sorted(DEBIAN_PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = by_version[-1] if by_version else shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Serves while the context lasts; gives the URL of an empty database."""
    home = Path(tempfile.mkdtemp(prefix="dbncrm-pg-", dir="/tmp"))
    account = _account()
    if account:
        shutil.chown(home, account)

    def run(program: str, *arguments: str) -> None:
        subprocess.run([folder / program, *arguments], check=True, user=account, cwd=home, stdout=subprocess.DEVNULL)

    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={home}", *FAST_AND_FORGETFUL]
    try:
        run("initdb", "--pgdata", f"{home}/data", "--username", "dbncrm", "--auth", "trust", "--encoding", "UTF8")
        run("pg_ctl", "start", "-w", "-D", f"{home}/data", "-l", f"{home}/log", "-o", " ".join(options))
        try:
            yield f"postgresql://dbncrm@/postgres?host={home}"
        finally:
            run("pg_ctl", "stop", "-D", f"{home}/data", "-m", "immediate")
    finally:
        shutil.rmtree(home)


def _account() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid():
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def main(command: list[str]) -> int:
    folder = programs()
    if folder is None:
        print("PostgreSQL's programs are not on this machine (Debian: apt-get install postgresql): not tested on it.")
        return 1 if os.environ.get("REQUIRE_ALL") else 0
    with server(folder) as url:
        return subprocess.run(command, check=False, env=os.environ | {"TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
