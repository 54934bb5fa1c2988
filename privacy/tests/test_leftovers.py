"""What was erased is not left in SQLite's files either."""

from contextlib import closing

import pytest

from dbncrm.backups import on_sqlite
from privacy import leftovers


@pytest.mark.django_db
def test_what_is_deleted_is_in_no_file_of_sqlite_once_it_is_overwritten(tmp_path, monkeypatch):
    with closing(on_sqlite.another(tmp_path / "crm.sqlite3")) as database:
        for pragma in ("journal_mode=WAL", "secure_delete=ON"):
            database.cursor().execute(f"PRAGMA {pragma}")
        database.cursor().execute("CREATE TABLE people (name TEXT)")
        database.cursor().execute("INSERT INTO people VALUES ('Zebulon Quixworth')")
        database.cursor().execute("DELETE FROM people")
        assert any(b"Quixworth" in file.read_bytes() for file in tmp_path.iterdir())
        monkeypatch.setattr(leftovers, "connection", database)
        leftovers.overwrite()
        assert not any(b"Quixworth" in file.read_bytes() for file in tmp_path.iterdir())
