"""Which processes of DBN CRM work on its database, as far as this machine can tell."""

import os
import re
from pathlib import Path
from typing import Any

import environ
from django.conf import settings

from dbncrm.environment import Environment

# The web process, and what `manage.py run…` starts: the development server and workers.
WORKING = re.compile(rb"dbncrm\.wsgi|manage\.py\0run")


def here() -> list[int]:
    """The ids of web processes and workers on this machine, of this installation and its database. Empty off Linux."""
    return sorted(int(process.name) for process in Path("/proc").glob("[0-9]*") if _works(process))


def _works(process: Path) -> bool:
    try:
        if not WORKING.search((process / "cmdline").read_bytes()) or process.name == str(os.getpid()):
            return False
        named = re.search(rb"(?:^|\0)DATABASE_URL=([^\0]+)", (process / "environ").read_bytes())
        is_of_this_folder = (process / "cwd").readlink() == settings.BASE_DIR
    except OSError:
        return False
    return is_of_this_folder and _is_ours(os.fsdecode(named[1]) if named else _of_env_file())


def _is_ours(url: str) -> bool:
    """Whether it leads to the database of this command; so it does where that cannot be told."""
    place = _place(url)
    return not place or place == _place(os.environ["DATABASE_URL"])


def _place(url: str) -> tuple[Any, ...]:
    """What tells one database from another; empty where the address cannot be used."""
    told = Environment({"DATABASE_URL": url}).database("DATABASE_URL")
    if not told:
        return ()
    if told["ENGINE"].endswith("sqlite3"):
        return (str((settings.BASE_DIR / told["NAME"]).resolve()),)
    return told["HOST"], told["PORT"] or 5432, told["NAME"]


def _of_env_file() -> str:
    """The address that a process without one of its own has read; empty where that cannot be told."""
    variables: dict[str, str] = {}
    reader: Any = type("EnvFile", (environ.Env,), {"ENVIRON": variables})
    try:
        reader.read_env(settings.BASE_DIR / ".env")
    except ValueError:
        return ""
    return variables.get("DATABASE_URL", "")
