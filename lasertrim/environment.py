"""Typed settings from the environment: the only reader of ``os.environ``.

Every variable is declared once, with its default and the sentence that README shows. A wrong value
stops the start with a sentence that names the variable. A secret may come from a file instead:
``NAME_FILE`` holds the path.
"""

from __future__ import annotations

import os
import secrets
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

PROJECT = Path(__file__).resolve().parent.parent


class WrongSetting(Exception):
    """An environment variable holds a value that the site cannot start with."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One documented environment variable."""

    name: str
    default: str
    meaning: str
    secret: bool = False


VARIABLES = (
    Variable("DATA_DIR", "var", "Folder of all that the site keeps: database, originals, figures."),
    Variable(
        "DATABASE_URL",
        "sqlite (file db.sqlite3 in DATA_DIR)",
        "postgresql://user:password@host:port/name in production; sqlite:///path for another file.",
        secret=True,
    ),
    Variable("DATABASE_POOL", "4", "PostgreSQL connections a web process keeps open; 0 = no pool."),
    Variable(
        "SQLITE_SYNCHRONOUS",
        "FULL",
        "FULL: a committed upload survives a power loss. NORMAL: faster, may lose the last ones.",
    ),
    Variable(
        "SECRET_KEY",
        "made at the first start, kept in DATA_DIR",
        "Signs sessions and queue messages, at least 32 characters.",
        secret=True,
    ),
    Variable("ADDRESS", "127.0.0.1:8000", "Host and port the site listens on."),
    Variable("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Names the site answers to, by commas."),
    Variable(
        "TRUSTED_ORIGINS", "", "Origins of forms behind a proxy, such as https://trim.example.com."
    ),
    Variable("HTTPS", "false", "true behind a TLS proxy: secure cookies, HSTS, redirect."),
    Variable(
        "BEHIND_PROXY", "false", "true: the client address is the X-Real-IP that the proxy sets."
    ),
    Variable("DEBUG", "false", "true on a developer's machine only."),
    Variable("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Variable(
        "FACTORY_TIME_ZONE", "America/New_York", "The zone of the stations' clocks and of pages."
    ),
    Variable("SESSION_TIMEOUT_MINUTES", "30", "Idle minutes after which a person signs in again."),
    Variable("MAX_UPLOAD_MB", "512", "Largest file that is taken in."),
    Variable("READER_MEMORY_MB", "1024", "Memory the process that opens workbooks may use."),
    Variable("READER_SECONDS", "60", "Wall seconds one workbook may take to open."),
    Variable("WEB_PROCESSES", "2", "Web processes."),
    Variable("WEB_THREADS", "8", "Threads of each web process."),
    Variable("WORKERS", "1", "Analysis workers; more than 1 wants PostgreSQL."),
    Variable(
        "METRICS_TOKEN",
        "",
        "Bearer token for /metrics; empty: administrators only.",
        secret=True,
    ),
    Variable("ADMIN_USERNAME", "admin", "Name of the first administrator."),
    Variable(
        "ADMIN_PASSWORD",
        "",
        "Password of the first administrator; empty: a random one, printed once.",
        secret=True,
    ),
    Variable("PROCESS_ROLE", "command", "Set by the site's own starters: web, worker or command."),
)

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True)
class Database:
    """Where the rows are, as Django wants to hear it."""

    engine: str  # "sqlite3" or "postgresql"
    name: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Every setting of the site, read and checked."""

    data_dir: Path
    database: Database
    database_pool: int
    sqlite_synchronous: str
    secret_key: str
    address: str
    allowed_hosts: list[str]
    trusted_origins: list[str]
    https: bool
    behind_proxy: bool
    debug: bool
    log_level: str
    factory_time_zone: str
    session_timeout_minutes: int
    max_upload_mb: int
    reader_memory_mb: int
    reader_seconds: int
    web_processes: int
    web_threads: int
    workers: int
    metrics_token: str
    admin_username: str
    admin_password: str
    process_role: str


class _Reader:
    """Reads declared variables only, so that none escapes the README's table."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source
        self._known = {variable.name: variable for variable in VARIABLES}

    def text(self, name: str, default: str | None = None) -> str:
        variable = self._known[name]
        file = self._source.get(f"{name}_FILE") if variable.secret else None
        if file:
            try:
                return Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise WrongSetting(
                    f"{name}_FILE: cannot read {file} ({error.strerror})."
                ) from error
        return self._source.get(name, variable.default if default is None else default).strip()

    def choice(self, name: str, allowed: tuple[str, ...], fold: Callable[[str], str]) -> str:
        value = fold(self.text(name))
        if value not in allowed:
            raise WrongSetting(f"{name}: “{value}” is not one of {', '.join(allowed)}.")
        return value

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise WrongSetting(f"{name}: “{value}” is neither true nor false.")

    def number(self, name: str, low: int, high: int) -> int:
        value = self.text(name)
        try:
            number = int(value)
        except ValueError:
            raise WrongSetting(f"{name}: “{value}” is not a whole number.") from None
        if not low <= number <= high:
            raise WrongSetting(f"{name}: {number} is outside {low} to {high}.")
        return number

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]


