"""Settings, from the environment alone; `.env` beside manage.py fills in what the environment leaves unset.

Production is the default: `.env.example` lists every variable, docs/deployment.md explains them.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from contacts.phone import REGIONS
from dbncrm.environment import Environment
from integrations_3cx.wire import BODY_MAX_BYTES

BASE_DIR = Path(__file__).resolve().parent.parent

if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")
env = Environment(os.environ)

# What the environment decides

DEBUG = env.switch("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY")
TOKEN_PEPPERS = env.secrets("TOKEN_PEPPER")
env.require(SECRET_KEY not in TOKEN_PEPPERS, "TOKEN_PEPPER", "is the SECRET_KEY; make one of its own")
DO_NOT_DISTURB_KEY = env.optional_secret("DO_NOT_DISTURB_KEY")
ALLOWED_HOSTS = env.required_hosts("ALLOWED_HOSTS", example="crm.example.com")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.public_url("PUBLIC_URL")
THREECX_WEBCLIENT_URL = env.web_client_url("THREECX_WEBCLIENT_URL")
DEFAULT_PHONE_REGION = env.choice("DEFAULT_PHONE_REGION", "SG", REGIONS, example="an ISO 3166 code such as SG")
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Singapore")
CALLING_HOURS = env.calling_hours("CALLING_HOURS", "Mo-Fr 09:00-18:00")
SECURE_SSL_REDIRECT = env.switch("SECURE_SSL_REDIRECT", default=not DEBUG)
TRUSTED_PROXY_COUNT = env.whole_number("TRUSTED_PROXY_COUNT", 0)
REQUIRE_SECOND_FACTOR = env.switch("REQUIRE_SECOND_FACTOR", default=not DEBUG)
API_RATE_LIMIT = env.whole_number("API_RATE_LIMIT", 6000)
DATABASE = env.database("DATABASE_URL")
env.refuse_if_faulty()

# Applications

INSTALLED_APPS = [
    "contacts",
    "callnotes",
    "integrations_3cx",
    "desk",
    "changes",
    "privacy",
    "people",
    "dbncrm.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "dbncrm",
]

MIDDLEWARE = [
    "dbncrm.health.HealthMiddleware",
    "dbncrm.logs.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "desk.time_zones.TimeZoneMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dbncrm.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "desk.signing_in.SignInMiddleware",
    "people.masking.MaskingMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "dbncrm.urls"
WSGI_APPLICATION = "dbncrm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database

if DATABASE["ENGINE"].endswith("sqlite3"):
    if DATABASE["NAME"] != ":memory:":
        DATABASE["NAME"] = str(BASE_DIR / DATABASE["NAME"])
    DATABASE["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
    }
else:
    DATABASE["OPTIONS"] = {"connect_timeout": 2, **DATABASE.get("OPTIONS", {})}
    DATABASE["CONN_MAX_AGE"] = 600
    DATABASE["CONN_HEALTH_CHECKS"] = True

DATABASES = {"default": DATABASE | {"ATOMIC_REQUESTS": False}}

# People

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk:start"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["people.locking.LockOutBackend", "people.sight.PersonBackend"]
# NIST SP 800-63B-4, section 3.1.1: length and a list of what others try first; no rules about kinds of signs, no end.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "people.passwords.GuessablePasswordValidator"},
]
# The first hashes; what stands under the second is hashed anew when its owner signs in.
PASSWORD_HASHERS = [
    "people.passwords.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
OTP_TOTP_ISSUER = "DBN CRM"

# Who fails too often is locked out: the pair of a name and an address, for a while

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "dbncrm.client_addresses.of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken"]

# Language, time and files

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "dbncrm.formats"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "dbncrm.static_files.HashedStaticFilesStorage"
    },
}

# Doors: what a browser may do with our pages, and what a stranger may send

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
# A redirected request to the contract has already sent its key in clear, and loses its body: it is refused there.
SECURE_REDIRECT_EXEMPT = [r"^3cx/"]
CSRF_FAILURE_VIEW = "desk.signing_in.not_saved"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
# Whether the company's other host names speak HTTPS only is not ours to decide. That somebody is locked out is told by
# the forms themselves, not by the middleware of django-axes, which would answer scripts with a page.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "axes.W002"]
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_MAX_BYTES
DEFAULT_EXCEPTION_REPORTER = "dbncrm.error_reports.DiscreetExceptionReporter"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["integrations_3cx.authentication.ApiTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["integrations_3cx.authentication.HoldsApiToken"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["integrations_3cx.throttling.ApiTokenThrottle"],
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DBN CRM for 3CX",
    "DESCRIPTION": "What a 3CX phone system asks and reports. docs/api.md tells it in words.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

# Logs go to standard error. No line holds a query string, for a key may stand in it.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "without_keys": {"()": "dbncrm.logs.WithoutKeys"},
        "refusals_in_one_line": {"()": "dbncrm.logs.RefusalsInOneLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_keys", "refusals_in_one_line"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"level": "WARNING"},
    },
}
