"""Makes the site of the pages: what MkDocs is to do with each (see mkdocs.yml, `hooks`).

The pages stand in the order of `ORDER`, any other page behind them. Each is built once a language (`languages`), with
what a notebook printed put in, and links to files outside docs/ said by name, for the site has no such files.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from languages import in_language
from mkdocs.plugins import event_priority
from notebook import with_outputs

ORDER = (
    "index.md",
    "report.md",
    "recipes.md",
    "analysis.md",
    "tables.md",
    "accuracy.md",
    "glossary.md",
    "adding-an-office.md",
    "add-a-form.md",
    "vocabularies.md",
    "review.md",
    "operations.md",
    "large-collections.md",
    "performance.md",
    "scaling.md",
    "security.md",
)
"""How a reader goes through the pages: use the tables, trust them, then run and extend what makes them."""

INCLUDED = re.compile(r"<!-- include: (\S+) -->\n?")
MADE = re.compile(r"\A(?:<!--.*?-->\s*)+", re.S)
"""What stands in front of a page's heading, which MkDocs would then not take for its title."""

OUTSIDE = re.compile(r"\[([^\]\n]+)\]\((\.\./[^)#]+)(?:#[^)]*)?\)")
FOLDERS = ("en",)
"""The languages that have a folder of the site to themselves; Japanese has the rest."""

PAGES = {"../SECURITY.md": "security.md"}


def on_config(config: Any) -> Any:
    """Put the pages in order."""
    there = sorted(path.name for path in Path(config["docs_dir"]).glob("*.md"))
    config["nav"] = [name for name in ORDER if name in there] + [name for name in there if name not in ORDER]
    return config


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """The page in the language that is being built."""
    del files
    folder = Path(config["docs_dir"])
    text = MADE.sub("", INCLUDED.sub(lambda found: _body(folder / found[1]), markdown), 1)
    text = in_language(text, page.file.locale_alternate_of)
    notebook = (folder / page.file.src_uri).with_suffix(".ipynb")
    if notebook.exists():
        text = with_outputs(text, notebook)
    return OUTSIDE.sub(_inside, text)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Let pages of a language in a folder of its own search there."""
    del config
    return output.replace('"base": ".."', '"base": "."', 1) if page.file.locale_alternate_of in FOLDERS else output


@event_priority(-200)
def on_post_build(config: Any) -> None:
    """Give each language the words to search in, and the list of pages in which the theme looks for the other one's."""
    site = Path(config["site_dir"])
    index = site / "search" / "search_index.json"
    for lang in FOLDERS:
        folder, said = site / lang, json.loads(index.read_text(encoding="utf-8"))
        own = [entry for entry in said["docs"] if entry["location"].startswith(f"{lang}/")]
        if not own:
            continue
        others = [entry for entry in said["docs"] if not entry["location"].startswith(f"{lang}/")]
        here = [{**entry, "location": entry["location"].removeprefix(f"{lang}/")} for entry in own]
        (folder / "search").mkdir(exist_ok=True)
        for path, docs in ((index, others), (folder / "search" / index.name, here)):
            path.write_text(json.dumps({**said, "docs": docs}, ensure_ascii=False), encoding="utf-8")
        shutil.copy(site / "sitemap.xml", folder)


def _body(path: Path) -> str:
    """A file without the heading that the page which includes it has itself."""
    return path.read_text(encoding="utf-8").partition("\n")[2]


def _inside(link: re.Match[str]) -> str:
    """A link out of docs/ as one to the page that has it, else the name of the file."""
    words, target = link[1], link[2]
    if target in PAGES:
        return f"[{words}]({PAGES[target]})"
    name = target.removeprefix("../")
    return f"`{name}`" if words.strip("`") == name else f"{words} (`{name}`)"
