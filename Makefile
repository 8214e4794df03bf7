# Everything a newcomer does goes through here: `make` lists it.
PYTHON ?= python3
VENV := .venv
# One more than two cores: one of them mostly waits, for the programs that the chaos ring kills (tests/rings.py).
TEST_PROCESSES ?= 3
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
RUN_LOCKS := requirements/bootstrap.txt requirements/run.txt requirements/servers.txt
DEV_LOCKS := $(RUN_LOCKS) requirements/dev.txt
SOURCES := wsgi.py celery_app.py service workers schemas tests bench
# What exists of them: rooms are added over time, the checks follow.
CODE = $(wildcard $(SOURCES))
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help run test exactness soak bench lint types fix demo assets translations screenshots lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: $(VENV)/run.stamp ## Start everything on this machine (first time: installs, needs the network)
	@exec ./lunzhi up

test: $(VENV)/dev.stamp ## Run every test; starts its own servers on free ports
	@$(PY) -m tests.prerequisites
	@$(PY) -m compileall -q $(CODE)
	@$(PY) -m pytest -p tests.rings -n $(TEST_PROCESSES) tests

soak: $(VENV)/dev.stamp ## Kill and starve the whole house under load until Ctrl-C; MINUTES=, KILLS= or SEED= if you like
	@MINUTES=$(MINUTES) KILLS=$(KILLS) SEED=$(SEED) $(PY) -m tests.chaos.soak

exactness: $(VENV)/dev.stamp ## Try 2,000 small problems with every rule of matching on
	@LUNZHI_RULED_PROBLEMS=2000 $(PY) -m pytest -q -n $(TEST_PROCESSES) --timeout 3600 tests/service/matching/test_every_rule.py \
	  tests/service/matching/test_engine.py -k "every_rule or beat or say"

bench: $(VENV)/dev.stamp ## Measure the rush and the other promised figures
	@for bench in $$(grep -l __main__ bench/*.py); do \
		name=$$(basename $$bench .py); echo "== $$name"; $(PY) -m bench.$$name || exit 1; \
	done

lint: $(VENV)/dev.stamp ## Style, import contracts, the compose file
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@PYTHONPATH=. $(VENV)/bin/lint-imports
	@$(PY) -m check_jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

types: $(VENV)/dev.stamp ## mypy, strict
	@$(PY) -m mypy $(CODE)

fix: $(VENV)/dev.stamp ## Mend what ruff can mend by itself
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

demo: $(VENV)/run.stamp ## Play one story on the running service and print what happens
	@./lunzhi demo

assets: ## Rebuild the stylesheet and scripts the pages use (needs node)
	@cd assets && npm ci --no-audit --no-fund && npm run build

translations: $(VENV)/dev.stamp ## Add new texts to the catalogues, drop those that are gone
	@$(PY) -m tests.catalogue

screenshots: $(VENV)/dev.stamp ## Take the pictures of the README again
	@$(PY) -m tests.browser.screenshots

lock: $(VENV)/run.stamp ## Pin the newest allowed versions, with hashes
	@cd requirements && for set in bootstrap run servers dev; do ../$(COMPILE) --upgrade $$set.in -o $$set.txt || exit 1; done

clean: ## Remove the environment and all local data (.venv, var)
	rm -rf $(VENV) var

# --- the environment: pip brings uv, uv brings the rest, each file checked against its hash ---

# An environment whose Python has gone (upgraded, moved) is made anew.
ifneq ($(shell test -x $(PY) && echo there),there)
$(shell rm -f $(UV) $(VENV)/run.stamp $(VENV)/dev.stamp)
endif

$(VENV)/bin/uv: requirements/bootstrap.txt
	@command -v $(PYTHON) >/dev/null || { echo "Lunzhi needs Python 3.11 or newer; '$(PYTHON)' was not found. Name another one: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lunzhi needs Python 3.11 or newer; $$($(PYTHON) --version) is too old. Name another one: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

# The running set alone is enough for `make run`; once the checking set is there it stays.
$(VENV)/run.stamp: $(VENV)/bin/uv $(RUN_LOCKS)
	@if [ -e $(VENV)/dev.stamp ]; then $(MAKE) --no-print-directory $(VENV)/dev.stamp; \
	else echo "installing what the service needs"; $(UV) pip sync --quiet --require-hashes --compile-bytecode $(RUN_LOCKS); fi
	@touch $@

$(VENV)/dev.stamp: $(VENV)/bin/uv $(DEV_LOCKS)
	@echo "installing what the service and its checks need"
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode $(DEV_LOCKS)
	@touch $@ $(VENV)/run.stamp
