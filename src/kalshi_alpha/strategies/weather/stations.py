"""Climate stations: their names in each feed, and where their climate day begins and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import MappingProxyType

from kalshi_alpha.core.errors import MissingData

QUANTITY = "temp_max"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Station:
    """One climate station.

    Attributes
    ----------
    code
        Location of its climate report, such as ``NYC`` for product ``CLINYC``.
    icao
        Identifier in observations and guidance, such as ``KNYC``.
    offset_hours
        Local standard time less UTC. Constant: a climate day runs from midnight to midnight of
        standard time all year (NWS Instruction 10-1004), 01:00 to 00:59 on summer clocks.
    """

    code: str
    icao: str
    offset_hours: int

    @property
    def quantity(self) -> str:
        """Name of its maximum among the family's quantities, such as ``temp_max_nyc``."""
        return f"{QUANTITY}_{self.code.lower()}"

    def climate_day(self, at: datetime) -> date:
        """Return the climate day that an instant belongs to."""
        return at.astimezone(self._standard_time).date()

    def begins_at(self, day: date) -> datetime:
        """Return the first instant of a climate day, UTC."""
        return datetime.combine(day, time(0), self._standard_time).astimezone(UTC)

    def ends_at(self, day: date) -> datetime:
        """Return the first instant after a climate day, UTC."""
        return self.begins_at(day) + _ONE_DAY

    @property
    def _standard_time(self) -> timezone:
        return timezone(timedelta(hours=self.offset_hours))


_LISTED = (
    Station("NYC", "KNYC", -5),
    Station("MDW", "KMDW", -6),
    Station("MIA", "KMIA", -5),
    Station("AUS", "KAUS", -6),
    Station("LAX", "KLAX", -8),
    Station("DEN", "KDEN", -7),
    Station("PHL", "KPHL", -5),
    Station("ATL", "KATL", -5),
    Station("BOS", "KBOS", -5),
    Station("DCA", "KDCA", -5),
    Station("DFW", "KDFW", -6),
    Station("HOU", "KHOU", -6),
    Station("MSP", "KMSP", -6),
    Station("MSY", "KMSY", -6),
    Station("OKC", "KOKC", -6),
    Station("SAT", "KSAT", -6),
    Station("PHX", "KPHX", -7),
    Station("LAS", "KLAS", -8),
    Station("SEA", "KSEA", -8),
    Station("SFO", "KSFO", -8),
)

BY_CODE: Mapping[str, Station] = MappingProxyType({each.code: each for each in _LISTED})
BY_ICAO: Mapping[str, Station] = MappingProxyType({each.icao: each for each in _LISTED})


def station_of(icao: str) -> Station:
    """Return a station by its ICAO identifier.

    Raises
    ------
    MissingData
        If it is not listed: nobody told where its day begins.
    """
    if icao not in BY_ICAO:
        raise MissingData(f"{icao} is not among the climate stations known")
    return BY_ICAO[icao]
