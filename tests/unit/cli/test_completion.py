from __future__ import annotations

import pytest

from kalshi_alpha.cli.completion import command


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_of_a_shell_asks_the_command_itself(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([shell], standalone_mode=False) == 0
    script = capsys.readouterr().out
    assert f"_KALSHI_ALPHA_COMPLETE={shell}_complete" in script
    assert "kalshi-alpha" in script
