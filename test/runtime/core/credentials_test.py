"""Secrets are known by the names of their variables, and shown nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wheel_pipeline.core.console import Console
from wheel_pipeline.core.credentials import masked, secrets
from wheel_pipeline.gate import process


def test_secrets_are_known_by_name_and_in_addresses() -> None:
    environ = {
        "GH_TOKEN": "ghp_123456",
        "AWS_SECRET_ACCESS_KEY": "abcdefgh",
        "DB_PASSWORD": "correct horse",
        "PIP_INDEX_URL": "https://me:pass-word@example.com/simple",
        "TOKENIZERS_PARALLELISM": "false-or-true",
        "SHORT_TOKEN": "true",
        "HOME": "/home/me",
    }
    assert secrets(environ) == {
        "GH_TOKEN": "ghp_123456",
        "AWS_SECRET_ACCESS_KEY": "abcdefgh",
        "DB_PASSWORD": "correct horse",
        "PIP_INDEX_URL": "pass-word",
    }


def test_githubs_tokens_are_known_wherever_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_PASSWORD", "correct horse")
    said = "ghs_0123456789abcdef, github_pat_11AAAAAAA0_bbbbbbbbbb and correct horse, not ghost_like or gha_run"
    assert masked(said) == "***, *** and ***, not ghost_like or gha_run"
    assert masked("correct horse", []) == "correct horse"


def test_neither_the_terminal_nor_the_log_shows_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_TOKEN", "hidden-value")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    console = Console()
    console.open_log(tmp_path / "x.log")
    console.say("it is hidden-value")
    console.record("it is hidden-value")
    console.error("it is hidden-value")
    console.close_log()
    said = "".join(capsys.readouterr())
    assert "hidden-value" not in said and said.count("it is ***") == 3
    assert (tmp_path / "x.log").read_text().count("it is ***") == 3
    assert "hidden-value" not in (tmp_path / "x.log").read_text()


def test_a_check_leaves_no_secret_in_its_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_TOKEN", "do-not-tell")
    program = "import os, sys; print('said', os.environ['UPLOAD_TOKEN']); sys.exit(os.environ['UPLOAD_TOKEN'])"
    argv = [sys.executable, "-c", program]
    ended = process.execute(argv, 60, tmp_path / "logs/check", tmp_path, tmp_path, {})
    assert ended.stdout.splitlines() == ["said ***"]
    assert ended.stderr_log.read_text().splitlines() == ["***"]
    assert all(b"do-not-tell" not in path.read_bytes() for path in (tmp_path / "logs").iterdir())
