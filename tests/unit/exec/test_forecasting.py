from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from desk import Morning, wired
from kalshi_alpha.core.errors import InvalidPmf, MissingData, NotBuilt, TornFile
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.forecasting import (
    calibrate,
    forecast,
    installed_strategy,
    stored_calibration,
)
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.cpi import STRATEGY


def test_a_family_is_found_by_its_entry_point() -> None:
    assert installed_strategy("CPI") is STRATEGY
    with pytest.raises(NotBuilt, match="OIL"):
        installed_strategy("OIL")


def test_calibration_knows_what_was_printed_by_the_clock(run: Run, morning: Morning) -> None:
    fitted = calibrate(run, STRATEGY, morning.inputs.history)
    assert fitted.last_month == "2024-10"
    assert run.paths.calibration("cpi").exists()


def test_too_short_a_history_is_an_error_and_writes_nothing(run: Run, morning: Morning) -> None:
    with pytest.raises(MissingData):
        calibrate(run, STRATEGY, morning.inputs.history[:3])
    assert not run.paths.calibration("cpi").exists()


def test_under_a_set_clock_an_artifact_of_later_prints_is_not_believed(
    run: Run, morning: Morning
) -> None:
    calibrate(run, STRATEGY, morning.inputs.history)
    earlier = wired(run.paths.root, "2024-10-01T13:00:00Z")
    assert stored_calibration(earlier, STRATEGY, morning.inputs.history).last_month == "2024-08"


def under_system(run: Run) -> Run:
    return replace(run, clock=RunClock(datetime.now(UTC), ClockSource.SYSTEM))


def test_under_the_system_clock_the_artifact_is_read(run: Run, morning: Morning) -> None:
    fitted = calibrate(run, STRATEGY, morning.inputs.history)
    assert stored_calibration(under_system(run), STRATEGY, ()) == fitted


def test_without_an_artifact_it_is_fitted(run: Run, morning: Morning) -> None:
    found = stored_calibration(under_system(run), STRATEGY, morning.inputs.history)
    assert found.last_month == "2024-10"


def test_a_torn_artifact_is_an_error(run: Run) -> None:
    run.paths.proc.mkdir(parents=True)
    run.paths.calibration("cpi").write_bytes(b"PAR1")
    with pytest.raises(TornFile):
        stored_calibration(under_system(run), STRATEGY, ())


def test_the_morning_has_three_forecasts(morning: Morning) -> None:
    found = forecast(morning.run, STRATEGY, morning.calibration)
    assert [f.quantity for f in found.made.forecasts] == ["cpi_mom", "cpi_yoy", "cpi_core_mom"]
    assert (found.faulty_models, dict(found.made.refused)) == (0, {})


def test_a_model_that_cannot_be_a_distribution_is_counted_and_refused(morning: Morning) -> None:
    def broken(*_: Any) -> Any:
        raise InvalidPmf("sum off by 0.2")

    found = forecast(morning.run, replace(STRATEGY, forecast=broken), morning.calibration)
    assert (found.made.forecasts, found.faulty_models) == ((), 1)
    assert found.made.refused == {"CPI": "sum off by 0.2"}


def test_one_faulty_distribution_leaves_the_others(morning: Morning) -> None:
    made = STRATEGY.forecast(
        lambda source: morning.run.store.rows(source, morning.run.clock.at),
        morning.calibration,
        morning.run.clock.at,
    )
    first, *others = made.forecasts
    pmf = object.__new__(type(first.pmf))
    object.__setattr__(pmf, "grid", first.pmf.grid)
    object.__setattr__(pmf, "lo", first.pmf.lo)
    object.__setattr__(pmf, "probs", -first.pmf.probs)
    spoilt = replace(made, forecasts=(replace(first, pmf=pmf), *others))

    found = forecast(
        morning.run, replace(STRATEGY, forecast=lambda *_: spoilt), morning.calibration
    )

    assert list(found.made.forecasts) == others
    assert found.faulty_models == 1
    assert set(found.made.refused) == {"cpi_mom"}
