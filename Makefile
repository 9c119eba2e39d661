# make run    set up everything and read samples/ into output/
# make test   set up everything and run all checks and tests
# make setup  set up only;  make lock  pin all dependencies anew (maintainers);  make clean  forget the set-up

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: run test setup tesseract lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Redone only when what it depends on changed, or when another Python is asked for.
STAMP := $(VENV)/.set-up

run: setup tesseract
	$(BIN)/python flows.py samples --out output

# The checks need no Tesseract; tests that do say so themselves where it could not be installed.
test: setup
	@$(MAKE) --no-print-directory tesseract || true
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

APT := apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-jpn

tesseract:
	@has_jpn() { tesseract --list-langs 2>/dev/null | grep -qx jpn; }; \
	if has_jpn; then exit 0; fi; \
	if command -v apt-get >/dev/null; then \
	  if [ "$$(id -u)" = 0 ]; then sh -c '$(APT)' >&2 || true; \
	  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n sh -c '$(APT)' >&2 || true; fi; \
	fi; \
	has_jpn || { echo "Tesseract の日本語版がありません。sudo apt-get install tesseract-ocr tesseract-ocr-jpn を実行してください / Tesseract with Japanese is missing: run sudo apt-get install tesseract-ocr tesseract-ocr-jpn" >&2; exit 1; }

# Takes uv from the path. After a change of a pin in pyproject.toml: make lock, then commit both files together.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header --output-file requirements.lock

clean:
	rm -rf $(VENV)
