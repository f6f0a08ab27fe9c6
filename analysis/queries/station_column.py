"""Tracks whose own pass/fail column calls other points outside than the limits say."""

from __future__ import annotations

from django.core.paginator import Page, Paginator

from analysis.models import TrackRecord

PER_PAGE = 50


def differing_tracks(number: int | str = 1) -> Page[TrackRecord]:
    """Return one page of the tracks whose column disagrees, newest run first.

    Compared with the points outside as measured, because the column knows no correction.
    """
    tracks = (
        TrackRecord.objects.filter(station_disagrees=True)
        .select_related("run__product", "evaluation")
        .defer("parameters", "findings", "run__parameters", "run__findings", "evaluation__details")
        .order_by("-run__ordered_at", "-pk")
    )
    return Paginator(tracks, PER_PAGE).get_page(number)


def compared_tracks() -> int:
    """Count the tracks whose column marks at least one point."""
    return TrackRecord.objects.filter(station_outside__gt=0).count()
