# Everything a newcomer types. Without make: README.md has the same lines for pip and streamlit.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run test lint bench screenshots

# Serve the app on 127.0.0.1:8501.
run: $(VENV)/installed
	$(BIN)/python -m streamlit run app.py $(ARGS)

# For example: make test ARGS="tests/runs -k store"
test: $(VENV)/installed-tests
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(VENV)/installed-tests
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/installed-tests
	$(BIN)/python -m tests.e2e.screenshots $(ARGS)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("facelab needs Python 3.11 or newer: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# Stamps: what is installed already is not asked for again.
$(VENV)/installed: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-tests: tests/requirements.txt $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
