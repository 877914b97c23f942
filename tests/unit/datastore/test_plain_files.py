from __future__ import annotations

import os
from pathlib import Path

import pytest

from kalshi_alpha.datastore.plain_files import NotPlain, plain_names, read_plain, read_tail


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_bytes(b"0123456789")
    return tmp_path


def test_a_file_is_read_whole(root: Path) -> None:
    assert read_plain(root, "a/b/file", 10) == b"0123456789"


def test_a_file_above_the_limit_is_refused(root: Path) -> None:
    with pytest.raises(NotPlain, match="10 bytes, at most 9"):
        read_plain(root, "a/b/file", 9)


@pytest.mark.parametrize("name", ["a/b/none", "a/none/file", "none"])
def test_an_absent_file_is_not_there(root: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_plain(root, name, 10)


@pytest.mark.parametrize("name", ["link", "a/link", "to_a/b/file", "a/b/file/x"])
def test_a_link_is_not_followed_wherever_it_stands(root: Path, name: str) -> None:
    (root / "link").symlink_to(root / "a/b/file")
    (root / "a/link").symlink_to("b/file")
    (root / "to_a").symlink_to("a")
    with pytest.raises(NotPlain, match="links are not followed"):
        read_plain(root, name, 10)


def test_a_pipe_a_folder_and_a_socket_are_no_files(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(NotPlain, match="no plain file"):
        read_plain(root, "pipe", 10)
    with pytest.raises(NotPlain, match="no plain file"):
        read_plain(root, "a", 10)


def test_the_tail_is_the_end_as_it_was_when_the_file_was_opened(root: Path) -> None:
    assert read_tail(root, "a/b/file", 4) == (b"6789", 6)
    assert read_tail(root, "a/b/file", 40) == (b"0123456789", 0)


def test_names_are_sorted_and_none_are_found_behind_a_link(root: Path) -> None:
    (root / "a/z").write_bytes(b"")
    (root / "to_a").symlink_to("a")
    assert plain_names(root, "a") == ["b", "z"]
    assert plain_names(root, "to_a") == plain_names(root, "none") == plain_names(root, "a/z") == []
