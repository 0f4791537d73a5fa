# `make help` is the manual. Everything is installed into the checkout: .venv, frontend/node_modules.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUFF := $(BIN)/ruff
PY_CODE := backend/invoice_tracker tests migrations
CONFIG := --config backend/pyproject.toml
PORT ?= 8400
export UV_NO_PROGRESS := 1
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

# --- install -----------------------------------------------------------------------------------

.state/python: backend/requirements.lock backend/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --require-hashes -r backend/requirements.lock
	$(BIN)/uv pip install --quiet --no-deps -e backend
	@mkdir -p .state && touch $@

.state/node: frontend/package-lock.json frontend/package.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { echo "Node 20 or newer is needed"; exit 1; }
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .state && touch $@

FRONTEND_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print 2>/dev/null)

.state/dist: .state/node $(FRONTEND_SOURCES)
	cd frontend && npm run --silent build
	@touch $@

install: .state/python .state/node ## Install everything into the checkout

# --- run ---------------------------------------------------------------------------------------

demo: .state/python .state/dist ## The product with a sandbox around it (FRESH=1: do the first run yourself)
	@$(BIN)/python -m invoice_tracker.sandbox.demo --port $(PORT) $(if $(FRESH),--fresh)

api: .state/python ## The API, against the settings in .env
	$(BIN)/uvicorn --factory invoice_tracker.main:create_app --reload --port $(PORT)

worker: .state/python ## The worker, against the settings in .env
	$(BIN)/arq invoice_tracker.worker.WorkerSettings

web: .state/node ## The page with hot reload, against the API on port 8400
	cd frontend && npm run dev

up: ## Production shape with Docker: PostgreSQL, Valkey, API, worker, web
	docker compose up --build --detach

down: ## Stop it again, and keep its data
	docker compose down

reset: ## Delete the demo's data
	rm -rf .state/demo
	@$(BIN)/python -c 'import pathlib, shutil; from invoice_tracker.embedded import postgres_folder; shutil.rmtree(postgres_folder(pathlib.Path(".state/demo")).parent, ignore_errors=True)'

# --- test --------------------------------------------------------------------------------------

test: test-python test-web e2e ## Every test: Python, front end, browser

test-python: .state/python ## Python tests, against a real PostgreSQL
	$(BIN)/python -m pytest tests --ignore tests/e2e -n 2 --dist loadscope -q

test-web: .state/node ## Front-end tests
	cd frontend && npm run --silent test

e2e: .state/python .state/dist ## The stories in a real browser, against the processes of `make demo`
	$(BIN)/python -m pytest tests/e2e -q

bench: .state/python ## What reading 100,000 bills costs, as ratios (about 5 minutes)
	PYTHONPATH=tests $(BIN)/python tests/bench/bench_sync.py

proof: .state/python ## A simulated year with crashes and the eight invariants (SEED=7 DAYS=365 FIRMS=3)
	PYTHONPATH=tests PYTHONHASHSEED=0 $(BIN)/python -m proof --seed $(or $(SEED),1) --days $(or $(DAYS),365) --firms $(or $(FIRMS),3)

check: lint types openapi-check test ## What CI runs

lint: .state/python .state/node ## Style and import order, both languages
	$(RUFF) check --quiet $(CONFIG) $(PY_CODE)
	$(RUFF) format --quiet --check $(CONFIG) $(PY_CODE)
	cd frontend && npm run --silent lint

types: .state/python .state/node ## Types, both languages
	cd backend && ../$(BIN)/mypy
	cd frontend && npm run --silent types

format: .state/python ## Put the code into shape
	$(RUFF) check --quiet --fix $(CONFIG) $(PY_CODE)
	$(RUFF) format --quiet $(CONFIG) $(PY_CODE)

# --- contract and schema -------------------------------------------------------------------------

openapi: .state/python .state/node ## Write openapi/openapi.json, and the front end's types from it
	$(BIN)/invoice-tracker export-openapi > openapi/openapi.json
	cd frontend && npm run --silent api

openapi-check: .state/python .state/node ## The committed contract is the one the code makes
	@$(BIN)/invoice-tracker export-openapi | diff -q - openapi/openapi.json >/dev/null || { echo "openapi/openapi.json is out of date: make openapi"; exit 1; }
	@cd frontend && npx --no-install openapi-typescript ../openapi/openapi.json 2>/dev/null | diff -q - src/api/schema.gen.ts >/dev/null || { echo "frontend/src/api/schema.gen.ts is out of date: make openapi"; exit 1; }

migrate: .state/python ## Bring the database of DATABASE_URL up to date
	$(BIN)/alembic -c migrations/alembic.ini upgrade head

revision: .state/python ## A new migration from the models: make revision m="add bounces"
	$(BIN)/alembic -c migrations/alembic.ini revision --autogenerate -m "$(m)"

lock: .state/python ## Pin the Python dependencies again
	cd backend && ../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --all-extras pyproject.toml -o requirements.lock

# --- help --------------------------------------------------------------------------------------

help: ## This manual
	@awk 'BEGIN {FS = ":.*## "} /^# ---/ {gsub(/[#-]/, ""); printf "\n%s\n", $$0} /^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install demo api worker web up down reset test test-python test-web e2e bench proof check lint types format openapi openapi-check migrate revision lock help
