"""What a user sees of a batch: progress while it goes, a summary when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipeline.batch.batch import Listener
from pipeline.batch.run_lock import Holder
from pipeline.batch.runs import Job, Outcome, Run
from pipeline.messages import Lang, message
from pipeline.names import on_one_line

PIPED_WIDTH = 120
"""Columns of the summary where there is no terminal to ask."""


class ProgressListener(Listener):
    """Two bars on standard error, documents and pages; nothing where that is no terminal. Use in a `with` block."""

    def __init__(self, lang: Lang, console: Console | None = None) -> None:
        self._lang = lang
        console = console or Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[file]}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._lock = threading.Lock()
        self._pages_of: dict[Job, tuple[int, int]] = {}
        self._read = self._of = 0

    def __enter__(self) -> ProgressListener:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def on_wait(self, holder: Holder | None) -> None:
        who = holder or Holder(0, "?", "?")
        said = message("run.waiting", self._lang, **asdict(who))
        self._bars.console.print(escape(said), soft_wrap=True, highlight=False)

    def on_plan(self, jobs: Sequence[Job]) -> None:
        self._documents = self._bars.add_task(message("progress.documents", self._lang), total=len(jobs), file="")
        self._pages = self._bars.add_task(message("progress.pages", self._lang), total=None, file="")

    def on_page(self, job: Job, done: int, total: int) -> None:
        with self._lock:
            # the difference, because to add up ten thousand documents at each page would take longer than the page
            before, of_before = self._pages_of.get(job, (0, 0))
            self._pages_of[job] = (done, total)
            self._read, self._of = self._read + done - before, self._of + total - of_before
            self._bars.update(self._pages, completed=self._read, total=self._of, file=on_one_line(job.name))

    def one_document(self, name: str) -> Callable[[int, int], None]:
        """For a command that reads one document alone: what to call as its pages are read."""
        pages = self._bars.add_task(message("progress.pages", self._lang), total=None, file=on_one_line(name))
        return lambda done, total: self._bars.update(pages, completed=done, total=total)

    def on_done(self, job: Job, outcome: Outcome) -> None:
        del job, outcome
        self._bars.advance(self._documents)


def print_summary(run: Run, lang: Lang, console: Console | None = None) -> None:
    """The closing summary on standard output: what was read, the tables, then each document that was not read."""
    console = console or Console()
    if not console.is_terminal:
        console = Console(file=console.file, width=max(PIPED_WIDTH, len(str(run.record)) + 40))
    for title, table in _tables(run, lang):
        console.print(title, style="bold", soft_wrap=True)
        console.print(table)
    for line in failure_lines(run, lang):
        console.print(escape(line), soft_wrap=True, highlight=False)


def failure_lines(run: Run, lang: Lang) -> list[str]:
    """A line for each document not read, and one for what else went wrong; empty when all went well."""
    lines = [f"{on_one_line(outcome.file)}: {outcome.sentence(lang)}" for outcome in run.failed]
    if lines:
        lines.insert(0, f"{message('summary.failures', lang)}:")
    if run.partial:
        lines.append(f"{message('summary.partial', lang)}:")
        lines += [f"{on_one_line(outcome.file)}: {outcome.sentence(lang)}" for outcome in run.partial]
    if run.disk_full:
        lines.append(message("run.disk_full", lang))
    if run.record_error:
        lines.append(message("run.record_failed", lang, detail=run.record_error))
    if run.tables_error:
        lines.append(message("run.tables_failed", lang, detail=run.tables_error))
    if run.stopped:
        lines.append(message("run.stopped", lang))
    return lines


def summary_lines(run: Run, lang: Lang) -> list[tuple[str, str]]:
    """The figures of a run, each with its name."""
    return [
        (
            message("summary.documents", lang),
            message("summary.documents_value", lang, read=len(run.read), failed=len(run.failed))
            + (f" {message('summary.known', lang, known=run.known)}" if run.known else ""),
        ),
        (message("summary.pages", lang), str(run.pages)),
        (message("summary.cases", lang), str(run.cases)),
        (message("summary.findings", lang), message("summary.findings_value", lang, **run.severities)),
        (message("summary.where", lang), str(run.out / "tables")),
        (message("summary.record", lang), str(run.record)),
    ]


def summary_markdown(run: Run, lang: Lang) -> str:
    """The summary and the failures as Markdown."""
    lines = [f"# {message('summary.title', lang)}", "", "| | |", "|---|---|"]
    lines += [f"| {_cell(name)} | {_cell(value)} |" for name, value in summary_lines(run, lang)]
    if failures := failure_lines(run, lang):
        lines += ["", *(f"- {_cell(line)}" for line in failures)]
    if run.rows:
        lines += ["", f"| {message('summary.table', lang)} | {message('summary.rows', lang)} |", "|---|---:|"]
        lines += [f"| {name} | {count} |" for name, count in run.rows.items()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _tables(run: Run, lang: Lang) -> list[tuple[str, Table]]:
    figures = Table(show_header=False)
    figures.add_column(no_wrap=True)
    figures.add_column(overflow="fold")
    for name, value in summary_lines(run, lang):
        figures.add_row(name, escape(value))
    titled = [(message("summary.title", lang), figures)]
    if not run.rows:
        return titled
    rows = Table()
    rows.add_column(message("summary.table", lang))
    rows.add_column(message("summary.rows", lang), justify="right")
    for name, count in run.rows.items():
        rows.add_row(name, f"{count:,}")
    return [*titled, (message("summary.tables", lang), rows)]
