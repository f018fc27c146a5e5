# Everything runs in an environment of the checkout's own, made on first use with nothing but python3.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A worker that has nothing left takes from the other; SLOWEST=30 tells which tests took longest.
PYTEST := $(BIN)/pytest -n auto --dist worksteal $(if $(SLOWEST),--durations=$(SLOWEST))
READY := $(VENV)/.ready
INSTALLED := $(VENV)/.installed
VERSION_TOLD := import sys; sys.exit("vecalc needs Python 3.11 or newer, this is %d.%d; try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo test lint types tests slow bench clean

# What somebody sees first: vecalc alone, without what its tests need.
demo: $(INSTALLED)
	@echo
	@$(BIN)/vecalc --format table -k 5 'king - man + woman' 'paris - france + italy' \
	    '0.5*(A*B + A + B) where A = blood, B = color'
	@echo
	@echo "Now try:   $(BIN)/vecalc 'eat + food - american'"
	@echo "a picture: $(BIN)/vecalc plot 'king - man + woman'"
	@echo "a prompt:  $(BIN)/vecalc"

test: lint types tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

tests: $(READY)
	$(PYTEST) -m "not slow"

# Fuzzing and other tests that take long: .ci/run runs them after `make test`.
slow: $(READY)
	$(PYTEST) -m slow

# BENCH="--large" adds a space of 3,000,000 rows.
bench: $(READY)
	$(PIP_INSTALL) --group bench
	$(BIN)/python tests/bench/run.py $(BENCH)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Both are made anew whenever the project's requirements change; tests need more than the program.
$(INSTALLED): pyproject.toml
	@$(PYTHON) -c '$(VERSION_TOLD)'
	@echo "Making an environment in $(VENV) and installing vecalc into it: about a minute, the first time only."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --upgrade 'pip>=25.1'
	@$(PIP_INSTALL) --editable .
	@touch $@

$(READY): pyproject.toml
	@$(PYTHON) -c '$(VERSION_TOLD)'
	@echo "Making an environment in $(VENV) with all that the tests need: some minutes, the first time only."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --upgrade 'pip>=25.1'
	@$(PIP_INSTALL) --editable . --group dev
	@touch $(INSTALLED) $@
