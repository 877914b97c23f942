"""Trading days of the United States bond market, from the `holidays` package's SIFMA calendar.

Loading that package takes longer than a scan computes, so the days of `LISTED` years lie beside
this module as a text file that ``scripts/write_bond_days.py`` writes from it.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.resources import files

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule import BondCalendar

FIRST_YEAR = 1996
"""The first year with recommendations on record."""

LISTED = range(FIRST_YEAR, 2029)
"""Years of the text file; recommendations are published two years ahead."""

_MARKET = "XSIF"
_CLOSED, _EARLY = "closed", "early"


@lru_cache(maxsize=8)
def bond_calendar(first_year: int, last_year: int) -> BondCalendar:
    """Return closures and early closes of whole years.

    Beyond the listed years the package's rules speak. Closures decided late, such as days of
    mourning, are known only to a newer version of it.

    Raises
    ------
    BadParameter
        If the years are out of order or begin before 1996.
    """
    if not FIRST_YEAR <= first_year <= last_year:
        raise BadParameter(f"bond calendar of {first_year} to {last_year}")
    years = range(first_year, last_year + 1)
    listed = first_year in LISTED and last_year in LISTED
    closures, early = _listed(years) if listed else package_days(years)
    return BondCalendar(closures, early, date(first_year, 1, 1), date(last_year, 12, 31))


def package_days(years: range) -> tuple[frozenset[date], frozenset[date]]:
    """Return closures and early closes as the `holidays` package knows them."""
    import holidays
    from holidays.constants import HALF_DAY

    # Observed days may fall into the year before or after the one they belong to.
    wider = range(max(FIRST_YEAR, years.start - 1), years.stop + 1)
    full = holidays.financial_holidays(_MARKET, years=wider)
    half = holidays.financial_holidays(_MARKET, years=wider, categories=(HALF_DAY,))
    closures = frozenset(day for day in full if day.year in years)
    return closures, frozenset(day for day in half if day.year in years) - closures


def written(years: range) -> str:
    """Return the text file for some years: a day and what it is, a line each, in order."""
    closures, early = package_days(years)
    days = [*((day, _CLOSED) for day in closures), *((day, _EARLY) for day in early)]
    return "".join(f"{day} {what}\n" for day, what in sorted(days))


def _listed(years: range) -> tuple[frozenset[date], frozenset[date]]:
    wanted = [(day, what) for day, what in _lines() if day.year in years]
    closures = frozenset(day for day, what in wanted if what == _CLOSED)
    return closures, frozenset(day for day, what in wanted if what == _EARLY)


@lru_cache(maxsize=1)
def _lines() -> tuple[tuple[date, str], ...]:
    text = files(__package__).joinpath("bond_days.txt").read_text(encoding="ascii")
    rows = (line.split() for line in text.splitlines())
    return tuple((date.fromisoformat(day), what) for day, what in rows)
