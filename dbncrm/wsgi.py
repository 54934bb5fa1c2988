"""The web process's entry: Django, behind a reader of bodies that came without a length."""

import io
import os
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application

CHUNKED_MAX_BYTES = 1024 * 1024

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbncrm.settings")


def read_chunked(application: Callable) -> Callable:
    """Gives a chunked body its length, without which Django takes it for empty (.NET clients send such).

    A body over the limit keeps its true refusal: its length says so, and none of it is handed on.
    """

    def reading(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(CHUNKED_MAX_BYTES + 1)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = io.BytesIO(body if len(body) <= CHUNKED_MAX_BYTES else b"")
        return application(environ, start_response)

    return reading


application = read_chunked(get_wsgi_application())
