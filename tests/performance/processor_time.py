"""Processor time (user and system) of this process, of one other, and of a whole family."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterable

import psutil

_SCHEDULER_CLOCK = 2  # the kernel's name of the clock that counts nanoseconds of a process


def seconds_of(pid: int) -> float:
    """Return what a living process has used, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK)


def seconds_of_family(processes: Iterable[psutil.Process]) -> float:
    """Return what processes and their dead children have used, to the clock tick."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def seconds_by_role(processes: Iterable[psutil.Process]) -> dict[str, float]:
    """Return what the processes of a site have used, by what they do."""
    seconds: dict[str, float] = defaultdict(float)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds[role_of(process)] += seconds_of_family([process])
    return dict(seconds)


def role_of(process: psutil.Process) -> str:
    """Name what a process of a site does; django_q tells it in the process title."""
    words = " ".join(process.cmdline())
    if "analysis.formats.child" in words:
        return "reader"
    if "gunicorn" in words:
        return "web"
    for helper in ("pusher", "monitor"):
        if helper in words:
            return helper
    if "qcluster" in words:
        return "worker" if "idle" in words or "processing" in words else "cluster"
    return "supervisor"
