"""Who may import whom, and what a command may not load before it needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

HEAVY = ("spacy", "prefect", "pandas", "pyarrow", "numpy", "cv2", "onnxruntime", "pdfplumber")


def modules_after(code: str) -> set[str]:
    """The top-level modules that a new interpreter has loaded after `code`."""
    asked = f"import json, sys; {code}; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_layers_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("package", "line"),
    [("extractors", "import pipeline"), ("pipeline", "import prefect"), ("extractors", "from flows import main")],
)
def test_the_check_of_the_layers_sees_a_breach(package: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name in ("extractors", "pipeline"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / package / "breach.py").write_text(f"{line}\n")
    assert lint_imports(tmp_path).returncode == 1


def test_no_module_of_the_two_packages_loads_prefect() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in ("extractors", "pipeline")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    ]
    assert len(names) > 20
    assert "prefect" not in modules_after(f"import {', '.join(names)}")


def test_the_command_line_starts_without_what_is_heavy() -> None:
    loaded = modules_after("from pipeline.command_line.cli import main; main(['extract', '--help'])")
    assert "click" in loaded
    assert not loaded & set(HEAVY)


def test_a_document_of_text_is_read_without_what_recognises_and_what_writes_tables() -> None:
    sample = ROOT / "tests" / "diagrams" / "library.pdf"
    loaded = modules_after(
        "from pathlib import Path; from pipeline.documents.document import extract_document; "
        "from pipeline.extraction import Source; "
        f"read = extract_document(Path({str(sample)!r}).read_bytes(), Source('library.pdf')); assert read.rows['pages']"
    )
    assert "pdfplumber" in loaded
    assert not loaded & {"cv2", "onnxruntime", "rapidocr", "pytesseract", "pandas", "pyarrow", "PIL", "spacy"}
