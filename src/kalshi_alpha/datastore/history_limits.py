"""What can be believed of a value in a history file, by the name of its column.

Archives write 999 where nothing is known, and digits go astray. Such a value counts as absent,
for the tables and for an evaluation alike; neither would otherwise notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BELIEVED_F = (-70.0, 135.0)
"""Least and greatest maximum in degrees Fahrenheit."""

_PERSONS = (1_000.0, 50_000_000.0)
_CHANGE_PCT, _YEARLY_PCT = (-5.0, 5.0), (-20.0, 50.0)

BELIEVED: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "yield_pct": (-5.0, 20.0),
        "index_1982_84_100": (1.0, 2_000.0),
        "usd_per_gallon": (0.1, 20.0),
        "initial_claims_sa_persons": _PERSONS,
        "first_print_sa_persons": _PERSONS,
        "second_print_sa_persons": _PERSONS,
        "cpi_mom_nowcast_pct": _CHANGE_PCT,
        "cpi_yoy_nowcast_pct": _YEARLY_PCT,
        "market_mean_pct": _CHANGE_PCT,
        "market_sd_pct": (0.0, 5.0),
        "actual_cpi_mom_pct": _CHANGE_PCT,
        "tmax_f": BELIEVED_F,
        "observed_tmax_f": BELIEVED_F,
        "gfs_mos_tmax_f": BELIEVED_F,
        "nam_mos_tmax_f": BELIEVED_F,
        "nbm_gridded_hourly_tmax_f": BELIEVED_F,
        "hrrr_tmax_f": BELIEVED_F,
    }
)
"""Least and greatest value of a column, both inclusive."""
