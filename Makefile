# The two commands are `make sweep` and `make test`. Each makes .venv when there is none, installs the versions
# pinned in constraints.txt and does its job. The same steps as plain pip lines: docs/install.md.

# One interpreter, or several to choose from: the first that is 3.11 or newer is taken. Used only to make .venv.
PYTHON ?= python3 python3.13 python3.12 python3.11
# More words for the command, e.g. make sweep ARGS="preset=demo-city replications=4".
ARGS ?=
# Test processes; 0 runs the tests in one process.
WORKERS ?= 2

VENV := .venv
RUN := $(VENV)/bin/python -m
PIP_INSTALL := $(RUN) pip install -qq --disable-pip-version-check
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# The stamp says where the installation was made, so a copied or moved folder installs itself again
# instead of running the code it was copied from.
STAMP := $(VENV)/pollday-installed
ifneq ($(shell cat "$(STAMP)" 2>/dev/null),$(CURDIR))
$(STAMP): anew
endif

.PHONY: help sweep test tests lint types test-slow drill bench experiments format pin clean anew
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

sweep: $(STAMP) ## run the default staffing study and write its table and plots
	$(VENV)/bin/pollday sweep $(ARGS)

# Types are checked beside the tests. The tests start a hundred processes, so compiled code is kept though the shell may say otherwise.
test: export PYTHONDONTWRITEBYTECODE :=
test: lint ## check style and types, and run the tests
	@$(MAKE) --no-print-directory -j 2 types tests

tests: $(STAMP)
	$(RUN) pytest -q -n $(WORKERS) $(ARGS)

lint: $(STAMP)
	$(RUN) ruff check .

types: $(STAMP)
	$(RUN) mypy

test-slow: $(STAMP) ## run the long tests (theory, whole nation)
	$(RUN) pytest -q -n $(WORKERS) -m slow $(ARGS)

drill: $(STAMP) ## kill sweeps and damage stored studies, hundreds of times, and see that nothing is lost
	$(RUN) pytest -q -n $(WORKERS) -m slow tests/study/drill --ignore tests/study/drill/test_overhead.py $(ARGS)
	$(RUN) pytest -q -n 0 -m slow tests/study/drill/test_overhead.py -o log_cli=true --log-cli-level=INFO $(ARGS)

bench: $(STAMP) ## measure the engine against a plain SimPy program
	$(VENV)/bin/pollday bench $(ARGS)

experiments: $(STAMP) ## run every experiment but the national one and renew the stored tables, on purpose
	$(VENV)/bin/python scripts/renew_experiments.py $(ARGS)

format: $(STAMP) ## mend what ruff can mend
	$(RUN) ruff check --fix --exit-zero --quiet .
	$(RUN) ruff format .
	$(RUN) ruff check .

$(STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the pinned packages into $(VENV): about half a minute"
	@$(PIP_INSTALL) -c constraints.txt -e '.[dev]'
	@printf '%s\n' "$(CURDIR)" > $(STAMP)

$(VENV)/bin/python:
	@for python in $(PYTHON); do \
	  if $$python -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then chosen=$$python; break; fi; \
	done; \
	if [ -z "$${chosen:-}" ]; then \
	  echo "pollday needs Python 3.11 or newer; tried: $(PYTHON). Name one: make PYTHON=/path/to/python3.11 ..." >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$chosen --version)"; \
	$$chosen -m venv --clear $(VENV) || { \
	  echo "$$chosen cannot make a virtual environment (on Debian and Ubuntu: install python3-venv)" >&2; exit 1; }

pin: | $(VENV)/bin/python ## renew constraints.txt with the newest versions that pyproject.toml allows
	rm -rf build/pin
	$(RUN) venv build/pin
	build/pin/bin/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	{ echo '# Tested versions of everything, for `pip install -c constraints.txt`. Renewed by `make pin`.'; \
	  build/pin/bin/python -m pip freeze --exclude-editable; } > build/constraints.txt
	! grep -n -e '://' -e ' @ ' build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/pin

clean: ## remove .venv, caches and built files; runs and studies stay
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find sim tests experiments docs -name __pycache__ -type d -prune -exec rm -rf {} +
