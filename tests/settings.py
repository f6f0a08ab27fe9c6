"""Settings of the tests: the site's own, in a folder and a database that vanish afterwards."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="lasertrim-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
os.environ.setdefault("SECRET_KEY", "a key for tests only, long enough to be taken")

from lasertrim.settings import *  # noqa: E402, F403
from lasertrim.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# Two test runs on one machine must not share a database.
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["TEST"] = {"NAME": f"test_lasertrim_{os.getpid()}"}

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, for tests only
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir()  # whitenoise warns where it is missing
