"""Decide whether a pilot may be held: ``python -m kalshi_alpha.exec.reports.ramp``.

``make pilot-readiness`` runs it. It reads what lies on disk, asks the gate, and writes
``reports/pilot_ready.json`` and ``reports/pilot_readiness.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.datastore.printing import echo_json, echo_text
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, output_flags, run_command

if TYPE_CHECKING:
    from kalshi_alpha.datastore.paths import Paths
    from kalshi_alpha.exec.ramp.deciding import Terms
    from kalshi_alpha.exec.ramp.readiness import Readiness, SeriesReadiness

EXIT_GO, EXIT_REFUSED = 0, 3
_AFTER_A_BREACH = (
    "find how the order passed and correct it, then move the family's declared_at in "
    "configs/ramp.yaml ahead of the clock: evidence begins anew from there"
)
_POLICY_FLAGS = (
    ("--min-fills", int, "Settled orders that were filled."),
    ("--min-delta-bps", float, "Realised less expected edge, basis points of payout."),
    ("--min-t-stat", float, "Its t-statistic, clustered by piece of news."),
    ("--min-units", int, "Pieces of news, for every family."),
    ("--max-unit-share", float, "Share of the contracts on one piece of news."),
    ("--max-guardrail-breaches", int, "Trades beyond a cap or within a freeze."),
    ("--max-ledger-age-minutes", float, "Age of the ledger."),
    ("--max-monitors-age-minutes", float, "Age of the oldest monitor."),
)


def _policy_flags(command: Any) -> Any:
    for flag, kind, said in reversed(_POLICY_FLAGS):
        command = click.option(flag, type=kind, help=f"{said} Default: configs/ramp.yaml.")(command)
    return command


@click.command(context_settings=HELP)
@click.option("--series", metavar="NAME", help="Decide on this family or ticker only.")
@_policy_flags
@click.option("--plan", is_flag=True, help="Print what is missing, and how long it takes.")
@clock_flag
@output_flags
def cli(*, series: str | None, plan: bool, as_of: str | None, **flags: Any) -> int:
    """Decide whether a pilot may be held, and how large.

    The file always holds every family; --series limits what is printed and what the exit code
    says. A threshold that is looser than configs/ramp.yaml is a policy override: it shows what
    would be, and the decision is never GO. A run that fails, or is killed, leaves NO-GO in the
    place of an older decision. A set clock does not replace a decision of the system's, except
    below a root for practice.

    Exit codes: 0 GO, 1 a failure, 2 usage, 3 NO-GO.
    """
    from kalshi_alpha.config.environment import kalshi_env
    from kalshi_alpha.config.ramp import load_ramp, refuse_practice
    from kalshi_alpha.config.settings import load_settings
    from kalshi_alpha.datastore.atomic import encode_json, write_atomic
    from kalshi_alpha.datastore.paths import Paths
    from kalshi_alpha.exec.clock import run_clock
    from kalshi_alpha.exec.ramp.deciding import decide
    from kalshi_alpha.exec.ramp.older_decision import OlderDecision
    from kalshi_alpha.exec.reports.readiness_page import readiness_page

    paths, clock = Paths.from_environ(os.environ), run_clock(as_of, os.environ)
    with OlderDecision(paths, clock) as older:
        settings, ramp = load_settings(paths.configs), load_ramp(paths.configs)
        refuse_practice(ramp.value, kalshi_env(os.environ))
        older.require_replaceable(ramp.value)
        family = None if series is None else settings.series.family_of(series)
        if series is not None:
            settings.series.resolve(series)
        terms = _terms(ramp, flags)
        found = decide(paths, settings, terms, clock, older.put_aside())
        document = encode_json(found)
        write_atomic(paths.pilot_ready, document)
        write_atomic(paths.pilot_readiness, readiness_page(found).encode())
    if flags["as_json"]:
        echo_json(document)
    elif not flags["quiet"]:
        echo_text("\n".join(_lines(found, family, paths, plan=plan)))
    return EXIT_GO if is_go(found, family) else EXIT_REFUSED


def is_go(found: Readiness, family: str | None) -> bool:
    """Say whether a pilot may be held: of the family if one is named, else of any."""
    if family is None or not found.overall.go:
        return found.overall.go
    own = found.of(family)
    return own is not None and own.go


def _terms(ramp: Any, flags: dict[str, Any]) -> Terms:
    import msgspec

    from kalshi_alpha.config.ramp import Policy
    from kalshi_alpha.core.errors import UsageError
    from kalshi_alpha.exec.ramp.deciding import Terms

    given = {name: flags[name] for name in Policy.__struct_fields__ if flags.get(name) is not None}
    try:
        policy = msgspec.structs.replace(ramp.value.policy, **given)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Terms(ramp.value, ramp.sha256, policy, flags["min_units"])


def _lines(found: Readiness, family: str | None, paths: Paths, *, plan: bool) -> Iterator[str]:
    shown = [each for each in found.series if family in {None, each.series}]
    label = f" [{found.label}]" if found.label else ""
    yield f"pilot readiness: {'GO' if is_go(found, family) else 'NO-GO'}{label}"
    for row in found.overall.global_details:
        yield f"  against all series: {row.reason}: {row.detail}"
    against_all = {(row.reason, row.detail) for row in found.overall.global_details}
    if not shown and family is not None:
        yield f"  {family}: not declared in configs/ramp.yaml, so no evidence counts for it"
    for each in shown:
        yield _summary(each)
        for row in each.reasons:
            if (row.reason, row.detail) not in against_all:
                yield f"    {row.reason}: {row.detail}"
        if plan:
            yield from _plan(each)
    yield f"wrote {paths.pilot_ready}"
    yield f"wrote {paths.pilot_readiness}"


def _summary(each: SeriesReadiness) -> str:
    closing = each.statistic.used == "closing_line"
    delta, t_stat = (
        (each.delta_bps_cv, each.t_stat_cv) if closing else (each.delta_bps, each.t_stat)
    )
    figures = f"{each.fills} fills, {each.units} units"
    if delta is not None:
        figures += f", delta {delta:+.1f} bps"
    if t_stat is not None:
        figures += f", t {t_stat:+.2f}"
    by = each.statistic.used.replace("_", " ")
    return f"  {each.series} {each.decision}: size {each.size_multiplier:.2f}, {figures} by {by}"


def _plan(each: SeriesReadiness) -> Iterator[str]:
    for row in each.missing:
        have = "nothing" if row.have is None else f"{row.have:.2f}"
        if row.days is None:
            wait = "waiting does not bring it at the present rate"
        else:
            wait = f"{row.more} more, {row.days:.0f} days at the present rate"
        if row.reason == "guardrail_breach":
            yield f"    missing {row.reason}: {have} of at most {row.need:g}; {_AFTER_A_BREACH}"
            continue
        yield f"    missing {row.reason}: {have} of {row.need:g}; {wait}"
    plan = each.plan
    if each.missing:
        ready = f"about {plan.ready_on}" if plan.ready_on else "cannot be said"
        yield f"    all of it: {ready}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "ramp", argv)


if __name__ == "__main__":
    exit_with(main())
