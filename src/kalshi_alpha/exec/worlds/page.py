"""``docs/worlds.md`` and the table on a terminal, both from one measured run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kalshi_alpha.core.guards.sequential import DEFAULT_ARL0
from kalshi_alpha.core.worlds.guard_runs import PRICES, RunLength
from kalshi_alpha.core.worlds.life import UNITS_A_YEAR
from kalshi_alpha.core.worlds.terms import FAMILY
from kalshi_alpha.core.worlds.verdicts import Share, WorldVerdict
from kalshi_alpha.core.worlds.world import World
from kalshi_alpha.exec.reports.markdown import table
from kalshi_alpha.exec.worlds.prose import CHAIN, HEAD, READING

GuardTable = Mapping[tuple[tuple[float, ...], float], Mapping[str, RunLength]]

FALSE_GO_MAX = 0.05
GO_MIN = 0.60
SLOPE_SLACK = 0.10
COVER = (0.85, 0.95)
RUN_SLACK = 0.20
DELAYS = {250.0: 80.0, 500.0: 130.0}
_WITHOUT_EDGE = ("noise", "efficient", "overconfident")


@dataclass(frozen=True, slots=True)
class Lived:
    """One world, what it showed, and what that took."""

    world: World
    verdict: WorldVerdict
    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of the command."""

    n_seeds: int
    years: int
    lived: tuple[Lived, ...]
    guard: GuardTable


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that was to be reached, what was reached, and whether it holds."""

    what: str
    found: str
    holds: bool


def claims(measured: Measured) -> tuple[Claim, ...]:
    """Return what was to be reached, judged by what was measured."""
    return (*_world_claims(measured.lived), *_guard_claims(measured.guard))


def _world_claims(lived: Sequence[Lived]) -> Iterator[Claim]:
    by_name = {each.world.name: each.verdict for each in lived}
    for name in _WITHOUT_EDGE:
        if name in by_name:
            go = by_name[name].go_ever
            yield Claim(
                f"{name}: GO at any weekly look in at most {FALSE_GO_MAX:.0%} of the seeds",
                _share(go),
                go.share <= FALSE_GO_MAX,
            )
    if "dying" in by_name:
        go = by_name["dying"].go_last
        yield Claim(
            f"dying: GO at the last look in at most {FALSE_GO_MAX:.0%} of the seeds",
            _share(go),
            go.share <= FALSE_GO_MAX,
        )
    if "edge" in by_name:
        yield from _edge_claims(by_name["edge"])
    if by_name:
        broken = sum(v.caps_broken for v in by_name.values())
        yield Claim("no cap broken in any world", str(broken), broken == 0)
        ruined = sum(v.ruined for v in by_name.values())
        yield Claim("nobody ruined in any world", str(ruined), ruined == 0)
    for name, verdict in by_name.items():
        off = verdict.slope.mean - verdict.slope_true
        yield Claim(
            f"{name}: honesty slope within ±{SLOPE_SLACK} in the mean",
            f"{off:+.2f} (±{1.96 * verdict.slope.se:.2f})",
            abs(off) <= SLOPE_SLACK,
        )
        yield Claim(
            f"{name}: its 90 % interval covers {COVER[0]:.0%} to {COVER[1]:.0%}",
            _share(verdict.slope_cover),
            COVER[0] <= verdict.slope_cover.share <= COVER[1],
        )


def _edge_claims(verdict: WorldVerdict) -> Iterator[Claim]:
    for what, go in (
        ("the policy as it is", verdict.go_ever),
        ("judged by closing mids or not at all", verdict.go_ever_by_closing),
        ("bins vetoing by their own spread", verdict.go_ever_own_spread),
        ("bins setting sizes and vetoing nothing", verdict.go_ever_bar_bins),
    ):
        yield Claim(
            f"edge: GO by the end in at least {GO_MIN:.0%} of the seeds ({what})",
            _share(go),
            go.share >= GO_MIN,
        )


def _guard_claims(guard: GuardTable) -> Iterator[Claim]:
    for (prices, target), row in guard.items():
        honest, dead = row["honest"], row["dead"]
        if prices == PRICES:
            yield Claim(
                f"guard, target {target:g}, mixed prices: run length within ±{RUN_SLACK:.0%}",
                _length(honest),
                abs(honest.mean / target - 1.0) <= RUN_SLACK,
            )
            yield Claim(
                f"guard, target {target:g}, mixed prices: ten cents less seen within "
                f"{DELAYS[target]:g} units",
                _length(dead),
                dead.mean <= DELAYS[target],
            )
        else:
            yield Claim(
                f"guard, target {target:g}, price {prices[0]:g}: run length at most "
                f"{RUN_SLACK:.0%} shorter",
                _length(honest),
                honest.mean >= (1.0 - RUN_SLACK) * target,
            )


def worlds_page(measured: Measured) -> str:
    """Return the page."""
    lines = [HEAD, *_facts(measured), "", CHAIN, "## What was to be reached", ""]
    lines += table(
        ("claim", "measured", "holds"),
        [(c.what, c.found, "yes" if c.holds else "no") for c in claims(measured)],
    )
    lines += ["", "## The worlds", ""]
    lines += [f"- **{each.world.name}**: {each.world.truth}." for each in measured.lived]
    lines += ["", *_world_table(measured.lived), "", READING]
    if measured.guard:
        lines += ["## The guard", "", *_guard_table(measured.guard), ""]
    return "\n".join(lines)


def terminal_lines(measured: Measured) -> list[str]:
    """Return what the command prints."""
    lines = []
    for each in measured.lived:
        v = each.verdict
        lines.append(
            f"{each.world.name:14} edge {v.net_bps.mean:+5.0f} bps, "
            f"delta {v.closing_bps.mean:+5.0f} by closing mids; GO ever {v.go_ever.share:4.0%}, "
            f"at the end {v.go_last.share:4.0%}, by own spread {v.go_ever_own_spread.share:4.0%}, "
            f"bar bins {v.go_ever_bar_bins.share:4.0%}; slope {v.slope.mean:+.2f} of "
            f"{v.slope_true:+.2f}, cover {v.slope_cover.share:.0%}; caps {v.caps_broken}, "
            f"ruin {v.ruined}; {each.seconds:.0f} s"
        )
    lines += [f"{'yes' if c.holds else 'NO ':3} {c.what}: {c.found}" for c in claims(measured)]
    return lines


def _facts(measured: Measured) -> list[str]:
    first, last = 0, measured.n_seeds - 1
    cpu_s = sum(each.cpu_s for each in measured.lived) / max(len(measured.lived), 1)
    slowest = max((each.seconds for each in measured.lived), default=0.0)
    said = (
        f"Measured: seeds {first} to {last} of each world, {measured.years} years of "
        f"{UNITS_A_YEAR} weekly prints; the slowest world took {slowest:.0f} s, and a world "
        f"{cpu_s:.0f} s of processor time on average ({cpu_s / measured.n_seeds:.2f} s a seed)."
    )
    return [said]


def _world_table(lived: Sequence[Lived]) -> list[str]:
    head = (
        *("world", "fills", "units", "edge net, bps", "promised, bps", "Δ settled", "Δ closing"),
        *("sd of a unit", "GO ever", "GO at the end", "by closing mids", "bins by own spread"),
        *("bins size only", "GO and e-value 20", "first GO, week", "slope", "true", "90 % cover"),
        *(
            "guard alert",
            "by run length",
            "its week",
            "lowest P&L, $",
            "mean P&L, $",
            "in GO weeks, $",
        ),
    )
    return list(table(head, [_world_row(each) for each in lived]))


def _world_row(each: Lived) -> tuple[str, ...]:
    v = each.verdict
    return (
        *(each.world.name, f"{v.fills:.0f}", f"{v.units:.0f}"),
        *(f"{v.net_bps.mean:+.0f} ±{1.96 * v.net_bps.se:.0f}", f"{v.expected_bps:+.0f}"),
        f"{v.delta_bps.mean:+.0f} ±{1.96 * v.delta_bps.se:.0f}",
        f"{v.closing_bps.mean:+.0f} ±{1.96 * v.closing_bps.se:.0f}",
        *(f"{v.closing_sd_bps:.0f}", _share(v.go_ever), _share(v.go_last)),
        *(_share(v.go_ever_by_closing), _share(v.go_ever_own_spread)),
        *(_share(v.go_ever_bar_bins), _share(v.go_ever_e_value)),
        "-" if v.first_go is None else f"{v.first_go:.0f}",
        *(f"{v.slope.mean:+.2f} ±{1.96 * v.slope.se:.2f}", f"{v.slope_true:+.2f}"),
        *(_share(v.slope_cover), _share(v.guard_alert), f"{_alert_by_chance(v.units):.1%}"),
        "-" if v.guard_week is None else f"{v.guard_week:.0f}",
        *(f"{v.lowest:.0f}", f"{v.final:+.0f}", f"{v.live_pnl:+.0f}"),
    )


def _alert_by_chance(n_units: float) -> float:
    """Return the odds that a guard alerts within so many honest units."""
    return -math.expm1(-n_units / DEFAULT_ARL0[FAMILY.lower()])


def _guard_table(guard: GuardTable) -> list[str]:
    rows = [
        (
            f"{target:g}",
            "mixed" if prices == PRICES else f"{prices[0]:g}",
            _length(row["honest"]),
            _length(row["dead"]),
            str(row["honest"].n_paths),
        )
        for (prices, target), row in guard.items()
    ]
    head = ("target", "price", "run length, honest", "ten cents less", "histories")
    return list(table(head, rows))


def _share(share: Share) -> str:
    return f"{share.share:.1%} ({share.low:.1%} to {share.high:.1%})"


def _length(length: RunLength) -> str:
    cut = f", {length.cut} cut short" if length.cut else ""
    return f"{length.mean:.0f} ±{1.96 * length.se:.0f}{cut}"
