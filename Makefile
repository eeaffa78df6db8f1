# Guanke: `make demo` shows it, `make test` proves it. Needs python3 ≥ 3.11 with venv, make and git.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
UV := .cache/uv/bin/uv
PACKAGES := lessons storage processing ingest api guanke
CODE := $(PACKAGES) $(wildcard tests bench make)
GUANKE_CORPUS ?= ../shared/media
# Much of a test's time is waiting (a lease, a server's start): two files at a time. A file stays
# whole, for its tests share a server. `make test TOGETHER=0` runs them one after another.
TOGETHER ?= 2
PYTEST := $(BIN)/pytest --numprocesses $(TOGETHER) --dist loadfile --no-loadscope-reorder

# What the caller set for other programs must not reach ours.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS := never
# A school's proxy may sign with its own certificate: trust what the machine trusts.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= true
endif

# One stamp for each thing that was installed: a second start does no work.
RUN_STAMP := .venv/.guanke-run
DEV_STAMP := .venv/.guanke-dev
INPUTS := uv.lock pyproject.toml make/bootstrap.sh make/uv.txt
NPM_STAMP := web/node_modules/.guanke-run
PAGE := api/web_dist/index.html
PAGE_SOURCES := $(shell find web/src web/public -type f -not -name '*.test.ts') web/index.html web/vite.config.ts
NODE := ../make/node.sh # its place as seen from web/
# An environment knows where it lies: one whose folder was moved is made anew.
ifneq ($(shell cat .venv/.guanke-home 2>/dev/null),$(CURDIR))
$(shell rm -f $(RUN_STAMP) $(DEV_STAMP))
endif

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

# --- to use it ----------------------------------------------------------------------------------

$(RUN_STAMP): $(INPUTS)
	@make/bootstrap.sh run
	@touch $@

.PHONY: setup
setup: $(RUN_STAMP) ## everything a server needs, inside this folder

$(NPM_STAMP): web/package-lock.json make/node.sh make/node.txt | $(RUN_STAMP)
	@echo "guanke: bringing the packages of the page"
	@cd web && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): $(NPM_STAMP) $(PAGE_SOURCES)
	@echo "guanke: building the page"
	@cd web && $(NODE) npx vite build --logLevel warn
	@touch $@

.PHONY: web
web: $(PAGE) ## the page, built into api/web_dist

.PHONY: demo
demo: $(RUN_STAMP) $(PAGE) ## the sample lesson through the whole river, then a server on 127.0.0.1
	@exec $(BIN)/guanke demo

# --- to change it -------------------------------------------------------------------------------

$(DEV_STAMP): $(INPUTS)
	@make/bootstrap.sh dev
	@touch $(RUN_STAMP) $@

.PHONY: dev
dev: $(DEV_STAMP) ## setup, and the tools of the developer

.PHONY: test
test: check ## every check and every test that needs no recordings from outside
	$(PYTEST) -m "not corpus"

.PHONY: check
check: $(DEV_STAMP) $(PAGE) ## formatting, lint, types, import direction, security, lock file
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target python-check web-check

.PHONY: python-check
python-check: $(DEV_STAMP) ## the half of `check` that reads Python
	$(UV) lock --check
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(PACKAGES) bench make
	$(BIN)/python make/audit.py $(UV)

.PHONY: web-check
web-check: $(DEV_STAMP) $(PAGE) ## the same of the page: formatting, lint, types, its tests, its size
	cd web && $(NODE) npm run --silent format:check
	cd web && $(NODE) npm run --silent lint
	$(BIN)/python -m make.openapi .cache/openapi.json
	cd web && $(NODE) npm run --silent api -- ../.cache/schema.ts >/dev/null
	@cmp -s .cache/schema.ts web/src/api/schema.ts || { echo "web/src/api/schema.ts is not what the API says: run make api-types" >&2; exit 1; }
	$(BIN)/python -m make.api_page --check
	cd web && $(NODE) npm run --silent types
	cd web && $(NODE) npm test --silent
	cd web && $(NODE) node size.mjs

.PHONY: api-types
api-types: $(DEV_STAMP) $(NPM_STAMP) ## web/src/api/schema.ts and docs/api.md anew, after a change of the API
	$(BIN)/python -m make.openapi .cache/openapi.json
	cd web && $(NODE) npm run --silent api -- src/api/schema.ts
	$(BIN)/python -m make.api_page

.PHONY: format
format: $(DEV_STAMP) $(NPM_STAMP) ## bring the code into shape
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	cd web && $(NODE) npm run --silent format

.PHONY: corpus
corpus: $(DEV_STAMP) ## the recordings of GUANKE_CORPUS against their truth
	@test -d "$(GUANKE_CORPUS)" || { echo "make corpus: no folder $(GUANKE_CORPUS): set GUANKE_CORPUS" >&2; exit 1; }
	GUANKE_CORPUS="$$(cd "$(GUANKE_CORPUS)" && pwd)" $(PYTEST) -m corpus

.PHONY: e2e
e2e: $(DEV_STAMP) $(PAGE) ## the program as a person uses it
	$(PYTEST) tests/e2e -m "not corpus"

.PHONY: pictures
pictures: ## the pictures of docs/guide anew, from what the journeys see
	GUANKE_SHOTS="$(CURDIR)/build/shots" $(MAKE) --no-print-directory e2e
	$(BIN)/python -m make.pictures build/shots

# $(call program,FILE,COMMAND): a target whose program is not there fails and says so.
program = @test -e $(1) || { echo "make $@: $(1) is not there yet; nothing was run" >&2; exit 1; }; exec $(2)

.PHONY: storm
storm: $(DEV_STAMP) ## kill workers, ffmpeg and the API at random moments; nothing may be lost
	$(call program,bench/kill_storm.py,$(BIN)/python -m bench.kill_storm)

.PHONY: bench
bench: $(DEV_STAMP) ## measure, and write bench/RESULTS.md
	$(call program,bench/__main__.py,$(BIN)/python -m bench)

.PHONY: bench-quick
bench-quick: $(DEV_STAMP) ## the quick part of the measurements
	$(call program,bench/__main__.py,$(BIN)/python -m bench --quick)

.PHONY: bundle
bundle: $(DEV_STAMP) ## one archive that installs without a network
	$(call program,make/bundle.py,$(BIN)/python make/bundle.py)

.PHONY: hooks
hooks: $(DEV_STAMP) ## run `make check` before each commit
	$(BIN)/pre-commit install

.PHONY: clean
clean: ## remove what was installed; the data folder stays
	rm -rf .venv .cache web/node_modules web/e2e/browser/node_modules api/web_dist dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
