from __future__ import annotations

import pytest

from kalshi_alpha.exec.worlds.__main__ import main


def test_an_unknown_world_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--world", "mars"]) == 2
    assert "unknown world 'mars'" in capsys.readouterr().err


def test_no_seed_at_all_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "0"]) == 2
    assert "--seeds" in capsys.readouterr().err
