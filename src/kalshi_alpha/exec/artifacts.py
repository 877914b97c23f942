"""What a run leaves for machines: proposals, and the verdict of every series."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.errors import DataError, KalshiAlphaError, MissingData, UsageError
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.gates import (
    FeedVerdict,
    Finding,
    Reading,
    Reason,
    Verdict,
    required_feeds_ok,
)
from kalshi_alpha.core.proposals.proposal import Passed, Proposal
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.types import Price
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json
from kalshi_alpha.datastore.atomic import encode_json, write_atomic, write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.plain import plain
from kalshi_alpha.exec.wiring import Run

if TYPE_CHECKING:
    from kalshi_alpha.exec.inputs import InputUsed
    from kalshi_alpha.exec.scanning import Scanned

__all__ = [
    "MONTHLY",
    "SCHEMA",
    "head",
    "no_older_go",
    "plain",
    "proposal_document",
    "proposals_document",
    "proposals_path",
    "shown_period",
    "verdict_document",
    "withdraw_verdict",
    "write_go_no_go",
]

SCHEMA = 1
MONTHLY = ("cpi", "jobs")
"""Calendar events that report a month."""


def proposals_document(run: Run, scanned: Scanned, series: str) -> dict[str, Any]:
    """Return the scan as plain data: every market is either proposed or has its reason."""
    # Here and not above: whoever reads documents needs nothing of what sizes orders.
    from kalshi_alpha.exec.explain.markets import market_documents

    return {
        **head(run),
        "series": series,
        "verdict": verdict_document(scanned.verdict),
        "required_feeds_ok": required_feeds_ok(
            scanned.known.feeds, run.settings.series.required_feeds
        ),
        "bankroll_usd": str(scanned.policy.sizing.bankroll),
        "fill_alpha": plain(scanned.alpha),
        "pool_weights": {event: plain(each) for event, each in scanned.weights.items()},
        "value_at_risk": {
            "level": run.settings.portfolio.value_at_risk.level,
            "usd": plain(scanned.result.var),
            "limit_usd": scanned.var_limit,
        },
        "forecasts": [_forecast(run, each) for each in scanned.forecasts.forecasts],
        "forecasts_refused": dict(scanned.forecasts.refused),
        "metadata": dict(scanned.forecasts.metadata),
        "model_quality": plain(scanned.quality),
        "calibration_sha256": scanned.calibration_hash,
        "config_sha256": dict(run.settings.sha256),
        "inputs": plain(scanned.inputs),
        "ladders": plain(scanned.result.checks),
        "dry_only": scanned.dry_only,
        "proposals": [
            {**proposal_document(each), "dry_only": scanned.dry_only is not None}
            for each in scanned.proposals
        ],
        "not_proposed": [_passed(each) for each in scanned.passed],
        "thresholds": _thresholds(scanned),
        "markets": market_documents(scanned),
    }


def _thresholds(scanned: Scanned) -> dict[str, Any]:
    """Return what the scan measured every market by."""
    policy, sizing = scanned.policy, scanned.policy.sizing
    return {
        "min_ev": policy.min_ev,
        "shrink": policy.shrink,
        "adverse_selection": policy.adverse_selection,
        "max_spread": str(Price(policy.max_spread_e4)),
        "sizing": sizing.rule.value,
        "kelly_multiplier": sizing.kelly_multiplier,
        "kelly_cap": sizing.kelly_cap,
        "contracts": plain(sizing.contracts),
    }


def proposals_path(run: Run, folder: Path, series: str) -> Path:
    """Return where a scan's document goes: below the output folder, by series and clock."""
    return folder / series / f"{run.clock.at:%Y-%m-%dT%H%M%SZ}.json"


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as plain data; money and prices as decimal strings."""
    document: dict[str, Any] = plain(proposal)
    return document


def write_go_no_go(
    run: Run,
    decision: Verdict,
    feeds: Sequence[FeedVerdict] = (),
    inputs: Sequence[InputUsed] = (),
) -> Path:
    """Put the family's verdict into ``go_no_go.json``, keeping the others' of the same day.

    A file that cannot be trusted is started anew, and verdicts of another day or of other data
    go: a stale GO must not outlive what it was reached from. What the same command has decided
    stays whatever its clock: offline, each mode has its own.
    """
    path = run.paths.go_no_go
    series = {
        **_others(run, path),
        run.family: {
            **head(run),
            **verdict_document(decision),
            "required_feeds_ok": required_feeds_ok(feeds, run.settings.series.required_feeds),
            "feeds": [plain(feed) for feed in feeds],
            "inputs": plain(tuple(inputs)),
            "config_sha256": dict(run.settings.sha256),
        },
    }
    go = all(entry["go"] is True for entry in series.values())
    newest = max(entry["generated_at"] for entry in series.values())
    write_json(path, {**head(run), "generated_at": newest, "go": go, "series": series})
    return path


def withdraw_verdict(run: Run, error: KalshiAlphaError) -> Path:
    """Write NO-GO for a run that failed before it could decide: an earlier GO is void."""
    reason = Reason.READING_MISSING if isinstance(error, MissingData) else Reason.READING_UNREADABLE
    decision = Verdict(
        go=False,
        action=run.action,
        at=run.clock.at,
        reasons=(Finding(reason, str(error)),),
        safety_go=False,
        evidence_go=None,
        readings=(),
    )
    return write_go_no_go(run, decision)


@contextmanager
def no_older_go(paths: Paths, families: Collection[str]) -> Iterator[None]:
    """Let no GO of these families outlive the beginning of what may decide them anew.

    Every GO is taken back before anything can fail, so that none stands after an error that
    nobody foresaw, or after the process was killed. What ends in good order without a decision,
    or with a `UsageError`, puts the file back, unless somebody has written to it in between.
    """
    path = paths.go_no_go
    document = _taken_back(path, families)
    if document is None:
        yield
        return
    before, during = path.read_bytes(), encode_json(document)
    write_atomic(path, during)
    try:
        yield
    except UsageError:
        _put_back(path, before, during)
        raise
    _put_back(path, before, during)


def _taken_back(path: Path, families: Collection[str]) -> dict[str, Any] | None:
    """Return the verdicts with NO-GO in the place of these families' GO; None if none stands."""
    try:
        document = read_json(path, SCHEMA, END_OF_TIME)
    except DataError:
        return None  # Nobody can take a GO from a file that cannot be read.
    series = document.get("series")
    standing = {
        family: entry
        for family, entry in (series.items() if isinstance(series, dict) else ())
        if family in families and isinstance(entry, dict) and entry.get("go") is not False
    }
    if not standing:
        return None
    why = {"reason": Reason.READING_MISSING.value, "detail": "a later run has not decided"}
    void = {"go": False, "safety_go": False, "reasons": [why]}
    changed = {family: {**entry, **void} for family, entry in standing.items()}
    return {**document, "go": False, "series": {**document["series"], **changed}}


