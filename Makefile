# make run   sets everything up and serves portal and API on http://127.0.0.1:8080
# make test  sets everything up and runs the whole test suite
# Both work on a fresh Debian or Ubuntu machine with Python 3.11 or newer and need nothing before them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.PHONY: help setup run test lint format lock rules bench bench-intake bench-inbox bench-pdf bench-hostile soak soak-folders fuzz image-check clean browser servers
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile
	@echo 'also: setup, lint, format, lock (renew the dependency locks), clean'
	@echo 'long proofs: bench (a check), bench-intake (the whole way in), bench-inbox (drop folders, full ones too),'
	@echo '  bench-pdf (reading PDFs in the sandbox), bench-hostile (what a hostile sender may try),'
	@echo '  soak (kills and faults), soak-folders (kills while access points fill drop folders), image-check (the image)'
	@echo 'a search for mistakes: fuzz (odd invoices, PDFs and requests, SECONDS=1800)'

setup: $(VENV)/.runtime rules

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || \
	    { rm -rf $(VENV); $(APT) update -qq && $(APT) install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@echo 'Installing the locked dependencies …'
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.runtime
	@echo 'Installing the locked development dependencies …'
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

rules: $(VENV)/.runtime
	@$(BIN)/einvoice rules sync --quiet-if-complete

browser:
	@command -v chromium >/dev/null || \
	    { echo 'Installing Chromium for the browser tests …'; $(APT) update -qq && $(APT) install -y -qq chromium; }

# What the tests speak to besides PostgreSQL, which comes with pip: Redis, and the ClamAV daemon without its updater.
servers: $(VENV)/clamav/usr/sbin/clamd
	@command -v redis-server >/dev/null || \
	    { echo 'Installing Redis for the tests …'; $(APT) update -qq && $(APT) install -y -qq --no-install-recommends redis-server; }

$(VENV)/clamav/usr/sbin/clamd: | $(VENV)/bin/python
	@echo 'Fetching the ClamAV daemon for the tests …'
	@$(APT) update -qq
	@$(APT) install -y -qq --no-install-recommends \
	    $$(apt-cache depends clamav-daemon | sed -n 's/.*Depends: \(libclamav[^ ]*\)/\1/p' | sort -u) >/dev/null
	@mkdir -p $(VENV)/clamav && cd $(VENV)/clamav && apt-get download -qq clamav-daemon && \
	    dpkg -x clamav-daemon_*.deb . && rm clamav-daemon_*.deb

run: setup
	@exec $(BIN)/einvoice serve --demo

test: setup $(VENV)/.dev browser servers lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-cache
	$(BIN)/python xsd/generate.py --check

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup $(VENV)/.dev
	$(BIN)/python bench/validate.py

bench-intake: setup $(VENV)/.dev
	$(BIN)/python bench/intake.py $(ARGS)

bench-inbox: setup $(VENV)/.dev
	$(BIN)/python bench/inbox.py $(ARGS)

bench-pdf: setup $(VENV)/.dev
	$(BIN)/python bench/pdf.py $(ARGS)

bench-hostile: setup $(VENV)/.dev
	$(BIN)/python bench/hostile.py $(ARGS)

soak: setup $(VENV)/.dev servers
	$(BIN)/python -m tests.acceptance.soak $(ARGS)

soak-folders: setup $(VENV)/.dev
	$(BIN)/python -m tests.acceptance.folders $(ARGS)

$(VENV)/.fuzz: requirements/fuzz.txt | $(VENV)/.dev
	@echo 'Installing the locked fuzzer …'
	@$(PIP) install --require-hashes -r requirements/fuzz.txt
	@touch $@

fuzz: SECONDS = 1800
fuzz: setup $(VENV)/.dev $(VENV)/.fuzz
	$(BIN)/python -m tests.security.fuzz --seconds $(SECONDS) $(ARGS)

image-check:
	@$(if $(SUDO),$(SUDO) --preserve-env) $(PYTHON) -m deploy.imagecheck $(ARGS)

lock: $(VENV)/.dev
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(LOCK) --group fuzz --constraint requirements/runtime.txt --output-file requirements/fuzz.txt
	$(LOCK) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt

clean:
	rm -rf $(VENV) .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis
