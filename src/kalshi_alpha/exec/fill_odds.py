"""The fill ratio and depth curve that a scan expects: given, stored, or tuned from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.execution.expected_fill import SlippageMode
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA, LOOKBACK_DAYS, FillAlpha
from kalshi_alpha.core.execution.ledger_fit import tuned_alpha
from kalshi_alpha.core.execution.slippage import SlippageCurve
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.datastore.execution_state import FittedOn, read_alpha, read_curve, save_alpha

AUTO = "auto"


def expected_fill_ratio(
    option: str | None, path: Path, entries: Iterable[LedgerEntry], family: str, at: datetime
) -> FillAlpha:
    """Return the fill ratio to expect.

    Parameters
    ----------
    option
        ``--fill-alpha``: a number in [0, 1], ``auto`` to tune it from the ledger now, or None
        for the state file, and where there is none the cold start.
    path
        ``fill_alpha.json``.
    entries
        The ledger; read only for ``auto``.
    family, at
        Whose orders, and the clock that their ages are counted from.

    Raises
    ------
    UsageError
        If the option is neither a ratio nor ``auto``.
    TornFile, NewerSchema, FutureData
        If the state file cannot be trusted.
    """
    given = given_ratio(option)
    if given is not None:
        return FillAlpha(given, given, given, 0, 0.0, 0.0, 0.0, LOOKBACK_DAYS)
    if option == AUTO:
        known = list(entries)
        tuned = tuned_alpha(known, family, at)
        save_alpha(path, family, tuned, FittedOn.of(known, family, at, LOOKBACK_DAYS))
        return tuned
    return read_alpha(path, family, at) or COLD_START_ALPHA


def given_ratio(option: str | None) -> float | None:
    """Return the number that ``--fill-alpha`` gives, or None if it gives none.

    Raises
    ------
    UsageError
        If it is neither ``auto`` nor a number in [0, 1].
    """
    if option is None or option == AUTO:
        return None
    try:
        given = float(option)
    except ValueError as error:
        raise UsageError(f"--fill-alpha takes a number or auto, was {option!r}") from error
    if not 0.0 <= given <= 1.0:
        raise UsageError(f"--fill-alpha must lie in [0, 1], was {option}")
    return given


def stored_curve(mode: SlippageMode, path: Path, family: str, at: datetime) -> SlippageCurve | None:
    """Return the curve of ``slippage.json``, or None if none is wanted or was ever fitted.

    Parameters
    ----------
    mode
        ``--slippage-mode``; only ``depth`` reads the file.
    path, family, at
        The state file, whose curve, and the decision clock.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the state file cannot be trusted.
    """
    return read_curve(path, family, at) if mode is SlippageMode.DEPTH else None
