"""How gunicorn serves the site. Values come from the site's own settings table."""

import os

from prometheus_client import multiprocess

from lasertrim.environment import read_environment

_environment = read_environment()

wsgi_app = "lasertrim.wsgi"
workers = _environment.web_processes
worker_class = "gthread"
threads = _environment.web_threads
keepalive = 15
timeout = 60
graceful_timeout = 10
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = "127.0.0.1,::1"


def child_exit(server: object, worker: object) -> None:
    """Drop the live figures of a worker that ended."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
