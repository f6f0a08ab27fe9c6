"""Figures: data in, Figure out. No Django, no settings, no clock, and never pyplot."""
