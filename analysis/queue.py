"""The queue: the only importer of django_q.

A message is a hint that names a task and an id. It is written into the caller's transaction, so it
commits or vanishes together with the row it speaks of. What a message says is pickled by django_q
(signed with the site's key): ids and plain strings only.
"""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import Failure, OrmQ, Schedule, Success
from django_q.tasks import async_task

READ_SOURCE_FILE = "analysis.tasks.read_source_file"
REEVALUATE = "analysis.tasks.reevaluate"
BEAT = "analysis.tasks.beat"


class _Outbox(ORM):
    """django_q's own broker, which also tells the row of the message it wrote."""

    message = 0

    def enqueue(self, package: str) -> int:
        self.message = super().enqueue(package)
        return self.message


def enqueue(task: str, *arguments: int | str) -> int:
    """Put a task into the queue, within the current transaction; return its message."""
    outbox = _Outbox(list_key=Conf.CLUSTER_NAME)
    async_task(task, *arguments, q_options={"broker": outbox, "task_name": task})
    return outbox.message


def forget(message: int) -> None:
    """Take a message back: what it asked for is being done. Harmless where it is gone."""
    OrmQ.objects.filter(pk=message).delete()


def waiting() -> int:
    """Count the messages that nobody has taken yet."""
    return OrmQ.objects.filter(lock__lte=timezone.now()).count()


def release_taken() -> int:
    """Offer again what dead workers had taken. Safe: every task may be delivered twice."""
    return OrmQ.objects.filter(lock__gt=timezone.now()).update(lock=timezone.now())


def ask_for_beat() -> None:
    """Ask the workers for a sign of life, unless an older request still waits."""
    if not waiting():
        enqueue(BEAT)


def hide_from_admin(site: AdminSite) -> None:
    """Take django_q's tables out of the admin.

    A schedule that can be edited there runs any function; a task that is shown there unpickles its
    arguments. Our own job rows are what administrators look at.
    """
    for model in (OrmQ, Schedule, Success, Failure):
        if site.is_registered(model):
            site.unregister(model)
