"""Processes as a deployment starts them: what they refuse, what they set, what they log."""

import os
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

pytestmark = pytest.mark.process

SECRETS = {
    "SECRET_KEY": "of the tests: 0123456789 abcdefghijklmnopqrstuvwxyz",
    "TOKEN_PEPPER": "of the tests: zyxwvutsrqponmlkjihgfedcba 9876543210",
}
OPTIONAL = (
    "DEBUG CSRF_TRUSTED_ORIGINS PUBLIC_URL THREECX_WEBCLIENT_URL DEFAULT_PHONE_REGION TIME_ZONE CALLING_HOURS"
    " SECURE_SSL_REDIRECT TRUSTED_PROXY_COUNT REQUIRE_SECOND_FACTOR API_RATE_LIMIT"
).split()
BIN = Path(sys.executable).parent


def variables(tmp_path: Path, **changes: str) -> dict[str, str]:
    """A production environment on SQLite; an empty variable counts as unset."""
    return {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/crm.sqlite3",
        "ALLOWED_HOSTS": "crm.example.com,127.0.0.1",
        **dict.fromkeys(OPTIONAL, ""),
        **SECRETS,
        **changes,
    }


def run(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=60
    )


def read_settings(env: dict[str, str], expression: str) -> str:
    code = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'dbncrm.settings'; import django; django.setup();"
    result = run(
        "-c", f"{code} from django.conf import settings; from django.db import connection; print({expression})", env=env
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set; make one with:"),
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY is too weak;"),
        ({"TOKEN_PEPPER": ""}, "TOKEN_PEPPER is not set; make one with:"),
        ({"TOKEN_PEPPER": SECRETS["SECRET_KEY"]}, "TOKEN_PEPPER is the SECRET_KEY; make one of its own."),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set;"),
        ({"DATABASE_URL": "postgres//typo"}, "DATABASE_URL is malformed;"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set;"),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; write on or off."),
        ({"CALLING_HOURS": "9 to 5"}, "CALLING_HOURS is '9 to 5'; write days and hours such as"),
    ],
)
@pytest.mark.parametrize("arguments", [("manage.py", "check"), ("-c", "import dbncrm.wsgi")], ids=["command", "web"])
def test_it_refuses_to_start_and_names_the_variable_in_one_line(tmp_path, arguments, changes, said):
    result = run(*arguments, env=variables(tmp_path, **changes))
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    assert result.stderr.startswith(said)


def test_every_fault_has_its_line(tmp_path):
    result = run("manage.py", "check", env=variables(tmp_path, SECRET_KEY="", ALLOWED_HOSTS=""))
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["SECRET_KEY", "ALLOWED_HOSTS"]


def test_production_passes_djangos_deployment_check(released):
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=variables(released))
    assert (result.returncode, result.stdout) == (0, "System check identified no issues (3 silenced).\n")


