"""An order that a session left resting, and a command in place of the one that cancels it."""

from __future__ import annotations

import functools
import json
import sqlite3

import pytest

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec import emergency_cancel


def rest_an_order(paths: Paths) -> None:
    """Write a journal with an order whose fate nobody knows."""
    paths.state.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(paths.order_journal)
    database.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    event = {"kind": "intended", "client_order_id": "c-1", "intent": {"contracts": {"e2": 100}}}
    database.execute("INSERT INTO events (body) VALUES (?)", (json.dumps(event),))
    database.commit()
    database.close()


def cancel_with(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a script be what ``kill on`` starts to cancel everything."""
    command = functools.partial(emergency_cancel.cancel_what_rests, command=("-c", script))
    monkeypatch.setattr(emergency_cancel, "cancel_what_rests", command)
