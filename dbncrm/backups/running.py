"""Which processes of DBN CRM work on its database, as far as this machine can tell."""

import os
import re
from pathlib import Path

from django.conf import settings

# The web process, and what `manage.py run…` starts: the development server and workers.
WORKING = re.compile(rb"dbncrm\.wsgi|manage\.py\0run")


def here() -> list[int]:
    """The ids of web processes and workers on this machine, of this installation and its database. Empty off Linux."""
    return sorted(int(process.name) for process in Path("/proc").glob("[0-9]*") if _works(process))


def _works(process: Path) -> bool:
    """Without one of its own, a process has the DATABASE_URL of the installation's `.env`, and so counts."""
    try:
        if not WORKING.search((process / "cmdline").read_bytes()) or process.name == str(os.getpid()):
            return False
        named = re.search(rb"(?:^|\0)DATABASE_URL=([^\0]+)", (process / "environ").read_bytes())
        return (process / "cwd").readlink() == settings.BASE_DIR and (
            not named or os.fsdecode(named[1]) == os.environ["DATABASE_URL"]
        )
    except OSError:
        return False
