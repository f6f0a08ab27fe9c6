"""Settings come from the environment, typed, and a wrong one names itself."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lasertrim.environment import VARIABLES, WrongSetting, read_environment

README = Path(__file__).resolve().parent.parent.parent / "README.md"


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    return {"DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 40}


def test_an_empty_environment_starts_on_sqlite_in_the_data_folder(base: dict[str, str]) -> None:
    environment = read_environment(base)
    assert environment.database.engine == "sqlite3"
    assert environment.database.name == f"{base['DATA_DIR']}/db.sqlite3"
    assert environment.https is False


def test_a_database_address_is_taken_apart(base: dict[str, str]) -> None:
    address = "postgresql://an%40n:s%3Acret@db.example:5433/trim"
    database = read_environment(base | {"DATABASE_URL": address}).database
    assert (database.engine, database.name, database.host) == ("postgresql", "trim", "db.example")
    assert (database.port, database.user, database.password) == ("5433", "an@n", "s:cret")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "postgresql://host"),
        ("DATABASE_URL", "postgresql://host:many/name"),
        ("DATABASE_URL", "sqlite://relative"),
        ("DATABASE_POOL", "-1"),
        ("SQLITE_SYNCHRONOUS", "OFF"),
        ("SECRET_KEY", "short"),
        ("ADDRESS", "8000"),
        ("ADDRESS", "host:0"),
        ("TRUSTED_ORIGINS", "trim.example.com"),
        ("HTTPS", "maybe"),
        ("LOG_LEVEL", "LOUD"),
        ("FACTORY_TIME_ZONE", "Mars/Olympus"),
        ("MAX_UPLOAD_MB", "many"),
        ("WORKERS", "0"),
        ("PROCESS_ROLE", "spectator"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(
    base: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(WrongSetting, match=rf"^{name}: "):
        read_environment(base | {name: value})


def test_a_secret_may_come_from_a_file(base: dict[str, str], tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from the vault\n")
    environment = read_environment(base | {"METRICS_TOKEN_FILE": str(secret)})
    assert environment.metrics_token == "from the vault"


def test_a_secret_file_that_is_missing_is_named(base: dict[str, str]) -> None:
    with pytest.raises(WrongSetting, match=r"^METRICS_TOKEN_FILE: "):
        read_environment(base | {"METRICS_TOKEN_FILE": "/nowhere/token"})


def test_a_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    source = {"DATA_DIR": str(tmp_path / "new")}
    first, second = read_environment(source), read_environment(source)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_a_damaged_key_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(WrongSetting, match=r"^SECRET_KEY: "):
        read_environment({"DATA_DIR": str(tmp_path)})


def test_the_readme_documents_every_variable_with_its_default() -> None:
    table = README.read_text(encoding="utf-8")
    for variable in VARIABLES:
        row = f"| `{variable.name}` | {variable.default or 'empty'} | {variable.meaning} |"
        assert row in table, f"README lacks the row: {row}"
