"""Django's settings. Values come from ``environment``; this file only arranges them."""

from __future__ import annotations

import sys
from typing import Any

from csp.constants import NONE, SELF

from lasertrim.environment import PROJECT, WrongSetting, read_environment

try:
    ENVIRONMENT = read_environment()
except WrongSetting as wrong:
    sys.exit(f"The site cannot start. {wrong}")

# --- the site -------------------------------------------------------------------------------------
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.trusted_origins
ROOT_URLCONF = "lasertrim.urls"
WSGI_APPLICATION = "lasertrim.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "accounts",
    "accounts.audit",
    "analysis",
    "reports",
    "lasertrim",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "django_prometheus",
    "django_q",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "lasertrim.middleware.page_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "lasertrim.middleware.idle_session",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lasertrim.page.site",
            ],
        },
    },
]

# --- data -----------------------------------------------------------------------------------------
DATA_DIR = ENVIRONMENT.data_dir
ORIGINALS_ROOT = DATA_DIR / "originals"
FIGURES_ROOT = DATA_DIR / "figures"


def _databases() -> dict[str, Any]:
    database = ENVIRONMENT.database
    if database.engine == "sqlite3":
        waits = 20 if ENVIRONMENT.process_role == "worker" else 5
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database.name,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE takes the write lock first: a deferred transaction that reads and then
                # writes fails at once under WAL, whatever the busy timeout.
                "transaction_mode": "IMMEDIATE",
                "timeout": waits,
                "init_command": (
                    "PRAGMA journal_mode=WAL;"
                    f"PRAGMA synchronous={ENVIRONMENT.sqlite_synchronous};"
                    "PRAGMA cache_size=-8000;"
                ),
            },
            "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
        }
    options: dict[str, Any] = {
        "connect_timeout": 5,
        "application_name": f"lasertrim-{ENVIRONMENT.process_role}",
    }
    pooled = ENVIRONMENT.process_role == "web" and ENVIRONMENT.database_pool > 0
    if pooled:
        # Only in the web process: a pool does not survive the fork of a queue worker.
        options["pool"] = {"min_size": 1, "max_size": ENVIRONMENT.database_pool, "timeout": 10}
    if ENVIRONMENT.process_role == "web":
        options["options"] = "-c statement_timeout=30000"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database.name,
        "USER": database.user,
        "PASSWORD": database.password,
        "HOST": database.host,
        "PORT": database.port,
        "CONN_MAX_AGE": 0 if pooled else None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _databases()}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- the queue ------------------------------------------------------------------------------------
# Order of limits: reader wall time < task time-out < guard kill (time-out + 3 s) < lease < retry.
READER_SECONDS = ENVIRONMENT.reader_seconds
READER_MEMORY_MB = ENVIRONMENT.reader_memory_mb
TASK_SECONDS = READER_SECONDS + 30
LEASE_SECONDS = TASK_SECONDS + 30
Q_CLUSTER = {
    "name": "lasertrim",
    "orm": "default",
    "workers": ENVIRONMENT.workers,
    "timeout": TASK_SECONDS,
    "retry": TASK_SECONDS * 4 + 60,
    "max_attempts": 1,
    "ack_failures": True,
    "queue_limit": 1,
    "bulk": 1,
    "poll": 0.2,
    "guard_cycle": 0.5,
    "recycle": 5000,
    "save_limit": -1,  # our own Job rows are the history
    "catch_up": False,
    "scheduler": False,
    "log_level": "WARNING",
    "label": "Queue",
}

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
# One owner of lockout: axes, by name and address. Allauth keeps its limit by address only, so that
# nobody can lock a colleague out from another machine.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.lockout.attempted_username"
AXES_CLIENT_IP_CALLABLE = "accounts.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = ENVIRONMENT.session_timeout_minutes * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# --- the front ------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.https:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [PROJECT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- uploads --------------------------------------------------------------------------------------
MAX_UPLOAD_BYTES = ENVIRONMENT.max_upload_mb * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["analysis.views.receiving.OriginalsUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # the plain form; the page itself sends one file a request

# --- words and clocks -----------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = ENVIRONMENT.factory_time_zone

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "axes": {"level": "WARNING"},
        "matplotlib": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}