def _put_back(path: Path, before: bytes, during: bytes) -> None:
    if path.exists() and path.read_bytes() == during:
        write_atomic(path, before)


def _others(run: Run, path: Path) -> dict[str, Any]:
    # This command wrote the file itself if it has decided anything: no clock can forbid it.
    now = END_OF_TIME if run.decided else run.clock.at
    try:
        found = read_json(path, SCHEMA, now)["series"]
        return {
            family: entry
            for family, entry in found.items()
            if family != run.family and (family in run.decided or _is_of_the_day(run, entry))
        }
    except (DataError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _is_of_the_day(run: Run, entry: Mapping[str, Any]) -> bool:
    made_at = datetime.fromisoformat(entry["generated_at"])
    own = head(run)
    return new_york(made_at).date() == new_york(run.clock.at).date() and all(
        entry[key] == own[key] for key in ("mode", "environment", "clock_source")
    )


def verdict_document(decision: Verdict) -> dict[str, Any]:
    """Return a verdict with its typed reasons and what was read, ages and hashes included."""
    return {
        "go": decision.go,
        "action": decision.action.value,
        "safety_go": decision.safety_go,
        "evidence_go": decision.evidence_go,
        "reasons": [
            {"reason": found.reason.value, "detail": found.detail} for found in decision.reasons
        ],
        "lifted": [
            {
                "reason": each.finding.reason.value,
                "detail": each.finding.detail,
                "who": each.memo.who,
                "why": each.memo.why,
                "until": plain(each.memo.until),
            }
            for each in decision.lifted
        ],
        "readings": [_reading(each, decision.at) for each in decision.readings],
    }


def head(run: Run) -> dict[str, Any]:
    """Return what every artifact begins with: schema, time, and where the data came from."""
    return {
        "schema": SCHEMA,
        "generated_at": plain(run.clock.at),
        "clock_source": run.clock.source.value,
        "mode": run.mode,
        "environment": run.environment,
    }


def _reading(reading: Reading, at: datetime) -> dict[str, Any]:
    return {
        "name": reading.name.value,
        "ok": reading.ok(at),
        "detail": reading.detail,
        "age_s": reading.age_s(at),
        "sha256": reading.sha256,
    }


def shown_period(run: Run, forecast: Forecast) -> str:
    """Return a forecast's period as people write it: a month, or a day where it is about one."""
    monthly = any(
        series.quantity == forecast.quantity and series.event in MONTHLY
        for series in run.settings.series.series
    )
    return f"{forecast.period:%Y-%m}" if monthly else forecast.period.isoformat()


def _forecast(run: Run, forecast: Forecast) -> dict[str, Any]:
    step = forecast.pmf.grid.step
    shown = [
        {"value": str(step * k), "prob": plain(forecast.pmf.pmf(k))}
        for k in range(forecast.pmf.lo, forecast.pmf.hi + 1)
    ]
    return {
        "quantity": forecast.quantity,
        "period": shown_period(run, forecast),
        "model": forecast.model_id,
        "latent_mean": plain(forecast.latent_mean),
        "latent_sd": plain(forecast.latent_sd),
        "unit": forecast.pmf.grid.unit,
        "inputs": [plain(used) for used in forecast.inputs],
        "notes": list(forecast.notes),
        "pmf": [each for each in shown if each["prob"] > 0],
    }


def _passed(passed: Passed) -> dict[str, Any]:
    document: dict[str, Any] = plain(passed)
    return document
