"""How a track can end."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The ends a story can be asked for."""

    AS_MEASURED = "passes as measured"
    WITH_OFFSET = "passes only with an offset"
    NEAR_MISS = "fails, the best offset leaves a few points outside"
    HARD_FAIL = "fails widely"
    ROUGH = "passes linearity, the sigma gradient is above its threshold"
    UNTRIMMED = "measured before trimming and never cut"

    @property
    def verdict(self) -> str:
        """Return the track verdict that follows."""
        return _VERDICTS[self]


_VERDICTS = {
    Outcome.AS_MEASURED: "PASS",
    Outcome.WITH_OFFSET: "PASS",
    Outcome.NEAR_MISS: "FAIL",
    Outcome.HARD_FAIL: "FAIL",
    Outcome.ROUGH: "WARNING",
    Outcome.UNTRIMMED: "UNTRIMMED",
}
