"""All traps by name, and for which layout each exists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from analysis.simulate import traps_dlts, traps_lts, traps_story
from analysis.simulate.story import UnitStory
from analysis.simulate.trap import Mechanism, Scene, Trap, TrapDoesNotFit


def _saved_again(scene: Scene) -> None:
    """Save once more a minute later: the property changes, no cell does."""
    scene.book.last_saved += timedelta(seconds=70)


def _embedded_charts(scene: Scene) -> None:
    for sheet in scene.book.sheets:
        sheet.has_chart = bool(sheet.rows)


_COMMON = traps_story.MECHANISMS | {
    Trap.SAVED_AGAIN: Mechanism(on_book=_saved_again),
    Trap.EMBEDDED_CHARTS: Mechanism(on_book=_embedded_charts),
}
BY_LAYOUT: dict[str, dict[Trap, Mechanism]] = {
    "dlts": _COMMON | traps_story.DLTS_MECHANISMS | traps_dlts.MECHANISMS,
    "lts": _COMMON | traps_story.LTS_MECHANISMS | traps_lts.MECHANISMS,
}


def traps_of(layout: str) -> tuple[Trap, ...]:
    """Return the traps that exist in a layout, in the order of their declaration."""
    return tuple(trap for trap in Trap if trap in BY_LAYOUT[layout])


def set_in_story(story: UnitStory, layout: str, traps: Iterable[Trap]) -> UnitStory:
    """Change the story before its book is built.

    Traps that tell the story again come first, or they would undo those that change its curves.
    """
    chosen = [mechanism.on_story for mechanism in _mechanisms(layout, traps)]
    for change in sorted(filter(None, chosen), key=_changes_limits):
        story = change(story)
    return story


def set_in_book(scene: Scene, layout: str, traps: Iterable[Trap]) -> None:
    """Change the cells of the built book, and the expectation where they change it."""
    for mechanism in _mechanisms(layout, traps):
        if mechanism.on_book is not None:
            mechanism.on_book(scene)


def _changes_limits(change: object) -> bool:
    return change in traps_story.CURVE_CHANGES


def _mechanisms(layout: str, traps: Iterable[Trap]) -> list[Mechanism]:
    known = BY_LAYOUT[layout]
    chosen = set(traps)
    for trap in chosen:
        if trap not in known:
            raise TrapDoesNotFit(f"{trap.name} does not exist in layout {layout}")
    return [known[trap] for trap in Trap if trap in chosen]
