"""The site's vocabularies as choices: one place for each word and what it means to a reader."""

from __future__ import annotations

from django.db import models


class Verdict(models.TextChoices):
    """The answer about a track or a run; the values are those of ``numerics.verdict``."""

    PASS = "PASS", "Pass"
    WARNING = "WARNING", "Warning"
    FAIL = "FAIL", "Fail"
    UNTRIMMED = "UNTRIMMED", "Untrimmed"
    NOT_MEASURED = "NOT_MEASURED", "Not measured"
    NOT_EVALUABLE = "NOT_EVALUABLE", "Not evaluable"


class StationName(models.TextChoices):
    """The machines by their shop names; the values are those of ``formats``."""

    LASER_1 = "laser-1", "Laser 1 (LTS)"
    LASER_2 = "laser-2", "Laser 2 (DLTS)"
    LASER_3 = "laser-3", "Laser 3 (LTS3)"
    UNKNOWN = "unknown", "Unknown station"


class Stage(models.TextChoices):
    """Where in the life of a unit a run was made."""

    TRIM = "trim", "Trim"


class Clock(models.TextChoices):
    """Where a run's time was found."""

    FILE_NAME = "name", "time in the file name"
    CELL = "cell", "date cell, without a time of day"
    LAST_SAVED = "saved", "time the workbook was last saved"
    NONE = "none", "no time found; ordered by arrival"


class SourceState(models.TextChoices):
    """How far the site is with a file."""

    RECEIVED = "received", "Waiting"
    READING = "reading", "Reading"
    DONE = "done", "Done"
    QUARANTINED = "quarantined", "Quarantined"


class Outcome(models.TextChoices):
    """What became of one offered name at the door."""

    ACCEPTED = "accepted", "Accepted"
    DUPLICATE = "duplicate", "Duplicate"
    REFUSED = "refused", "Refused"


class Door(models.TextChoices):
    """Through which door a batch came."""

    BROWSER = "browser", "Browser"
    COMMAND = "command", "Command line"


class JobState(models.TextChoices):
    """The life of one piece of work."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class SpecificationState(models.TextChoices):
    """The life of one revision of a specification."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Linearity(models.TextChoices):
    """The kinds of linearity; the values are those of ``numerics.specification``."""

    INDEPENDENT = "independent", "Independent"
    ABSOLUTE = "absolute", "Absolute"
    ZERO_BASED = "zero-based", "Zero-based"
    TERMINAL_BASED = "terminal-based", "Terminal-based"


class AngleTolerance(models.TextChoices):
    """How the tolerance of an angle is written; the values are those of ``numerics``."""

    NONE = "none", "No tolerance"
    SYMMETRIC = "symmetric", "Symmetric"
    RANGE = "range", "Range"
    BILATERAL = "bilateral", "To both sides"
    MINIMUM = "minimum", "Minimum"
    MAXIMUM = "maximum", "Maximum"


class AngleUnit(models.TextChoices):
    """The unit of an electrical angle or length; the values are those of ``formats``."""

    DEGREES = "deg", "degrees"
    INCHES = "in", "inches"
