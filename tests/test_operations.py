"""What docs/operations.md says is so: its commands and settings exist, its codes are the program's."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields

import click
import yaml
from conftest import ROOT

from pipeline.command_line.cli import commands, read_here
from pipeline.night import web_errors
from pipeline.night.fetching import Manners

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_command_and_option_exists() -> None:
    named = re.findall(r"(?:^|bin/)besshi ((?:\w+ ?)+)((?: ?--\w+(?: [^\s`-]\S*)?)*)", PAGE, re.M)
    assert len(named) > 5
    for words, rest in named:
        found: click.Command = commands("en", read_here)
        for word in words.split():
            assert isinstance(found, click.Group), words
            found = found.commands[word]
        options = {option for param in found.params if isinstance(param, click.Option) for option in param.opts}
        assert set(re.findall(r"--\w+", rest)) <= options, words


def test_every_code_of_the_web_is_explained_and_no_other() -> None:
    codes = {kind.code for kind in vars(web_errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", PAGE, re.M)
    explained = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}
    assert codes <= explained


def test_the_manners_in_the_list_of_offices_are_the_defaults() -> None:
    text = (ROOT / "sources.toml").read_text(encoding="utf-8")
    shown = "\n".join(re.findall(r"^# (\w+ = [\d_.]+)", text, re.M))
    assert tomllib.loads(shown) == {field.name: field.default for field in fields(Manners)}


def test_the_deployment_is_the_flow_at_two_in_tokyo() -> None:
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (schedule,) = deployment["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 2 * * *", "Asia/Tokyo")
    source = (ROOT / "flows.py").read_text(encoding="utf-8")
    assert 'HOUR, ZONE = "0 2 * * *", "Asia/Tokyo"' in source
    assert deployment["entrypoint"] == "flows.py:nightly"
    (parameters,) = re.findall(r"def nightly\(\n(.*?)\) -> Night", source, re.S)
    assert set(deployment["parameters"]) <= set(re.findall(r"(\w+):", parameters))


def test_every_linked_file_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", PAGE) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / "docs" / link).exists(), link
