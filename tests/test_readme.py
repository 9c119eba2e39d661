"""What the README says is so: its example runs, its commands and options exist, its two commands come first."""

from __future__ import annotations

import re
import subprocess
import sys

import click
from conftest import ROOT

from pipeline.command_line.cli import commands, read_here

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_two_commands_come_first_and_are_targets() -> None:
    first_block = README.split("```")[1]
    assert re.findall(r"^make (\w+)", first_block, re.M) == ["run", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test", "lock", "setup"):
        assert re.search(rf"^{target}:", makefile, re.M)
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_command_and_option_in_the_readme_exists() -> None:
    group = commands("en", read_here)
    blocks = "".join(README.split("```")[1::2])
    named = re.findall(r"^besshi (\w+(?: [a-z]+)?)(.*)$", blocks, re.M)
    assert {name for name, _ in named} >= {"extract", "show", "doctor", "nightly", "sources check", "archive verify"}
    for name, rest in named:
        command: click.Command = group
        for word in name.split():
            assert isinstance(command, click.Group), name
            command = command.commands[word]
        options = {opt for param in command.params if isinstance(param, click.Option) for opt in param.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= options, name


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("30 ")


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
