"""Bytes become a StationFile. Pure: no Django, no settings, no clock, no numpy."""
