"""Synthetic station workbooks of both laser layouts, written from a seeded physical story.

For tests, demo and load. Pure: no Django, no clock, no randomness without a seed; dates are
arguments. Nothing in here may come out of a real workbook but the layout itself: models, serials,
names and every measured value are invented.
"""
