from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.datastore.closing_mids import MidAttempt, read_mid_attempts, write_mid_attempts
from order_cases import AT, later


def test_attempts_are_read_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "state/closing_mids_prod.json"
    assert read_mid_attempts(path) == {}
    found = {
        "KXCPI-26NOV-T0.3": MidAttempt(attempts=2, asked_at=AT, why="stale"),
        "KXCPI-26NOV-T0.2": MidAttempt(attempts=1, asked_at=later(60), why="wide"),
    }
    write_mid_attempts(path, found, AT)
    assert read_mid_attempts(path) == found
    text = path.read_text()
    assert text.index("T0.2") < text.index("T0.3")


ONE = '{"schema":1,"generated_at":"2026-11-26T15:00:00Z","markets":{"A":%s}}'


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b'{"schema":1', TornFile),
        (b'{"schema":2,"markets":[]}', NewerSchema),
        (b"\xff", TornFile),
        ((ONE % '{"attempts":1,"why":"wide"}').encode(), TornFile),
        ((ONE % '{"attempts":1,"asked_at":"2026-11-26T15:00:00","why":""}').encode(), TornFile),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_and_left(
    tmp_path: Path, text: bytes, error: type[Exception]
) -> None:
    path = tmp_path / "closing_mids_prod.json"
    path.write_bytes(text)
    with pytest.raises(error, match="closing_mids_prod"):
        read_mid_attempts(path)
    assert path.read_bytes() == text


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TornFile, match="cannot be read"):
        read_mid_attempts(tmp_path)
