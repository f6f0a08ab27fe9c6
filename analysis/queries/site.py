"""What every page shows of the site itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from analysis.models import Job, WorkerBeat
from analysis.models.words import JobState

LATE_AFTER = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class WorkerState:
    """Whether work gets done."""

    waiting: int
    last_beat: datetime | None

    @property
    def late(self) -> bool:
        """Tell whether files wait and no worker has shown itself for a while."""
        if not self.waiting:
            return False
        return self.last_beat is None or self.last_beat < timezone.now() - LATE_AFTER


def worker_state() -> WorkerState:
    """Count open jobs and look for the newest sign of life."""
    waiting = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).count()
    newest = WorkerBeat.objects.order_by("-at").values_list("at", flat=True).first()
    return WorkerState(waiting=waiting, last_beat=newest)
