#!/usr/bin/env python3
"""Writes `.env` for a run on this machine, with secrets of its own, unless there is one."""

import secrets
from pathlib import Path

ENV = Path(__file__).resolve().parent.parent / ".env"

if not ENV.exists():
    ENV.touch(mode=0o600)
    ENV.write_text(
        "# For this machine alone, made by `make run`. docs/deployment.md tells what a deployment sets.\n"
        "DEBUG=on\n"
        f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
        f"TOKEN_PEPPER={secrets.token_urlsafe(50)}\n"
        f"DO_NOT_DISTURB_KEY={secrets.token_urlsafe(50)}\n"
        "ALLOWED_HOSTS=localhost,127.0.0.1\n"
        "DATABASE_URL=sqlite:///db.sqlite3\n"
    )
