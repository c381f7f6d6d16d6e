# Needs make and a Python >= 3.11 with venv, nothing else. `make help` lists the commands.
#
#   make lab                       make the environment if it is missing, open JupyterLab on the first notebook
#   make lab TORCH_INDEX=<url>     take PyTorch from that package index: a CPU-only or a particular CUDA build
#                                  (https://pytorch.org/get-started/ shows the address after --index-url)
#   make lab PYTHON=<python>       make the environment with that Python
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON :=
TORCH_INDEX :=
WORKERS := 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help lab env env-dev test lint types layers drift unit notebook-tests browser-tests benchmark pictures \
        book slides build format freeze clean FORCE

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

lab: .venv/.ready ## open JupyterLab on the first notebook
	$(BIN)/hpo-tutor lab

env: .venv/.ready ## make the environment alone

env-dev: .venv/.ready-dev ## the environment with what the tests need

# --- environment ----------------------------------------------------------------------------------------------------

# A virtual environment holds absolute paths: in a folder that was moved or copied it is made again.
# Another TORCH_INDEX than last time installs torch again; without one, what is there stays.
again := $(shell grep -qsF "$(CURDIR)/.venv" .venv/pyvenv.cfg || echo FORCE)
ifneq ($(TORCH_INDEX),)
again += $(if $(filter $(TORCH_INDEX),$(shell cat .venv/.torch-index 2>/dev/null)),,FORCE)
endif

define make-venv
for python in $(PYTHON) $(if $(PYTHON),,python3 python3.13 python3.12 python3.11); do \
  version=$$("$$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue; \
  if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
    seen="$$seen$$python is Python $$version, too old; "; \
  elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
    seen="$$seen$$python is Python $$version without venv; "; \
  else \
    echo "Making .venv with $$python (Python $$version)"; \
    exec "$$python" -m venv --clear .venv; \
  fi; \
done; \
echo "hpo_tutor needs Python 3.11 or newer with its venv module; found: $${seen:-no Python at all}" >&2; \
echo "On Debian and Ubuntu: sudo apt install python3-venv (where python3 is older than 3.11: python3.12-venv)" >&2; \
echo "Another Python can be named: make lab PYTHON=/path/to/python3.12. Conda users: see environment.yml" >&2; \
exit 1
endef

# torch first and alone, so that the index serves only it and what is found nowhere else
define install-torch
$(PIP) install --force-reinstall --no-deps --constraint constraints.txt --index-url "$(TORCH_INDEX)" torch
echo "$(TORCH_INDEX)" > .venv/.torch-index
endef

extra-index = $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")

.venv/.ready: pyproject.toml constraints.txt $(again)
	@rm -f .venv/.ready .venv/.ready-dev .venv/.ready-book
	@if ! grep -qsF "$(CURDIR)/.venv" .venv/pyvenv.cfg || ! $(PIP) --version > /dev/null 2>&1; then $(make-venv); fi
	@echo "Installing the course and what it needs: minutes the first time, PyTorch is large"
	$(if $(TORCH_INDEX),$(install-torch))
	$(PIP) install --constraint constraints.txt $(extra-index) --editable .
	@touch .venv/.ready

.venv/.ready-dev: .venv/.ready
	$(PIP) install --constraint constraints.txt $(extra-index) --editable '.[dev]'
	@touch .venv/.ready-dev

.venv/.ready-book: .venv/.ready
	$(PIP) install --constraint constraints.txt $(extra-index) --editable '.[book]'
	@touch .venv/.ready-book

# --- tests ----------------------------------------------------------------------------------------------------------

test: .venv/.ready-dev lint types layers drift unit notebook-tests browser-tests ## lint, types, layers, drift, then every test
	@echo "All of it passed."

# The real data lie beside the checkout where the course is built; elsewhere HPO_TUTOR_DATA names their folder.
ifeq ($(HPO_TUTOR_DATA),)
ifneq ($(wildcard ../shared/data/README.md),)
test unit notebook-tests browser-tests benchmark book slides: export HPO_TUTOR_DATA := $(CURDIR)/../shared/data
endif
endif
# two workers on two cores: a pool of threads in each would only get in the other's way
unit notebook-tests browser-tests: export OMP_NUM_THREADS := 1

lint: .venv/.ready-dev ## ruff: mistakes and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ready-dev ## mypy, strict
	$(BIN)/mypy

layers: .venv/.ready-dev ## import-linter: arrows point down only
	$(BIN)/lint-imports

drift: .venv/.ready-dev ## the generated notebooks are those of their sources
	$(BIN)/hpo-tutor build --check

unit: .venv/.ready-dev ## the main suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --ignore tests/browser --ignore tests/benchmarks tests

# A claim that no longer holds fails here; a student would read "no longer true with your settings".
# What the solutions show is kept for the book, in the form that pages have: HPO_TUTOR_PAGES.
NOTEBOOKS := notebooks/*.ipynb notebooks/solutions/*.ipynb
# as part of the whole suite the learners' notebooks run once, in JupyterLab (tests/browser/test_notebooks.py)
test: NOTEBOOKS := notebooks/solutions/*.ipynb
notebook-tests: .venv/.ready-dev ## run every notebook, learner's and solution
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && \
	HPO_TUTOR_STRICT=1 HPO_TUTOR_PAGES=1 HPO_TUTOR_WORK="$$work" $(BIN)/python -m pytest --nbval-lax \
	  --nbval-current-env --nbval-cell-timeout 300 -p tests.keep_outputs --keep-outputs build/executed \
	  -n $(WORKERS) --dist loadfile $(NOTEBOOKS)

# one test at a time to whoever is free: some last a minute, most less than a second
browser-tests: .venv/.ready-dev ## a real Chromium on a real JupyterLab
	$(BIN)/python -m pytest -n $(WORKERS) --dist load --maxschedchunk 1 tests/browser

ifneq ($(wildcard tests/benchmarks/.),)
benchmark: .venv/.ready-dev ## report speed, never assert it
	$(BIN)/python -m pytest -p no:xdist -s tests/benchmarks
endif

pictures: .venv/.ready-dev ## take the README's pictures again: a player, a live training, a tiling
	HPO_TUTOR_PICTURES=1 $(BIN)/python -m pytest -p no:xdist -q tests/browser/test_readme.py \
	  tests/browser/test_live_picture.py tests/course/pictures/test_banner.py

# --- for those who teach --------------------------------------------------------------------------------------------

book: .venv/.ready-book ## the notebooks as pages that play, in build/book/html
	$(BIN)/hpo-tutor book

slides: .venv/.ready ## a deck of each notebook, in slides/; needs npm once, and then no network
	$(BIN)/hpo-tutor slides

# --- for those who write the course ---------------------------------------------------------------------------------

build: .venv/.ready ## generate the notebooks from notebooks/source
	$(BIN)/hpo-tutor build

format: .venv/.ready-dev ## let ruff format and mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

freeze: .venv/.ready-dev ## write the installed versions to constraints.txt, once the tests passed with them
	@{ sed '/^[^#]/d' constraints.txt; $(PIP) freeze --exclude-editable | sed 's/+.*//'; } > constraints.new
	@mv constraints.new constraints.txt

clean: ## remove the environment and every cache; work/ stays
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
