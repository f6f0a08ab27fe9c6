"""What the operator's words in a file name say: a reference beside the verdict, not its ground."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

_GAP = re.compile(r"[\W_]+")


class Said(StrEnum):
    """What an operator said of a part at the laser."""

    GOOD = "good"  # "Trimmed Correct", "_ResTrimmed Correct"
    OUT = "out"  # "Touch-up_Lin Out": linearity is outside, another cut is needed
    SCRAP = "scrap"  # "Scrap_Cut in wiper path"


def what_was_said(words: str) -> Said | None:
    """Return what the words say; ``None`` where they say neither good nor bad.

    The laser glues one of its own phrases to the name, people change them: letter case, blanks,
    hyphens and underscores do not matter. A bad word outweighs a good one; a denied one ("not
    trimmed correct") says nothing.
    """
    plain = f" {_GAP.sub(' ', unicodedata.normalize('NFKC', words).casefold()).strip()} "
    if " scrap " in plain or " scrapped " in plain:
        return Said.SCRAP
    if " lin out " in plain or " touch up " in plain or " linearity out " in plain:
        return Said.OUT
    if "trimmed correct " in plain and " not " not in plain:
        return Said.GOOD
    return None
