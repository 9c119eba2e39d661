# make run    set up everything and read samples/ into output/
# make test   set up everything and run all checks and tests
# make bench  measure speed and memory, into docs/performance.md (make bench BENCH=--quick: fewer runs)
# make docs   build the documentation into site/
# make setup  set up only;  make lock  pin all dependencies anew (maintainers);  make clean  forget the set-up

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: run test bench setup tesseract tools docs screenshots lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Redone only when what it depends on changed, or when another Python is asked for.
STAMP := $(VENV)/.set-up

run: setup tesseract
	$(BIN)/python flows.py samples --out output

BENCH ?=
bench: setup tesseract
	$(BIN)/python -m benchmarks.bench --write docs/performance.md --keep $(BENCH)

# The checks need neither Tesseract nor the other tools; tests that do fail and say so where they could not be installed.
test: setup
	@$(MAKE) --no-print-directory tesseract || true
	@$(MAKE) --no-print-directory tools || true
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 以上が必要です。例: make PYTHON=python3.11 / Python 3.11 or newer is needed: name it, as in make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "Python の venv が使えません。sudo apt-get install python3-venv を実行してください / Python lacks venv: run sudo apt-get install python3-venv" >&2; exit 1; }
	@# The lock constrains itself, too: pip would otherwise look for the newest version of a package asked for with extras.
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock -c requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Installs packages of Debian where that may be done without a question: as root, or by a sudo that asks for no password.
install = if command -v apt-get >/dev/null; then \
    as_root=; if [ "$$(id -u)" != 0 ]; then as_root='sudo -n'; fi; \
    if [ -z "$$as_root" ] || $$as_root true 2>/dev/null; then \
      $$as_root sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(1)' >&2 || true; \
    fi; \
  fi

TESSERACT := tesseract-ocr tesseract-ocr-jpn

tesseract:
	@has_jpn() { tesseract --list-langs 2>/dev/null | grep -qx jpn; }; \
	if has_jpn; then exit 0; fi; \
	$(call install,$(TESSERACT)); \
	has_jpn || { echo "Tesseract の日本語版がありません。sudo apt-get install $(TESSERACT) を実行してください / Tesseract with Japanese is missing: run sudo apt-get install $(TESSERACT)" >&2; exit 1; }

# A browser with Japanese letters, R and a spreadsheet: the tests open with them what besshi makes. Running it needs none.
TOOLS := chromium fonts-noto-cjk r-base-core libreoffice-calc

tools:
	@has_tools() { for tool in chromium Rscript soffice; do command -v $$tool >/dev/null || return 1; done; \
	  [ -n "$$(fc-list :lang=ja family)" ]; }; \
	if has_tools; then exit 0; fi; \
	$(call install,$(TOOLS)); \
	has_tools || { echo "テストに要る道具がありません。sudo apt-get install $(TOOLS) を実行してください / Tools that the tests need are missing: run sudo apt-get install $(TOOLS)" >&2; exit 1; }

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "site/index.html"

# The pictures of docs/images/, taken by the tests in a browser.
screenshots: setup
	BESSHI_SCREENSHOTS=1 $(BIN)/pytest -q tests/test_docs_site.py tests/test_changes.py -k pictures
	BESSHI_SCREENSHOTS=1 $(BIN)/pytest -q tests/test_review_browser.py

# Takes uv from the path. After a change of a pin in pyproject.toml: make lock, then commit both files together.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header --output-file requirements.lock

clean:
	rm -rf $(VENV)
