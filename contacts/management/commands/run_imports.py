import logging
import signal
import threading

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from contacts.acting import acting
from contacts.importing import running

PAUSE_SECONDS = 2
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Checks, runs and undoes imports as they are asked for. The Procfile's worker; several may run at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is left to do")

    def handle(self, *, once: bool, **options) -> None:
        ending = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: ending.set())
        # What nobody in the back office asked for.
        with acting(name="manage.py run_imports"):
            while not ending.is_set():
                if not _work(ending) and (once or ending.wait(PAUSE_SECONDS)):
                    return


def _work(ending: threading.Event) -> bool:
    """Whether there was something to do. While the database is away there is nothing."""
    try:
        run = running.claim()
        if run:
            logger.info("Import %s: %s.", run.pk, run.state)
            run = running.work(run, is_ending=ending.is_set)
            logger.info("Import %s: %s.", run.pk, run.state)
    except running.OUTAGES as error:
        logger.error("The database does not answer: %s", str(error).partition("\n")[0])
        connection.close()
        return False
    return run is not None
