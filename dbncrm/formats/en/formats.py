"""How Django's own pages write moments in English: as the desk does (`contacts/dates.py`), by 24 hours."""

DATETIME_FORMAT = "j M Y, H:i"
DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