def read_environment(source: Mapping[str, str] | None = None) -> Environment:
    """Read every setting. Raises WrongSetting with a sentence that names the variable."""
    reader = _Reader(os.environ if source is None else source)
    data_dir = Path(reader.text("DATA_DIR"))
    data_dir = data_dir if data_dir.is_absolute() else PROJECT / data_dir
    return Environment(
        data_dir=data_dir,
        database=_database(reader.text("DATABASE_URL", ""), data_dir),
        database_pool=reader.number("DATABASE_POOL", 0, 200),
        sqlite_synchronous=reader.choice("SQLITE_SYNCHRONOUS", ("FULL", "NORMAL"), str.upper),
        secret_key=_secret_key(reader.text("SECRET_KEY", ""), data_dir),
        address=_address(reader.text("ADDRESS")),
        allowed_hosts=reader.names("ALLOWED_HOSTS"),
        trusted_origins=_origins(reader.names("TRUSTED_ORIGINS")),
        https=reader.flag("HTTPS"),
        behind_proxy=reader.flag("BEHIND_PROXY"),
        debug=reader.flag("DEBUG"),
        log_level=reader.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), str.upper),
        factory_time_zone=_zone(reader.text("FACTORY_TIME_ZONE")),
        session_timeout_minutes=reader.number("SESSION_TIMEOUT_MINUTES", 1, 24 * 60),
        max_upload_mb=reader.number("MAX_UPLOAD_MB", 1, 4096),
        reader_memory_mb=reader.number("READER_MEMORY_MB", 128, 65536),
        reader_seconds=reader.number("READER_SECONDS", 1, 3600),
        web_processes=reader.number("WEB_PROCESSES", 1, 64),
        web_threads=reader.number("WEB_THREADS", 1, 64),
        workers=reader.number("WORKERS", 1, 64),
        metrics_token=reader.text("METRICS_TOKEN"),
        admin_username=reader.text("ADMIN_USERNAME"),
        admin_password=reader.text("ADMIN_PASSWORD"),
        process_role=reader.choice("PROCESS_ROLE", ("web", "worker", "command"), str.lower),
    )


def _database(url: str, data_dir: Path) -> Database:
    if not url:
        return Database("sqlite3", str(data_dir / "db.sqlite3"))
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise WrongSetting(f"DATABASE_URL: {error}.") from None
    if parts.scheme == "sqlite":
        path = unquote(parts.path)[1:]  # sqlite:///relative, sqlite:////absolute
        if parts.netloc or not path:
            raise WrongSetting("DATABASE_URL: write sqlite:///path/to/file (three slashes).")
        return Database("sqlite3", str(PROJECT / path))
    if parts.scheme not in ("postgres", "postgresql"):
        raise WrongSetting(
            f"DATABASE_URL: “{parts.scheme}” is not a database the site knows; "
            "it wants postgresql://… or sqlite:///…."
        )
    name = unquote(parts.path).lstrip("/")
    if not name:
        raise WrongSetting("DATABASE_URL: the name of the database is missing after the host.")
    return Database(
        "postgresql",
        name,
        host=unquote(parts.hostname or ""),
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _secret_key(value: str, data_dir: Path) -> str:
    if value:
        if len(value) < 32:
            raise WrongSetting("SECRET_KEY: it must have at least 32 characters.")
        return value
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
        kept = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise WrongSetting(
            f"SECRET_KEY: not set, and {path} cannot be used ({error.strerror})."
        ) from error
    if len(kept) < 32:
        raise WrongSetting(
            f"SECRET_KEY: not set, and {path} holds no usable key; remove that file."
        )
    return kept


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise WrongSetting(f"ADDRESS: “{value}” is not host:port, such as 127.0.0.1:8000.")
    return value


def _origins(values: list[str]) -> list[str]:
    for value in values:
        if not value.startswith(("http://", "https://")):
            raise WrongSetting(f"TRUSTED_ORIGINS: “{value}” must begin with https:// or http://.")
    return values


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise WrongSetting(
            f"FACTORY_TIME_ZONE: “{value}” is not a time zone, such as America/New_York."
        ) from None
    return value
