# Two commands do everything on a fresh checkout: `make run` and `make test`. The README has the pip lines for Windows.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# onnxruntime-web, for the web page of a bundle; without npm bundles have none.
PAGE_RUNTIME := resources/bundle/runtime/version.txt

.PHONY: run test check format bench screenshots installer clean

run: $(VENV)/.installed $(PAGE_RUNTIME)
	$(BIN)/downslope demo --open

test: check $(PAGE_RUNTIME)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-test
	$(BIN)/python tests/benchmarks/event_loop.py
	$(BIN)/python tests/benchmarks/accuracy.py

screenshots: $(VENV)/.installed-test
	$(BIN)/python resources/docs/take_screenshots.py

installer: $(VENV)/.installed-installer $(PAGE_RUNTIME)
	$(BIN)/python -m installer.build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install -e ".[test]"
	touch $@ $(VENV)/.installed

$(VENV)/.installed-installer: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install -e ".[installer]"
	touch $@ $(VENV)/.installed

$(PAGE_RUNTIME): resources/bundle/package.json resources/bundle/fetch_runtime.py | $(VENV)/bin/python
	-$(BIN)/python resources/bundle/fetch_runtime.py

clean:
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
