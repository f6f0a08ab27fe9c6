"""Keeps the site's processes alive: the web server and the queue's cluster.

django_q's cluster can die in ways that look alive: a worker killed while it waits holds the lock
of the task pipe for ever, and orphans go on taking tasks. So the cluster runs in a process group of
its own whose members all hold one lock file; whoever starts anew first ends what still holds it.
A cluster that shows no sign of life for too long is killed and started again.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from analysis import queue, storage
from analysis.queries.site import worker_state
from analysis.services import jobs
from analysis.services.evaluations import ChangedMethod, methods_register

log = logging.getLogger(__name__)

_TICK = 0.5
_RECOVER_EVERY = 2.0
_BEAT_EVERY = 10.0
_DEAF_AFTER = 25.0
_WEB_STOPS_WITHIN = 15.0
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that must run."""

    name: str
    command: list[str]
    role: str
    stops_within: float
    lock: int | None = None  # a descriptor it inherits
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | {"PROCESS_ROLE": self.role} | self.environment,
            start_new_session=True,
            pass_fds=() if self.lock is None else (self.lock,),
            preexec_fn=_die_with_parent,  # noqa: PLW1509  no thread runs in the supervisor
        )

    def keep_running(self) -> None:
        """Start it again if it has ended, less and less eagerly."""
        if self.process is None or self.process.poll() is None:
            return
        ran = time.monotonic() - self.started
        self.pause = 0.5 if ran > 30 else min(self.pause * 2, 30)
        log.error(
            "The %s ended with code %s; starting it again.", self.name, self.process.returncode
        )
        kill_group(self.process.pid)
        time.sleep(self.pause)
        self.start()

    def ask_to_stop(self) -> None:
        """Ask the main process only: a signal to the group would deadlock django_q's cluster."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait for it to end, then end it."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stops_within)
        except subprocess.TimeoutExpired:
            log.error("The %s did not stop in time and is killed.", self.name)
        kill_group(self.process.pid)
        self.process.wait()


class Supervisor:
    """Starts the children, watches them, recovers jobs, stops everything on one signal."""

    def __init__(self, *, with_web: bool, say: Callable[[str], None]) -> None:
        self._say = say
        self._stopping = False
        self._lock = _take_lock(settings.DATA_DIR / "worker.lock")
        self._cluster = Child(
            "worker",
            [sys.executable, "manage.py", "qcluster"],
            "worker",
            stops_within=settings.TASK_SECONDS + 10,
            lock=self._lock,
            environment={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        self._children = [self._cluster]
        if with_web:
            self._children.append(_web())
        self._next_recovery = 0.0
        self._next_beat = 0.0

    def run(self) -> None:
        """Run until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_requested)
        os.ftruncate(self._lock, 0)
        try:
            methods_register()
        except ChangedMethod as changed:
            raise SystemExit(f"The worker does not start. {changed}") from None
        storage.clear_abandoned()
        queue.release_taken()
        jobs.recover()
        connection.close()  # nothing open may cross a fork
        for child in self._children:
            child.start()
        self._write_group()
        while not self._stopping:
            self._tick()
            time.sleep(_TICK)
        self._say("Stopping …")
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop()
        self._say("Stopped.")

    def _tick(self) -> None:
        for child in self._children:
            process = child.process
            child.keep_running()
            if child is self._cluster and child.process is not process:
                self._write_group()
        now = time.monotonic()
        try:
            if now >= self._next_recovery:
                self._next_recovery = now + _RECOVER_EVERY
                jobs.recover()
            if now >= self._next_beat:
                self._next_beat = now + _BEAT_EVERY
                self._listen(now)
        except (DatabaseError, InterfaceError):
            log.exception("The database does not answer; trying again.")
            connection.close()

    def _listen(self, now: float) -> None:
        """Ask an idle cluster for a sign of life; replace one that gives none."""
        last = worker_state().last_beat
        silent = None if last is None else timezone.now() - last
        if silent is not None and silent < timedelta(seconds=_BEAT_EVERY):
            return
        up = now - self._cluster.started
        is_silent = silent is None or silent > timedelta(seconds=_DEAF_AFTER)
        if up > _DEAF_AFTER and is_silent and not jobs.host_is_busy():
            log.error("The worker takes no tasks any more; starting it again.")
            if self._cluster.process is not None:
                kill_group(self._cluster.process.pid)
            return
        queue.ask_for_beat()

    def _write_group(self) -> None:
        process = self._cluster.process
        if process is not None:
            os.pwrite(self._lock, f"{process.pid:<10}".encode(), 0)

    def _stop_requested(self, *_: object) -> None:
        self._stopping = True


def kill_group(leader: int) -> None:
    """End every process of a group, at once; harmless where none is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _web() -> Child:
    environment = settings.ENVIRONMENT
    figures = settings.DATA_DIR / "prometheus"
    figures.mkdir(parents=True, exist_ok=True)
    for old in figures.glob("*.db"):
        old.unlink()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py"]
    return Child(
        "web server",
        [*command, "--bind", environment.address],
        "web",
        stops_within=_WEB_STOPS_WITHIN,
        environment={"PROMETHEUS_MULTIPROC_DIR": str(figures)},
    )


def _take_lock(path: Path) -> int:
    """Hold the one lock of this data folder; end an orphaned cluster that still holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    for attempt in range(20):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            group = os.pread(descriptor, 20, 0).strip()
            if attempt == 0 and group.isdigit() and _is_orphan(int(group)):
                kill_group(int(group))
            time.sleep(0.2)
        else:
            return descriptor
    raise SystemExit(f"Another worker of this site runs already (it holds {path}). Stop it first.")


def _is_orphan(leader: int) -> bool:
    """Tell whether a cluster's supervisor is gone: nobody but init is its parent."""
    try:
        status = Path(f"/proc/{leader}/stat").read_text()
    except OSError:
        return True  # the leader is dead, its group holds the lock
    return status.rpartition(")")[2].split()[1] == "1"


def _die_with_parent() -> None:
    """Ask the kernel to end this process when the supervisor is killed (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
