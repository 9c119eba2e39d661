"""A notebook in two files: `NAME.md`, to be read and edited, and `NAME.ipynb`, the same with what its cells printed.

`python docs/tools/notebook.py docs/NAME.md OUT` runs the first on the tables of OUT and writes the second.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

_CELL = re.compile(r"^```python\n(.*?)^```\n", re.M | re.S)


def run(page: Path, out: Path) -> Any:
    """The notebook of a page with its cells run by Jupyter; `output/` is what they find there for OUT.

    Raises nbclient's CellExecutionError where a cell fails.
    """
    import jupytext
    from nbclient import NotebookClient

    notebook = jupytext.read(page)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    where = {"metadata": {"path": str(out.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    return _plain(notebook)


def _plain(notebook: Any) -> Any:
    """Without what differs from run to run: times, ids, the machine's Python."""
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.clear()
    return notebook


def with_outputs(text: str, notebook: Path) -> str:
    """The page with what each of its cells printed behind it."""
    import nbformat

    printed = [_printed(cell) for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    left = iter(printed)
    return _CELL.sub(lambda cell: f"{cell[0]}\n{next(left, '')}\n", text)


def _printed(cell: Any) -> str:
    """The outputs of a cell as HTML that Markdown leaves alone."""
    shown = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            shown.append(f'<div class="output">{"".join(data["image/svg+xml"])}</div>')
        elif "text/html" in data:
            shown.append(f'<div class="output">{"".join(data["text/html"])}</div>')
        elif output.output_type == "stream":
            shown.append(f"```text\n{output.text.rstrip()}\n```")
        elif "text/plain" in data:
            shown.append(f"```text\n{data['text/plain'].rstrip()}\n```")
    return "\n\n".join(shown)


def main() -> None:
    """Write the notebook with its outputs beside the page named."""
    import nbformat

    if len(sys.argv) != 3:
        sys.exit("usage: python docs/tools/notebook.py docs/NAME.md OUT")
    page, out = Path(sys.argv[1]), Path(sys.argv[2])
    nbformat.write(run(page, out.resolve()), page.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
