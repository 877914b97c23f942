"""The pilot: one session, at the exchange that the command line names."""

from __future__ import annotations

from collections.abc import Mapping

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.order_rows import keeping_settlements
from kalshi_alpha.datastore.atomic import encode_json, write_json
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.streams import say, unheard
from kalshi_alpha.exec.session.refusal import SessionRefusal, refusal_document, refusal_summary
from kalshi_alpha.exec.session.report import SessionReport, session_document, session_summary
from kalshi_alpha.exec.session.request import PilotRequest

EXIT_GO, EXIT_REFUSED, EXIT_VENUE = 0, 3, 5
SERVED = "KALSHI_SIM_URL"
"""Variable that says where a local exchange listens; without it one runs in this process."""


def run_pilot(request: PilotRequest, environ: Mapping[str, str]) -> int:
    """Hold a session and return the exit code.

    Raises
    ------
    KalshiAlphaError
        If the session cannot be prepared, or fails on the way.
    """
    ended = _held(request, environ)
    if isinstance(ended, SessionRefusal):
        document, summary, code = refusal_document(ended), refusal_summary(ended), EXIT_REFUSED
    else:
        record_orders(ended)
        document, summary, code = session_document(ended), session_summary(ended), exit_code(ended)
    path = ended.run.paths.pilot_session
    write_json(path, document)
    shown = encode_json(document).decode() if request.as_json else f"{summary}\nwrote {path}\n"
    lost = "" if request.quiet and not request.as_json else say(shown)
    # How the session ended weighs more than where that could not be shown.
    return max(code, unheard(f"pilot: wrote {path}; ", lost)) if lost else code


def record_orders(report: SessionReport) -> None:
    """Write the account's orders to the ledger, each once however often that is done.

    Raises
    ------
    TornFile, NewerSchema
        If the present ledger cannot be read; it is then left as it is.
    """
    if report.rows:
        store = LedgerStore(report.run.paths)
        with store.alone():
            store.upsert(keeping_settlements(store.entries(), report.rows), report.held.ended_at)


def _held(request: PilotRequest, environ: Mapping[str, str]) -> SessionReport | SessionRefusal:
    if request.env is KalshiEnv.SIM and not environ.get(SERVED):
        from kalshi_alpha.exec.session.rehearsal import rehearse

        return rehearse(request)
    from kalshi_alpha.exec.session.at_venue import hold_at_venue

    return hold_at_venue(request, environ)


def exit_code(report: SessionReport) -> int:
    """Return 0 for a session that was held and agrees, 3 if refused or killed, 5 for a break."""
    if report.held.reconciliation.breaks:
        return EXIT_VENUE
    return EXIT_GO if report.held.verdict.go and not report.held.killed else EXIT_REFUSED


def pilot_env(name: str | None, environ_env: KalshiEnv | None) -> KalshiEnv:
    """Return the exchange: the flag's, else the environment's.

    Raises
    ------
    UsageError
        If neither names one.
    """
    if name is not None:
        return KalshiEnv(name)
    if environ_env is None:
        raise UsageError("choose an exchange: --env sim, demo or prod (or set KALSHI_ENV)")
    return environ_env
