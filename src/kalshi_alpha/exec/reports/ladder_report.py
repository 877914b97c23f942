"""The Markdown report of a run: verdict first, then what would be traded, why, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.gates import describe
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.summary import KindSummary, summarise
from kalshi_alpha.core.ledger.support import Support
from kalshi_alpha.core.proposals.proposal import Passed, Proposal
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.artifacts import shown_period
from kalshi_alpha.exec.reports.edge_bars import edge_bars
from kalshi_alpha.exec.reports.false_alarms import false_alarm_note
from kalshi_alpha.exec.reports.markdown import cents, money, percent, table
from kalshi_alpha.exec.scanning import Scanned
from kalshi_alpha.exec.wiring import Run

_COARSE = 100
MONITORS_BEGIN = "<!-- monitors:begin -->"
MONITORS_END = "<!-- monitors:end -->"


@dataclass(frozen=True, slots=True)
class ReportParts:
    """What a report shows besides the scan.

    Attributes
    ----------
    entries
        Ledger rows of this run, or None if no paper ledger was asked for.
    settled
        Older rows that this run settled.
    pictures
        File name of each event's picture, by event ticker.
    support
        What settled fills say of earlier edges.
    """

    entries: Sequence[LedgerEntry] | None
    settled: Sequence[LedgerEntry]
    pictures: Mapping[str, str]
    support: Support


def ladder_report(run: Run, scanned: Scanned, parts: ReportParts) -> str:
    """Render the report; the same input gives the same bytes."""
    sections = (
        _title(run, scanned),
        _verdict(scanned),
        _proposals(run, scanned),
        _pool(scanned),
        _pictures(parts),
        _forecasts(run, scanned),
        _ledger(parts),
        _monitors(run, scanned),
        _honesty(run, scanned, parts),
        _feeds(scanned),
        _passed(scanned.passed),
        _origins(run, scanned),
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _title(run: Run, scanned: Scanned) -> Iterator[str]:
    at = run.clock.at
    yield f"# {run.family} — {new_york(at):%Y-%m-%d %H:%M ET} — {run.mode}"
    yield ""
    yield (
        f"Decision clock {at:%Y-%m-%dT%H:%M:%SZ} ({run.clock.source.value}); "
        f"{scanned.known.phase.state.value}: {scanned.known.phase.note}."
    )


def _verdict(scanned: Scanned) -> Iterator[str]:
    decision = scanned.verdict
    dry = " (dry only)" if decision.go and scanned.dry_only else ""
    yield f"## Verdict: {'GO' if decision.go else 'NO-GO'}{dry}"
    yield ""
    if dry:
        yield f"{scanned.dry_only}. The quotes may be looked at and rest nowhere."
        return
    if not decision.reasons:
        yield "Nothing speaks against going on."
        return
    for found in decision.reasons:
        yield f"- **{found.reason.value}**: {found.detail}. {describe(found.reason).remedy}"


def _proposals(run: Run, scanned: Scanned) -> Iterator[str]:
    bankroll = scanned.policy.sizing.bankroll
    yield f"## Proposals ({len(scanned.proposals)})"
    yield ""
    yield (
        f"Bankroll {money(bankroll)}; Kelly multiplier "
        f"{scanned.policy.sizing.kelly_multiplier:g}, cap {scanned.policy.sizing.kelly_cap:g} per "
        f"piece of news; VaR {run.settings.portfolio.value_at_risk.level:.0%} "
        f"${scanned.result.var:,.2f} of ${scanned.var_limit:,.2f}; expected fill ratio "
        f"{scanned.alpha.alpha:.3f} [{scanned.alpha.lo10:.3f}, {scanned.alpha.hi90:.3f}]."
    )
    yield ""
    if scanned.withheld:
        yield f"{len(scanned.withheld)} quotes were worth proposing and are withheld by the gate."
        return
    if not scanned.proposals:
        yield "Nothing is worth a quote."
        return
    if scanned.dry_only:
        yield f"**Dry only**: {scanned.dry_only}. No broker but the dry one takes these quotes."
        yield ""
    yield "Prices and probabilities are those of the side bought; edges are cents per contract."
    yield ""
    yield from table(_PROPOSAL_HEAD, [_proposal_row(p) for p in scanned.proposals])


_PROPOSAL_HEAD = (
    "market", "strike", "side", "price", "contracts", "model", "market mid", "pooled", "honest",
    "EV raw", "EV honest", "fee", "max loss", "PAL room", "Kelly", "staked",
)  # fmt: skip


def _proposal_row(p: Proposal) -> tuple[str, ...]:
    return (
        p.market_ticker,
        p.strike,
        p.side.value.upper(),
        str(p.price),
        str(p.contracts),
        f"{p.prob_model:.4f}",
        f"{p.prob_market:.4f}",
        f"{p.prob_pooled:.4f}",
        f"{p.prob_honest:.4f}",
        cents(p.ev_raw),
        cents(p.ev_honest),
        money(p.fee),
        money(p.max_loss),
        money(p.pal_room),
        percent(p.kelly_fraction),
        percent(p.staked_fraction),
    )


def _pool(scanned: Scanned) -> Iterator[str]:
    yield "## Pool with the market"
    yield ""
    pooling = scanned.policy.pooling
    if pooling is None:
        yield "Nothing was pooled (`--no-pool`): the model is taken at its word."
        return
    yield (
        f"Weight of our log-odds against the market's. Books wider than "
        f"{100 * pooling.wide_spread:g} c only bound the market's opinion; what is pooled stays "
        f"within {pooling.gap:g} of it."
    )
    yield ""
    yield from table(
        ("event", "weight", "prior", "settled units"),
        [
            (event, f"{each.weight:.3f}", f"{each.prior:g}", str(each.n_units))
            for event, each in scanned.weights.items()
        ],
    )
    for event in sorted(pooling.observed):
        yield f"- {event} rests on an observation and is not held within {pooling.gap:g}."


def _pictures(parts: ReportParts) -> Iterator[str]:
    yield "## Ladders against the model"
    for event, file in parts.pictures.items():
        yield ""
        yield f"![{event}: bids and asks against our probabilities]({file})"


def _forecasts(run: Run, scanned: Scanned) -> Iterator[str]:
    yield "## Forecasts"
    yield ""
    yield from table(
        ("quantity", "period", "latent mean", "latent sd", "unit", "model"),
        [
            (
                f.quantity,
                shown_period(run, f),
                f"{f.latent_mean:+,.{_digits(f)}f}",
                f"{f.latent_sd:,.{_digits(f)}f}",
                f.pmf.grid.unit,
                f.model_id,
            )
            for f in scanned.forecasts.forecasts
        ],
    )
    for quantity, why in scanned.forecasts.refused.items():
        yield f"- {quantity} is not forecast: {why}"
    yield ""
    for name, fact in scanned.forecasts.metadata.items():
        yield f"- {name}: {fact}"
    for note in dict.fromkeys(n for f in scanned.forecasts.forecasts for n in f.notes):
        yield f"- note: {note}"


def _digits(forecast: Forecast) -> int:
    """Return decimals that say something: parts of a point, tenths of a degree, whole claims."""
    step = forecast.pmf.grid.step
    if step < 1:
        return 4
    return 1 if step < _COARSE else 0


def _ledger(parts: ReportParts) -> Iterator[str]:
    yield "## Paper ledger"
    yield ""
    if parts.entries is None:
        yield "No paper ledger was asked for (`--paper-ledger`)."
        return
    summary = summarise(parts.entries)
    yield from table(
        ("kind", "orders", "with fills", "posted", "contracts", "expected PnL", "max loss", "fees"),
        [
            _kind_row("filled by prints", summary.filled),
            _kind_row("expected (no tape)", summary.expected),
        ],
    )
    yield ""
    yield "Expected rows are forecasts of fills: reported and settled, never counted as evidence."
    if parts.settled:
        after = summarise(parts.settled)
        yield ""
        yield (
            f"Settled by this run: {len(parts.settled)} rows; realised on fills "
            f"{money(after.filled.realised_pnl)} of {money(after.filled.expected_pnl)} expected, "
            f"on expected rows {money(after.expected.realised_pnl)} of "
            f"{money(after.expected.expected_pnl)}."
        )


def _kind_row(name: str, kind: KindSummary) -> tuple[str, ...]:
    return (
        name,
        str(kind.trades),
        str(kind.fills),
        str(kind.posted),
        str(kind.contracts),
        money(kind.expected_pnl),
        money(kind.max_loss),
        money(kind.fees),
    )


def _monitors(run: Run, scanned: Scanned) -> Iterator[str]:
    yield "## Monitors"
    yield ""
    yield MONITORS_BEGIN
    rows = (
        ("model_drift", str(scanned.quality.drifted), _drift(run.family, scanned)),
        ("tz_not_et", str("tz_not_et" in scanned.verdict.words), _offset(run)),
        ("non_monotone_ladders", str(scanned.result.non_monotone_ladders), "model curves"),
        ("negative_ev_after_fees", str(scanned.result.negative_ev_after_fees), "proposals"),
        (
            "market_exec_violations",
            str(sum(c.market_exec_violations_after_fees for c in scanned.result.checks)),
            "riskless sets on offer after fees",
        ),
        (
            "market_mid_violations",
            str(sum(c.market_mid_violations for c in scanned.result.checks)),
            "informational",
        ),
        ("ev_honesty_shrink", f"{scanned.policy.shrink:g}", "share of the gross edge believed"),
    )
    yield from table(("monitor", "value", "of"), rows)
    yield MONITORS_END


def _drift(family: str, scanned: Scanned) -> str:
    return "; ".join(filter(None, (scanned.quality.detail, false_alarm_note(family))))


def _offset(run: Run) -> str:
    hours = run.clock.process_offset.total_seconds() / 3600
    return f"process UTC offset {hours:+.1f} h"


def _honesty(run: Run, scanned: Scanned, parts: ReportParts) -> Iterator[str]:
    yield "## EV honesty"
    yield ""
    raw = sum(p.ev_raw * p.contracts.count for p in scanned.proposals)
    honest = sum(p.ev_honest * p.contracts.count for p in scanned.proposals)
    yield (
        f"Shrink s = {scanned.policy.shrink:g}, bin weights "
        f"{'1' if scanned.policy.bins is None else 'of the ramp'}, "
        f"adverse selection {100 * scanned.policy.adverse_selection:.2f} c a contract. If every "
        f"proposal filled: ${raw:,.2f} raw, ${honest:,.2f} honest."
    )
    yield ""
    yield (
        f"Confidence badge {parts.support.badge.value}: {parts.support.n_fills} settled fills "
        f"of {parts.support.n_units} risk units count as evidence."
    )
    yield ""
    yield from _realised(run.family, parts.support)
    yield f"Model on its own history: {scanned.quality.detail}."


def _realised(family: str, found: Support) -> Iterator[str]:
    if found.expected_bps is None or found.realised_bps is None:
        return
    yield "```text"
    yield from edge_bars([(family, found.expected_bps, found.realised_bps)])
    yield "```"
    yield ""


def _feeds(scanned: Scanned) -> Iterator[str]:
    yield "## Data freshness"
    yield ""
    yield from table(
        ("feed", "status", "newest", "age", "due", "detail"),
        [
            (
                feed.feed,
                feed.status.value,
                str(feed.newest_on or "-"),
                "-" if feed.age_days is None else f"{feed.age_days} d",
                "-" if feed.due_at is None else f"{feed.due_at:%Y-%m-%dT%H:%MZ}",
                feed.detail,
            )
            for feed in scanned.known.feeds
        ],
    )


def _passed(passed: Iterable[Passed]) -> Iterator[str]:
    rows = list(passed)
    yield f"## Not traded ({len(rows)})"
    yield ""
    yield from table(
        ("market", "strike", "reason", "detail", "side", "price", "model", "EV honest"),
        [
            (
                p.market_ticker,
                p.strike,
                p.reason.value,
                p.detail,
                "-" if p.side is None else p.side.value.upper(),
                "-" if p.price is None else str(p.price),
                "-" if p.prob_model is None else f"{p.prob_model:.4f}",
                "-" if p.ev_honest is None else cents(p.ev_honest),
            )
            for p in rows
        ],
    )


def _origins(run: Run, scanned: Scanned) -> Iterator[str]:
    yield "## Made from"
    yield ""
    yield f"- calibration {scanned.calibration_hash}"
    for name, sha256 in sorted(run.settings.sha256.items()):
        yield f"- configs/{name} {sha256}"