def test_a_database_that_cannot_be_used_is_told_in_one_line(tmp_path):
    env = variables(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/no-such-folder/crm.sqlite3")
    result = run("manage.py", "migrate", env=env)
    said = "The database that DATABASE_URL names cannot be used: unable to open database file"
    assert (result.returncode, result.stderr.splitlines()[-1]) == (1, said)
    assert "Traceback" not in result.stderr


def test_no_migration_is_missing(tmp_path):
    result = run("manage.py", "makemigrations", "--check", "--dry-run", env=variables(tmp_path))
    assert (result.returncode, result.stdout) == (0, "No changes detected\n")


def test_sqlite_is_durable_and_waits_its_turn(tmp_path):
    pragma = "connection.cursor().execute('PRAGMA ' + name).fetchone()[0]"
    pragmas = f"[{pragma} for name in ('journal_mode', 'synchronous', 'busy_timeout', 'secure_delete')]"
    assert read_settings(variables(tmp_path), pragmas) == "['wal', 2, 20000, 1]"
    assert (
        read_settings(variables(tmp_path), "settings.DATABASES['default']['OPTIONS']['transaction_mode']")
        == "IMMEDIATE"
    )


def test_requests_are_no_transactions_and_postgresql_connections_are_kept_and_checked(tmp_path):
    env = variables(tmp_path, DATABASE_URL="postgresql://user:secret@localhost/crm")
    wanted = (
        "[settings.DATABASES['default'][name] for name in ('ATOMIC_REQUESTS', 'CONN_MAX_AGE', 'CONN_HEALTH_CHECKS')]"
    )
    assert read_settings(env, wanted) == "[False, 600, True]"


@pytest.mark.parametrize(
    ("changes", "is_required"),
    [({}, "True"), ({"DEBUG": "on"}, "False"), ({"REQUIRE_SECOND_FACTOR": "off"}, "False")],
)
def test_staff_need_a_second_factor_unless_it_is_switched_off_or_developed(tmp_path, changes, is_required):
    assert read_settings(variables(tmp_path, **changes), "settings.REQUIRE_SECOND_FACTOR") == is_required


def test_the_database_driver_is_psycopg2(tmp_path):
    env = variables(tmp_path, DATABASE_URL="postgresql://user:secret@localhost/crm")
    assert (
        read_settings(
            env,
            "__import__('django.db.backends.postgresql.psycopg_any').db.backends.postgresql.psycopg_any.is_psycopg3",
        )
        == "False"
    )


def procfile() -> dict[str, str]:
    lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    """A folder with a database, after the Procfile's release as it is."""
    folder = tmp_path_factory.mktemp("released")
    result = subprocess.run(
        procfile()["release"], shell=True, cwd=settings.BASE_DIR, env=variables(folder), capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return folder


@contextmanager
def served(folder: Path, **changes: str):
    """The Procfile's web, as it is, on what was released; gives the port and, afterwards, the log."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = variables(folder, PORT=str(port), **changes)
    log = folder / "log"
    with log.open("wb") as output:
        web = subprocess.Popen(
            procfile()["web"],
            shell=True,
            cwd=settings.BASE_DIR,
            env=env,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_served(port, web)
        yield port, log
    finally:
        web.terminate()
        web.wait(timeout=60)


def wait_until_served(port: int, web: subprocess.Popen) -> None:
    while web.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            continue
        return
    raise AssertionError("The web process ended.")


def ask(
    port: int, method: str, path: str, body=None, headers=None, *, encode_chunked=False
) -> tuple[int, Message, bytes]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, headers or {}, encode_chunked=encode_chunked)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def ask_and_hang_up(port: int, body: str) -> int:
    """The status that is answered to a form whose sender announced more than it sent, and hung up."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as sender:
        head = f"POST /3cx/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body) + 100}\r\n"
        sender.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode())
        sender.shutdown(socket.SHUT_WR)
        return int(sender.recv(12).split()[1])


def test_a_deployment_serves_the_contract_and_hashed_static_files_and_logs_no_key(released):
    with served(released, SECURE_SSL_REDIRECT="off") as (port, log):
        made = run("manage.py", "create_api_token", "Main 3CX", env=variables(released))
        key = made.stdout.splitlines()[-1]
        assert ask(port, "GET", f"/3cx/query?cid=123&token={key}")[::2] == (200, b'{"success":false}')
        assert ask(port, "GET", "/3cx/query?cid=123&token=dbn_wrong")[0] == 401
        assert ask(port, "GET", f"/3cx/query?cid=123&token={key}", headers={"Host": "other.example"})[0] == 400

        chunked = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}
        chunks = [b'{"cid": "123", "status": "Completed", ', f'"comments": "x", "token": "{key}"}}'.encode()]
        status, _, body = ask(port, "POST", "/3cx/query", iter(chunks), chunked, encode_chunked=True)
        assert (status, b'"error":"number_unknown"' in body) == (404, True)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert ask_and_hang_up(port, f"token={key}&cid=123&status=Completed&comments=Wants a ref") == 400
        assert ask(port, "POST", "/3cx/query", f"cid=123&token={key}", form)[0] == 200
        oversized = ask(port, "POST", f"/3cx/query?token={key}", iter([b"x" * 1_048_577]), chunked, encode_chunked=True)
        assert (oversized[0], b'"error":"body_too_large"' in oversized[2]) == (413, True)

        page = ask(port, "GET", "/login/")[2].decode()
        stylesheet = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        status, headers, _ = ask(port, "GET", stylesheet, headers={"Accept-Encoding": "br"})
        assert status == 200
        assert stylesheet != "/static/desk.css"
        assert (headers["Content-Encoding"], "immutable" in headers["Cache-Control"]) == ("br", True)
        assert ask(port, "GET", "/readyz", headers={"Host": "10.0.0.7"})[::2] == (200, b'{"ok": true}')

    logged = log.read_text()
    assert logged.count("GET /3cx/query 200") == 1
    assert "GET /3cx/query 401" in logged
    assert key not in logged
    assert "dbn_" not in logged
    assert "cid=" not in logged


def test_production_refuses_plain_http_to_the_contract_and_redirects_people(released):
    with served(released, WEB_CONCURRENCY="1") as (port, _):
        status, _, body = ask(
            port, "POST", "/3cx/query", "cid=123", {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert (status, b'"error":"https_required"' in body) == (403, True)
        status, headers, _ = ask(port, "GET", "/login/", headers={"Host": "crm.example.com"})
        assert (status, headers["Location"]) == (301, "https://crm.example.com/login/")
        assert ask(port, "GET", "/healthz")[0] == 200
