"""Trading days of the United States bond market, from the `holidays` package's SIFMA calendar."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule import BondCalendar

FIRST_YEAR = 1996
"""The first year with recommendations on record."""

_MARKET = "XSIF"


@lru_cache(maxsize=8)
def bond_calendar(first_year: int, last_year: int) -> BondCalendar:
    """Return closures and early closes of whole years.

    Recommendations are published two years ahead; beyond that the package's rules speak, and
    closures decided late, such as days of mourning, are known only to a newer version of it.

    Raises
    ------
    BadParameter
        If the years are out of order or begin before 1996.
    """
    import holidays
    from holidays.constants import HALF_DAY

    if not FIRST_YEAR <= first_year <= last_year:
        raise BadParameter(f"bond calendar of {first_year} to {last_year}")
    years = range(first_year, last_year + 1)
    # Observed days may fall into the year before or after the one they belong to.
    wider = range(max(FIRST_YEAR, first_year - 1), last_year + 2)
    full = holidays.financial_holidays(_MARKET, years=wider)
    half = holidays.financial_holidays(_MARKET, years=wider, categories=(HALF_DAY,))
    closures = frozenset(day for day in full if day.year in years)
    early = frozenset(day for day in half if day.year in years) - closures
    return BondCalendar(closures, early, date(first_year, 1, 1), date(last_year, 12, 31))
