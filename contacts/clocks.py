"""Decides which time it is where a number belongs. Pure.

A numbering plan tells the region of a number, and the zone.tab of the IANA time zone database, which the package tzdata
carries, the zones of a region. A region with several zones has several times, for a number seldom tells in which it is.
"""

from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import phonenumbers

# Numbering plans tell these apart; zone.tab, which follows ISO 3166, does not. Their clocks agree with these.
ZONES_OF_REGIONS_WITHOUT_A_CODE = {
    "AC": ("Atlantic/St_Helena",),  # Ascension
    "TA": ("Atlantic/St_Helena",),  # Tristan da Cunha
    "XK": ("Europe/Belgrade",),  # Kosovo
}


def zones(number: str) -> tuple[str, ...]:
    """The IANA zones of a canonical number's region, in the order of zone.tab; none where it is of no region.

    A number is of none if it is short or unlisted, or of a plan that no region has (+800).
    """
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ()
    return _zones_by_region().get(region or "", ())


def times(number: str, moment: datetime) -> tuple[datetime, ...]:
    """The times that clocks show at the moment where the number belongs, aware, the earliest on the clock first.

    Zones whose clocks show the same are one time, in the first of them.
    """
    by_offset: dict[timedelta | None, datetime] = {}
    for zone in zones(number):
        local = moment.astimezone(ZoneInfo(zone))
        by_offset.setdefault(local.utcoffset(), local)
    return tuple(sorted(by_offset.values(), key=lambda local: local.replace(tzinfo=None)))


@cache
def _zones_by_region() -> dict[str, tuple[str, ...]]:
    """Each line of zone.tab is a code (ISO 3166), coordinates, a zone and perhaps a comment, with tabs between."""
    found: dict[str, tuple[str, ...]] = dict(ZONES_OF_REGIONS_WITHOUT_A_CODE)
    for line in (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("ascii").splitlines():
        if not line.startswith("#"):
            region, _, zone = line.split("\t")[:3]
            found[region] = (*found.get(region, ()), zone)
    return found
