"""FRED's observations of DGS10 as JSON.

The answer does not say which series it is of. It is taken for the one that was asked for, and
compared with the Treasury's own curve before it is used (see ``series_check``).
"""

from __future__ import annotations

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.treasury_yields.errors import (
    NotServed,
    SeriesMismatch,
    WrongBody,
)
from kalshi_alpha.drivers.treasury_yields.schema import ParYield
from kalshi_alpha.drivers.treasury_yields.values import Gathering, iso_date
from kalshi_alpha.drivers.wire import decode_json

SERIES = "DGS10"


class _Observation(msgspec.Struct, frozen=True):
    date: str
    value: str | None


class _Answer(msgspec.Struct, frozen=True):
    observations: list[_Observation] | None = None
    units: str = "lin"
    series_id: str = SERIES
    error_code: int | None = None
    error_message: str = ""


def read_fred_json(body: bytes) -> Parsed[ParYield]:
    """Read an answer of ``fred/series/observations``.

    Raises
    ------
    NotServed
        If it is an error message.
    SeriesMismatch
        If it names another series, or holds changes instead of levels.
    WrongBody, BadObservation, Contradiction
        If it is no such answer, or a row is malformed or beyond belief.
    """
    answer = decode_json(body, _Answer, WrongBody)
    if answer.error_code is not None:
        raise NotServed(f"{answer.error_code}: {answer.error_message[:200] or 'no message'}")
    if answer.observations is None:
        raise WrongBody("JSON without observations")
    if answer.series_id != SERIES or answer.units != "lin":
        raise SeriesMismatch(f"{answer.series_id} in units {answer.units}, must be DGS10 in lin")
    gathering = Gathering("fred")
    for each in answer.observations:
        gathering.add(iso_date(SERIES, each.date), "10Y", SERIES, each.value)
    return gathering.parsed()
