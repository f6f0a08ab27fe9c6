"""The names of the traps: what real station files do to a reader that trusts them.

Numbers are those of layouts.md, section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from analysis.simulate.cells import Book
from analysis.simulate.expectation import Expectation
from analysis.simulate.story import UnitStory


class Trap(StrEnum):
    """One thing that goes wrong, or is merely unusual."""

    # both layouts
    INITIAL_ONLY = "only the measurement before trimming"  # 4
    SEVERAL_PASSES = "three passes"
    LIMITS_BLANK_ENDS = "no limits at the ends"  # 7
    LIMITS_ALL_BLANK = "no limits at all"
    LIMITS_SERIES = "limits filled as a series"  # 8
    LIMITS_HUGE = "limits of one volt"  # 8
    LIMITS_ZERO_WIDTH = "six limits of zero width"  # 8
    LIMITS_CROSSED = "lower limits above upper ones"
    LIMITS_DIFFER = "other limits before trimming"  # 9
    SHORT_RUN = "seven points"  # 16
    LONG_RUN = "719 points"  # 17
    FUNCTION_THEORY = "theory is not a straight line"  # 21
    FALLING_THEORY = "theory falls"  # 21
    UNEVEN_GRID = "longer steps at the ends"  # 22
    INCHES = "a linear part"  # 23
    SAVED_AGAIN = "saved again: other bytes, same cells"  # 14
    EDITED_LATER = "saved again months after the test"  # 15
    LETTER_SERIAL = "a serial of a number and a word"
    EMBEDDED_CHARTS = "charts in the sheets, whose cached values look like cells"
    PADDED_SERIAL = "01 in the name, 1 in the cell"

    # Laser 2
    STALE_ROWS = "template rows behind the measured ones"  # 1
    STALE_ROWS_UNCOUNTED = "template rows, and no sheet says how many were measured"  # 1
    STALE_ROWS_SIBLING = "template rows, and only another sheet says how many"  # 1
    TEMPLATE_EXTRA = "a later pass that is a copy of the template"  # 2
    TEMPLATE_INSTEAD = "the only pass is a copy of the template"  # 2
    TEMPLATE_TRACK = "a second track that is a copy of the template"  # 2
    PARAMETERS_ONLY = "no measurement sheet"  # 3
    BLANK_ERRORS = "error cells blank at the ends"  # 5
    PHASE_VALUE = "a phase value inside the last errors"  # 6
    TEXT_NAN = "NaN as a text where the angle should be"  # 10
    TEXT_INFINITE = "Inf as a text"  # 10
    DATE_TYPED = "a voltage formatted as a date"  # 10
    EMPTY_HEADER = "header of the first sheet never written"  # 11
    TWO_TRACKS = "two tracks"  # 12
    TRACK_2_ONLY = "only the second track"  # 12
    FOREIGN_REPORT = "a report about another product"  # 24
    NO_POINT_COUNT = "#ofLinPoints missing"
    LONE_VOLTAGE = "a voltage below the block, #ofLinPoints one larger"
    ISOLATED_ROW = "one more row far below the block"
    SECOND_PARAMETER_SET = "the second pass uses TRM2"
    NO_FLAGS = "no pass/fail formulas"
    ZERO_START_SHIFTED = "column O shifted"
    UPPER_CASE_LABELS = "MODEL# and SHOP# in capitals, with a blank"
    OTHER_ANGLE_LABEL = "calc length instead of meas value"
    EXTRA_LABELS = "more label rows"
    MODEL_WITH_BLANK = "a blank behind the model"
    OTHER_MODEL = "another model in the first sheet"
    EMPTY_SERIAL = "no serial in the name"
    NAME_WITHOUT_DATE = "a name without date and time"
    SESSION_DAY_BEFORE = "date cell one day older than the name"
    PRINT_PAGE = "a sheet Print Page"
    NO_TRIM_COLUMNS = "nothing in columns L to N"
    UNNUMBERED_SHEET = "the last sheet is called SEC1 TRK1 TRM, as in old workbooks"

    # Laser 1
    TRACK_B = "a TB file"  # 13
    BLANK_TEMPLATE = "nothing cut, Lin Error without voltages"  # 2
    ZERO_ERRORS = "error column of test all zero"  # 5
    REMEASURED = "Lin Error measured again after the last pass"
    GRID_MISMATCH = "test and Lin Error on different grids"  # 18
    SCRAP_NAME = "Scrap in the name"  # 19
    RESISTANCE_TRIMMED = "ResTrimmed in the name"
    RUNNING_MULTIPLIER = "a running number in column H"
    TEXT_RESISTANCE = "NaN as a text where the resistance should be"
    LIMIT_AS_ANGLE = "a limit where the angle should be"
    FOREIGN_ANGLE = "the angle of another product"
    NO_ANGLE = "no measured angle"
    BAND_COLUMNS = "the absolute band in J and K"
    NO_TRAVEL_COLUMN = "column I blank"
    UNNAMED_SHEETS = "Sheet1 to Sheet3 instead of the summaries"
    OTHER_TRACK_CELL = "another track in test!M2"


@dataclass(slots=True)
class Scene:
    """What a trap changes: the cells, and what must be found in them."""

    story: UnitStory
    book: Book
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How a trap is set: in the story before the book is built, in the book afterwards."""

    on_story: Callable[[UnitStory], UnitStory] | None = None
    on_book: Callable[[Scene], None] | None = None


class TrapDoesNotFit(ValueError):
    """The trap does not exist for this layout or this story."""
