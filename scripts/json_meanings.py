"""What documents and their keys mean: the words that no command's output holds."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Document:
    """One document: the command that prints it, what it is, and keys that mean something else."""

    command: str
    what: str
    keys: dict[str, str] = field(default_factory=dict)


_M = "python -m kalshi_alpha."
_SCAN = (
    "A scan of a series: verdict, forecasts, and every market either proposed or with its reason."
)

DOCUMENTS: dict[str, Document] = {
    "backtest": Document("kalshi-alpha backtest", "A replay of recorded events, summed up."),
    "bundle": Document("kalshi-alpha bundle", "The archive that was written, and its manifest."),
    "bundle-verify": Document(
        "kalshi-alpha bundle verify", "Whether an archive is as it was written."
    ),
    "config-show": Document("kalshi-alpha config show", "Every setting, secrets masked."),
    "daily": Document("kalshi-alpha daily --mode MODE", _SCAN),
    "dashboard": Document(
        "kalshi-alpha dashboard", "Printed once, as soon as the live page can be opened."
    ),
    "demo": Document(
        "kalshi-alpha demo; kalshi-alpha daily --mode full",
        "Each mode's own document, which has the shape of `daily`, with its exit code.",
    ),
    "doctor": Document("kalshi-alpha doctor", "Every check, with cause and remedy of what failed."),
    "evaluate": Document("kalshi-alpha evaluate", "Scores of one family, walk-forward."),
    "explain": Document(
        "kalshi-alpha explain", "The chain from distribution to decision, market by market."
    ),
    "housekeeping": Document(f"{_M}exec.housekeeping", "What was freed, and what had to be left."),
    "ingest": Document("kalshi-alpha ingest", "What each feed brought."),
    "init": Document("kalshi-alpha init", "The files of a new root."),
    "kill": Document("kalshi-alpha kill on|off|status", "The kill switch after the command."),
    "macro-calendar": Document(f"{_M}drivers.macro_calendar.cli", "Days with what falls on them."),
    "market-import": Document(f"{_M}exec.market_import", "What was imported of each recording."),
    "migrate": Document(f"{_M}exec.migrate", "The schemas of the stored files."),
    "monitors": Document("kalshi-alpha monitors", "The summary, and each monitor's file."),
    "monitors-freshness": Document(
        f"{_M}exec.monitors.freshness", "Every feed as the tables on disk show it."
    ),
    "orders-cancel-all": Document(
        "kalshi-alpha orders cancel-all", "Whether nothing of the account rests."
    ),
    "orders-list": Document("kalshi-alpha orders list", "What the order journal holds."),
    "orders-reconcile": Document(
        "kalshi-alpha orders reconcile", "The journal against the venue, with every break."
    ),
    "pilot": Document("kalshi-alpha pilot", "One session, from the first order to the last cent."),
    "ready": Document(
        "kalshi-alpha ready", "Whether a pilot may be held: what pilot_ready.json holds."
    ),
    "record": Document(
        "kalshi-alpha record",
        "What was recorded of each of the last days.",
        {"days": "A day each."},
    ),
    "record-seal": Document("kalshi-alpha record seal", "The manifests of the days sealed."),
    "record-verify": Document(
        "kalshi-alpha record verify", "Rebuilt books against every later snapshot, day by day."
    ),
    "report": Document("kalshi-alpha report", "The tear-sheets that were written."),
    "scan": Document("kalshi-alpha scan", _SCAN),
    "scoreboard": Document("kalshi-alpha scoreboard", "A board for each window of days."),
    "sim-demo-account": Document(
        "kalshi-alpha sim demo-account", "The practice root that was made."
    ),
    "sim-serve": Document(
        "kalshi-alpha sim serve",
        "Printed once, as soon as the exchange listens.",
        {"markets": "How many markets are listed."},
    ),
    "status": Document(
        "kalshi-alpha status",
        "The desk at one clock; with --watch one document a look.",
        {
            "fills": "The newest fills, from the journal or the ledger.",
            "orders": "Orders that may still trade.",
            "series": "What is decided of each family.",
            "files": "Every file that was read, and why one cannot be relied on.",
            "ladders": "The ladders of the newest scans, with model and book.",
            "monitors": "What each monitor's file says.",
        },
    ),
    "telemetry-shipper": Document(
        f"{_M}exec.telemetry.shipper", "The manifest of a day's package."
    ),
    "telemetry-smoke": Document(f"{_M}exec.telemetry.smoke", "What was written and read back."),
    "worlds": Document("kalshi-alpha worlds", "What ramp and guard made of years of known truth."),
    "ws-smoke": Document(
        f"{_M}dev.ws_smoke",
        "What was followed: each market's frames and where they were written down.",
        {"names": "Names such as TNEY-today that stood for markets, with those."},
    ),
}

TYPES: dict[str, dict[str, str]] = {
    "ready": {"": "kalshi_alpha.exec.ramp.readiness:Readiness"},
    "ingest": {"feeds[]": "kalshi_alpha.datastore.feed_summary:FeedSummary"},
    "record-seal": {"days[]": "kalshi_alpha.exec.recorder.raw_days:DaySeal"},
    "bundle": {"manifest": "kalshi_alpha.datastore.bundle_archive:BundleManifest"},
    "bundle-verify": {"manifest": "kalshi_alpha.datastore.bundle_archive:BundleManifest"},
}
"""Where a type of the code says more than documents do: the document, a key, or items of one."""

_MARKET = "kalshi_alpha.core.proposals.explained_market:ExplainedMarket"
NULLS: dict[str, dict[str, str]] = {
    "status": {"": "kalshi_alpha.exec.desk.desk:Desk"},
    "worlds": {"worlds{}": "kalshi_alpha.core.worlds.verdicts:WorldVerdict"},
    **{name: {"markets[]": _MARKET} for name in ("scan", "daily", "explain")},
    "demo": {"modes{}.markets[]": _MARKET},
}
"""Places whose values are of a type that says which of them may be null."""

NOT_READABLE = ("period", "quantity", "risk_unit", "series_ticker", "status", "closes_at", "unit")
"""Keys of an explained market that are null too where its ladder or its strike was not readable."""

BEYOND = frozenset({"Mean.se", "CapUse.share"})
"""Numbers that can be infinite, and are null then: an error over one seed, a share of no cap."""

MAPS: frozenset[str] = frozenset(
    {
        "modes",
        "worlds",
        "rules",
        "environ",
        "counts",
        "fill_alpha",
        "pool_weights",
        "cash",
        "unread",
    }
)
"""Objects by these names are maps: their own names differ from document to document."""

KEYS: dict[str, str] = {
    "alerts": "The alert log's newest lines.",
    "alerts_summary": "Alerts of the session, counted by kind.",
    "as_of": "The clock.",
    "at_risk_usd": "What the account can lose by its orders and positions.",
    "bankroll_usd": "Bankroll that Kelly fractions are of.",
    "baseline_scores": "Scores of each baseline.",
    "baselines": "The same figures for what needs no model.",
    "bins_bind": "Whether a bin of the honesty veto bound the session.",
    "blocks": "Whether it keeps live orders from being sent.",
    "breaks": "Every difference from the venue.",
    "brier": "Brier score.",
    "by": "The same figures by family, city, price, side, lead and month.",
    "by_year": "Scores year by year.",
    "bytes": "Bytes written.",
    "calibrated": "Whether coverage and PIT lie within their bands.",
    "calibration_sha256": "Hash of the calibration that was used.",
    "capital_hours": "Dollars times hours at risk.",
    "cash_after_usd": "Cash after the session.",
    "cash_before_usd": "Cash before the session.",
    "cause": "What was found.",
    "check": "Whether nothing was to be touched.",
    "checks": "One entry a check.",
    "clean": "Whether nothing differs.",
    "clock_source": "Whether the system gave the clock or somebody set it.",
    "closed": "Markets that do not trade at that time.",
    "config_sha256": "Hashes of the configuration that was used.",
    "config_weakened": "Settings looser than their baselines, a line each.",
    "confirmed": "Whether the venue confirmed it.",
    "connections_lost": "How often the stream was lost or could not be made.",
    "contracts_filled": "Contracts filled.",
    "contracts_posted": "Contracts posted.",
    "counts": "Checks by outcome.",
    "coverage90": "Share of outcomes within the 90 % interval.",
    "coverage90_band": "Where that share lies if the forecasts are right.",
    "crps": "Mean continuous ranked probability score, in the unit.",
    "cusum_state": "State of the sequential guard.",
    "daily_limit_bytes": "What a day may hold.",
    "data_freshness": "The feeds in one word.",
    "day": "The day, UTC.",
    "days": "One entry a day, or how many days.",
    "declarations": "By family, the declaration that was accepted, and since when orders count.",
    "decisions": "Decisions taken.",
    "delta_bps": "Realised less honest expected edge, basis points of payout.",
    "delta_se_bps": "Its standard error.",
    "detail": "More words; empty if there is nothing to add.",
    "dm": "Diebold-Mariano tests against each baseline.",
    "dm_p": "p-value of the Diebold-Mariano test against the random walk.",
    "drawdown": "Largest fall of profit from its peak.",
    "dry_only": "Why proposals may only be looked at; null if they may be sent.",
    "dry_run": "Whether nothing was touched.",
    "e_value": "Evidence against no edge; 20 is strong.",
    "edge_expected_bps": "Honest expected edge of fills.",
    "edge_realised_bps": "Realised edge of fills.",
    "effect": "What follows from it.",
    "ended_at": "When the session ended.",
    "env": "The venue.",
    "environ": "Variables that point a client at it.",
    "environment": "The venue whose books were read, or offline.",
    "ev_honesty_bins": "Expected against realised edge, by bin of the expected one.",
    "events": "Events by kind, or how many.",
    "exit_code": "What the process ended with.",
    "exposure": "Every cap with what is used of it.",
    "families": "Families of the practice ledger.",
    "family": "The family.",
    "fault": "Why the ledger could not be read; empty if it was.",
    "faults": "Everything wrong with the archive.",
    "feeds": "One entry a feed.",
    "fees": "Fees paid, dollars.",
    "fees_usd": "Fees paid, dollars.",
    "fidelity": "How far the recording allows fills to be known.",
    "figure": "What is compared with the threshold.",
    "file": "Path of the archive.",
    "files": "Files that were written.",
    "fill_alpha": "Expected fill ratio, and where it came from.",
    "fill_ratio": "Contracts filled of those posted.",
    "fill_ratio_ci90": "Its 90 % interval.",
    "fill_realism_gap": "Simulated less realised fill ratio, points.",
    "fills": "Fills.",
    "first": "First day.",
    "forecasts": "Distributions, one a quantity and period.",
    "forecasts_refused": "Forecasts that were refused, with the reason.",
    "freed_bytes": "Bytes freed.",
    "freshness": "Every feed as it was judged.",
    "generated_at": "When it was made, or the decision clock.",
    "grid": "Variants that were tried, and the correction for choosing among them.",
    "gross_pnl": "Profit before fees, dollars.",
    "guard": "How long the guard ran, row by row; empty unless asked for.",
    "healthy": "Whether no check failed.",
    "heartbeat": "The last sign of life of a session.",
    "held_by": "Who holds the account; null if nobody does.",
    "held_bytes": "Bytes that are kept.",
    "inputs": "What was read, with hashes.",
    "into": "Folder of the tables.",
    "journal": "Path of the order journal.",
    "kill_switch": "The kill switch; doubt counts as on.",
    "known_until": "Last day on which each kind of event is known.",
    "label": "Set where a threshold was loosened; such a decision is never GO.",
    "ladders": "One entry an event.",
    "largest_day_bytes": "Bytes of the fullest day.",
    "last": "Last day.",
    "leads": "Scores by lead.",
    "ledger_generated_at": "When the ledger was refreshed; null without one.",
    "left": "What had to be left, and why.",
    "left_out": "What was left out, and why.",
    "lines": "Lines.",
    "locked": "Whether a session holds the account.",
    "log_score": "Mean logarithmic score.",
    "lookahead": "What the look-ahead check found; null unless asked for.",
    "mae": "Mean absolute error of the mean.",
    "manifest": "The archive's manifest: members with hashes, and what is missing.",
    "mark_outs": "Profit of fills after a minute, five, thirty and at the close.",
    "markets": "One entry a market.",
    "metadata": "What the strategy adds about its forecast.",
    "mode": "OFFLINE, PAPER, SIM, DEMO or LIVE: what carries orders.",
    "model_quality": "The quality gates, with the figures that they were judged by.",
    "models": "Models that were tried.",
    "modes": "One document a mode of the daily pipeline.",
    "monitor": "Which monitor.",
    "monitors": "One entry a monitor.",
    "n": "How many forecasts were scored.",
    "n_units": "Independent pieces of news among them.",
    "name": "The family or series that was recorded.",
    "net_pnl": "Profit after fees, dollars.",
    "net_pnl_ci90": "Its 90 % interval.",
    "not_proposed": "Markets that were not proposed, each with the first thing that stopped it.",
    "note": "Why it was accepted; empty if nothing was.",
    "notes": "Sentences that belong to the figures.",
    "now": "The exchange's time.",
    "offline": "Whether no publisher was asked.",
    "ok": "Whether the state that was wanted is reached, or all is as it was written.",
    "order_states": "Orders by their last state.",
    "orders": "Orders.",
    "orders_filled": "Orders with a fill.",
    "orders_refused": "Orders that were refused.",
    "overall": "The decision over all families.",
    "package": "Path of the package; empty without telemetry of that day.",
    "package_sha256": "Its hash.",
    "paid_out_usd": "What settled markets paid.",
    "passed": "Markets that were not traded, by reason.",
    "path": "The file, absolute.",
    "paused": "Whether nothing trades at that time.",
    "pit_mean": "Mean of the probability integral transform; 0.5 is right.",
    "pit_sd": "Its standard deviation.",
    "pit_sd_band": "Where that lies if the forecasts are right.",
    "pit_sd_expected": "What it would be if the forecasts are right.",
    "policy": "Thresholds of the decision.",
    "pool_weights": "Weights of our model and the market.",
    "positions": "Positions after the session.",
    "positions_e2": "Net contracts by market, in hundredths; NO is negative.",
    "practice": "Whether practice counts below this root.",
    "profit": "Profit by mode; modes are never added up.",
    "profit_usd": "Profit of the session.",
    "proposals": "Post-only orders that are proposed.",
    "quantities": "Scores by quantity.",
    "reconciliation": "The journal against the venue.",
    "refused": "Reasons of the gate, if it refused the session.",
    "releases": "What each series waits for.",
    "remedy": "What to do.",
    "required_feeds_ok": "Whether every required feed is in order.",
    "rmse": "Root mean squared error of the mean.",
    "root": "The root, absolute.",
    "rounds": "Rounds of quoting.",
    "rows": "Rows by table.",
    "rules": "Files and bytes by rule.",
    "said": "What is known of the orders.",
    "schema": "Version of this document's shape.",
    "scoreboards": "One entry a window of days.",
    "second_orders": "Orders that the venue holds under an id that another one has.",
    "seconds": "Seconds that it took.",
    "seed": "Seed of all chance.",
    "seeds": "First and last seed.",
    "series": "The family or ticker, or one entry a family.",
    "session": "Name of the session.",
    "settings": "Settings of the replay.",
    "settled_fills": "Fills that settled.",
    "sha256": "Hash of the archive.",
    "size": "Bytes of the archive.",
    "size_multiplier": "Share of the pilot's caps by the ramp.",
    "skill": "Skill against each baseline.",
    "skill_by_city": "Skill city by city.",
    "skill_vs_climatology": "1 less the CRPS ratio to climatology.",
    "skill_vs_guidance": "1 less the CRPS ratio to the guidance.",
    "skill_vs_market": "1 less the CRPS ratio to the market.",
    "skill_vs_random_walk": "1 less the CRPS ratio to the random walk.",
    "skill_vs_rolling": "1 less the CRPS ratio to the rolling mean.",
    "solutions": "Times that sizes were solved for.",
    "source": "Path of the telemetry.",
    "source_sha256": "Its hash.",
    "sources": "One entry a recording.",
    "state": "on or off.",
    "stations": "Scores by station.",
    "status": "The verdict in one word.",
    "stopped": "Series that are stopped, and why.",
    "summary": "The summary of all monitors.",
    "t_stat": "t-statistic of the difference, clustered by piece of news.",
    "taker_fills": "Fills that took; there must be none.",
    "threshold": "What the figure may be.",
    "thresholds": "What a proposal must pass.",
    "torn_lines": "Lines that were cut off and left out.",
    "trades": "Trades seen in the session.",
    "unit": "Unit of the figures.",
    "units": "Independent pieces of news.",
    "unread": "Newest scans that cannot be read, by series, and why.",
    "url": "Where it listens.",
    "value_at_risk": "Value at risk of the proposals, and its limit.",
    "values": "One entry a setting.",
    "verdict": "GO or not, with every reason.",
    "what": "What was acted on.",
    "withheld": "Markets whose proposals were withheld.",
    "worlds": "One entry a world.",
    "worst_period": "The stretch with the worst scores.",
    "years": "Length of a life.",
}
