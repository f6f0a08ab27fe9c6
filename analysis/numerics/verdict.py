"""The words of a verdict, and how tracks become a run. The only place that rolls up."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Verdict(StrEnum):
    """What is said of a track, a file and a run. Only the first three enter a yield."""

    PASS = "PASS"  # noqa: S105  not a password
    WARNING = "WARNING"  # linearity passes, sigma gradient above its threshold: accepted
    FAIL = "FAIL"
    UNTRIMMED = "UNTRIMMED"  # measured, never cut
    NOT_MEASURED = "NOT_MEASURED"
    NOT_EVALUABLE = "NOT_EVALUABLE"  # measured, but limits or data cannot be judged by

    @property
    def counts_in_yield(self) -> bool:
        """Tell whether the verdict enters a yield."""
        return self in (Verdict.PASS, Verdict.WARNING, Verdict.FAIL)

    @property
    def is_accepted(self) -> bool:
        """Tell whether the product is good: a warning is an accepted product."""
        return self in (Verdict.PASS, Verdict.WARNING)


def linearity_verdict(
    *, linearity_passes: bool, sigma: float | None, threshold: float | None
) -> Verdict:
    """Return the verdict of a track that was trimmed and can be judged.

    Linearity decides; a sigma gradient above its threshold (equal is not above) turns a pass into
    a warning. Without a sigma gradient linearity alone decides. Source: DESIGN 4.
    """
    if not linearity_passes:
        return Verdict.FAIL
    if sigma is not None and threshold is not None and sigma > threshold:
        return Verdict.WARNING
    return Verdict.PASS


def run_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a file or run from those of its tracks.

    Tracks that are UNTRIMMED or NOT_MEASURED are dropped. Of the others: any NOT_EVALUABLE, then
    any FAIL, decides; all PASS is PASS; else WARNING. Where all were dropped the result is
    UNTRIMMED if any track was measured, else NOT_MEASURED, which is also the answer for no tracks.
    """
    judged = [
        verdict for verdict in verdicts if verdict not in (Verdict.UNTRIMMED, Verdict.NOT_MEASURED)
    ]
    if not judged:
        return Verdict.UNTRIMMED if Verdict.UNTRIMMED in verdicts else Verdict.NOT_MEASURED
    for decisive in (Verdict.NOT_EVALUABLE, Verdict.FAIL):
        if decisive in judged:
            return decisive
    return Verdict.WARNING if Verdict.WARNING in judged else Verdict.PASS
