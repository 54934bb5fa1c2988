"""The settings under test: production's, fed from an environment of their own.

`TEST_DATABASE_URL` names another database server; without it each process has an SQLite file of its own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_FOLDER = tempfile.mkdtemp(prefix="dbncrm-test-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
_FILE = Path(_FOLDER) / "test.sqlite3"

os.environ |= {
    "SECRET_KEY": "for tests alone: 0123456789 abcdefghijklmnopqrstuvwxyz",
    "TOKEN_PEPPER": "for tests alone: zyxwvutsrqponmlkjihgfedcba 9876543210",
    "DO_NOT_DISTURB_KEY": "for tests alone: abcdefghijklmnopqrstuvwxyz 01234 56789",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", f"sqlite:///{_FILE}"),
    "DEBUG": "off",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SECURE_SSL_REDIRECT": "off",
    # Tests of the second factor ask for it.
    "REQUIRE_SECOND_FACTOR": "off",
}
for _name in [
    "CSRF_TRUSTED_ORIGINS",
    "PUBLIC_URL",
    "THREECX_WEBCLIENT_URL",
    "DEFAULT_PHONE_REGION",
    "TIME_ZONE",
    "CALLING_HOURS",
    "TRUSTED_PROXY_COUNT",
    "API_RATE_LIMIT",
]:
    os.environ[_name] = ""

from dbncrm.settings import *  # noqa: E402, F403

if "TEST_DATABASE_URL" not in os.environ:
    DATABASES["default"]["TEST"] = {"NAME": str(_FILE)}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
