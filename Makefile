# Everything runs in an environment of the checkout's own, made on first use with nothing but python3.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A worker that has nothing left takes from the other; SLOWEST=30 tells which tests took longest.
PYTEST := $(BIN)/pytest -n auto --dist worksteal $(if $(SLOWEST),--durations=$(SLOWEST))
READY := $(VENV)/.ready

.PHONY: demo test lint types tests slow bench clean

demo: $(READY)
	@echo; $(BIN)/vecalc --format table -k 5 'king - man + woman' 'eat + food - american' \
	    '0.5*(A*B + A + B) where A = blood, B = color'
	@echo; echo "Now try:  $(BIN)/vecalc 'paris - france + italy'   or, for a prompt:  $(BIN)/vecalc"

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
	$(BIN)/pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python tests/bench/run.py $(BENCH)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Made anew whenever the project's requirements change.
$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("vecalc needs Python 3.11 or newer, this is %d.%d; try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@
