"""A StationFile becomes evaluations. Pure: no Django, no settings, no clock."""
