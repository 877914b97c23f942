"""Write ``docs/runbook/monitors.md`` from the monitors in the code; ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from kalshi_alpha.config.monitors import MonitorSettings, load_monitors
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "runbook" / "monitors.md"
SESSION = (Monitor.WEBSOCKET, Monitor.AUTH_ERROR_STREAK)

_HEAD = """\
# Monitors and alerts

<!-- Written by scripts/write_monitors.py from the code; do not edit. -->

`make monitors` (or `python -m kalshi_alpha.exec.monitors.cli`, every five minutes by its timer)
runs all of them. Each writes [a file](../reference/files/monitors.md) below
`reports/_artifacts/monitors/`; the blocks in the newest report of each series and in `REPORT.md`
at the root are refreshed, all else in them stays byte for byte.

| status | meaning | stops live trading |
|---|---|---|
| `OK` | in order | no |
| `ALERT` | what is said below under *cause* | yes: the series it names, all if it names none |
| `NO_DATA` | there is nothing to look at | where this page says so |
| `STALE` | what there is is too old | where this page says so |

Exit code 0: nothing stops live trading. 3: something does. `--series TNEY` judges one family
alone and writes the files of all. Thresholds are those of `configs/monitors.yaml`, and each is a
flag: a tighter one holds for the run, a looser one is shown and closes the gate of live orders
(`config_weakened`) until the monitors run without it. A looser file does the same, and the agreed
values are judged by.

```bash runnable exit=3
python -m kalshi_alpha.exec.monitors.cli --series TNEY
```

On a desk that has ingested no feed yet this ends with 3: there is nothing to trade by.

## When several alert

Every alert goes to `data/proc/state/alerts.jsonl`, which only grows. **Three distinct monitors
with an alert inside any thirty minutes are a panic** (`panic_backoff`): nothing is proposed or
sent until New York's day ends, also if the alerts clear meanwhile. {scheduled} does not count:
its alert is the calendar's. A line of that log that cannot be read counts as a panic, and the
message names it.

A memo lifts a panic, a freeze or the sequential guard earlier. It is a file in
`data/proc/state/memos/`:

```json
{{"schema": 2, "generated_at": "2025-06-11T15:00:00Z", "until": "2025-06-11T20:00:00Z",
 "who": "name of who signs", "why": "what was found and done", "reason": "freeze_window",
 "series": "CPI"}}
```

* `panic_backoff`, without `series`: lifts the panic whose third alert came before the memo was
  made, and ends at the latest with the New York day of `generated_at`.
* `freeze_window`, with the family as `series`: lifts that family's freeze that began before the
  memo was made, and ends at the latest 36 hours after `generated_at`.
* `sequential_alert`, with the family as `series`: resets that family's guard once, at the next
  `make monitors`, if its alarm was noticed before the memo was made.

A memo lifts only what began before it was made, and only while it holds. An alert of later that
makes three within thirty minutes begins a panic anew, so sign once the alerts are over; a freeze
before a scan window and the one after it are two. A memo of schema 1 lifts nothing, and
`make monitors` names it as it names one that cannot be read. What is lifted is recorded: in the
verdict (`lifted`), in `summary.json` and in the alert log; the guard's reset is written into its
own log. Gate, ramp and monitors go by the same rule. No memo lifts the kill switch or stale feeds.

**One fault is one alert.** Where several monitors look at the same source and it cannot be read,
the first of them alerts; the others say `NO_DATA`, name it, and stop live trading all the same.

## Who is told

`KALSHI_MONITOR_SLACK_WEBHOOK` posts to Slack. `KALSHI_MONITOR_NOTIFY_URL` takes the address of
any other service that apprise knows (extra `[notify]`). A message is sent when an alert begins or
ends, for a monitor or for one more series of it, and whenever what stops live trading changes,
also without an alert; the same one once in {repeat} minutes. It takes two seconds at most, stops
nothing, and no address is ever shown.
"""


def page() -> str:
    """Return the whole page."""
    settings = load_monitors(REPOSITORY / "configs" / "monitors.yaml").value
    scheduled = ", ".join(f"`{monitor}`" for monitor in settings.scheduled)
    head = _HEAD.format(scheduled=scheduled, repeat=settings.notify.repeat_minutes)
    return head + "".join(_section(monitor, settings) for monitor in Monitor)


def _section(monitor: Monitor, settings: MonitorSettings) -> str:
    text = TEXTS[monitor]
    return (
        f"\n## `{monitor}`\n\n"
        f"Figure: {text.measures}, in {text.unit}. {_missing(monitor, settings)}\n\n"
        f"* **Cause:** {text.cause}.\n"
        f"* **Effect on trading:** {text.effect}.\n"
        f"* **Remedy:** {text.remedy}.\n"
    )


def _missing(monitor: Monitor, settings: MonitorSettings) -> str:
    names = [
        word
        for word, listed in (
            ("NO_DATA", settings.no_data_blocks),
            ("STALE", settings.stale_blocks),
        )
        if monitor in listed
    ]
    if names:
        return f"{' and '.join(names)} stops live trading too."
    if monitor in SESSION:
        return (
            "NO_DATA and STALE stop live trading only while a session runs, or if one of today "
            "left no telemetry."
        )
    return "NO_DATA and STALE stop nothing."


def main() -> int:
    """Write the page, or with ``--check`` say whether it is up to date."""
    if "--check" in sys.argv[1:]:
        same = PAGE.is_file() and PAGE.read_text() == page()
        if not same:
            print(f"{PAGE.name} is not what the code says: run python scripts/write_monitors.py")
        return 0 if same else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
