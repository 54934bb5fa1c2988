# `make run` and `make test` are all a newcomer needs; `make check` and `make lock` are for whoever changes the code.

PYTHON ?= python3
PORT ?= 8000
SCALE ?= 20k
BIN := .venv/bin
NO_TEXTS := --ignore "tests" --ignore "migrations" --ignore "tools" --ignore "benchmarks" --ignore "docs"
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder
DEBIAN_VENV := apt-get install -y python3-venv

.PHONY: run test test-fast test-slow check lock schema messages bench-import bench-reports clean

# On this machine's own .env alone: what the shell has set for a deployment is not for demonstration data.
OURS_ALONE := env -u DEBUG -u SECRET_KEY -u TOKEN_PEPPER -u DATABASE_URL -u ALLOWED_HOSTS -u CSRF_TRUSTED_ORIGINS \
	-u PUBLIC_URL -u THREECX_WEBCLIENT_URL -u DEFAULT_PHONE_REGION -u TIME_ZONE -u CALLING_HOURS -u SECURE_SSL_REDIRECT -u TRUSTED_PROXY_COUNT \
	-u REQUIRE_SECOND_FACTOR -u API_RATE_LIMIT -u DO_NOT_DISTURB_KEY

run: .venv/installed
	@$(BIN)/python tools/new_env.py
	@$(OURS_ALONE) $(BIN)/python manage.py demo --port $(PORT)
	@$(OURS_ALONE) $(BIN)/python manage.py run_imports & worker=$$!; \
	$(OURS_ALONE) PUBLIC_URL=http://127.0.0.1:$(PORT) $(BIN)/granian --interface wsgi --http 1 --host 127.0.0.1 --port $(PORT) --blocking-threads 4 \
		--backpressure 32 --log-level warning dbncrm.wsgi:application & web=$$!; \
	trap 'kill $$web $$worker 2>/dev/null' INT TERM; wait $$web; status=$$?; kill $$worker 2>/dev/null; wait; exit $$status

# The whole suite on SQLite, then again what works on a database, on a PostgreSQL that is started for it and thrown away.
test: check
	$(PYTEST)
	$(BIN)/python tools/throwaway_postgresql.py $(PYTEST) --reuse-db -m "not once"

test-fast: .venv/installed-dev
	$(PYTEST) -m "not browser and not process"

test-slow: .venv/installed-dev
	$(PYTEST) -m "browser or process"

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pip check

# What is installed: written to requirements.in, locked with hashes here.
lock: .venv/installed-dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes --upgrade requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes --upgrade requirements-dev.in --output-file requirements-dev.txt

# How long reports take over a year of calls, on a PostgreSQL that is thrown away. SCALE=1m makes a million, which takes a while.
SCALE ?= 20k
bench-reports: .venv/installed-dev
	$(BIN)/python tools/throwaway_postgresql.py $(BIN)/python benchmarks/reports.py $(SCALE)

# The OpenAPI description, which a test holds against the code.
schema: .venv/installed-dev
	DJANGO_SETTINGS_MODULE=dbncrm.test_settings $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# What people read, gathered from the sources, and what it is in the other languages. Needs Debian's gettext.
messages: .venv/installed-dev
	DJANGO_SETTINGS_MODULE=dbncrm.test_settings $(BIN)/python manage.py makemessages --all --add-location=file --no-obsolete $(NO_TEXTS)
	DJANGO_SETTINGS_MODULE=dbncrm.test_settings $(BIN)/python manage.py compilemessages --ignore ".venv"

# How fast imports are, on both databases: benchmarks/imports.md. SCALE=1m is a million rows.
bench-import: .venv/installed-dev
	$(BIN)/python benchmarks/imports.py $(SCALE)
	$(BIN)/python tools/throwaway_postgresql.py $(BIN)/python benchmarks/imports.py $(SCALE)

clean:
	rm -rf .venv staticfiles .pytest_cache .ruff_cache .mypy_cache .hypothesis

.venv/installed: requirements.txt | .venv
	@echo "Installing what it needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Debian keeps ensurepip in a package of its own, without which no virtual environment can be made.
.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && $(DEBIAN_VENV) -qq >/dev/null; } \
		|| { echo "Python's venv is missing. On Debian: sudo $(DEBIAN_VENV)"; exit 1; }
	@$(PYTHON) -m venv .venv
