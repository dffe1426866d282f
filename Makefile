# The platform's commands. `make help` lists them.
STACK ?= dev
# The lab's pod network, cilium or generic; the stack's own when empty.
CNI ?=
export LAB_CNI = $(CNI)
PYTHON := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/installed: requirements-dev.txt pyproject.toml
	@test -x $(PYTHON) || python3 -m venv .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.PHONY: setup
setup: .venv/installed ## Create .venv with everything the program, the lab and the tests need

# --- the lab -----------------------------------------------------------------------------------------------

.PHONY: up preview destroy down forget status shell kubectl curl exec logs demo account verify doctor
up: setup ## Run the platform of STACK (dev, prod) on this machine; CNI=generic: with plain plugins and kube-router
	@$(PYTHON) -m lab up --stack $(STACK)

preview: setup ## Preview STACK against the lab
	@$(PYTHON) -m lab preview --stack $(STACK)

destroy: setup ## Destroy what `make up` made in the simulated account, as `pulumi destroy` does
	@$(PYTHON) -m lab destroy --stack $(STACK)

down: setup ## End the lab of STACK; its state stays for the next `make up`
	@$(PYTHON) -m lab down --stack $(STACK)

forget: setup ## End the lab of STACK and forget its account and state
	@$(PYTHON) -m lab down --forget --stack $(STACK)

status: setup ## Show what runs in the lab of STACK
	@$(PYTHON) -m lab status --stack $(STACK)

shell: setup ## Open a shell in which plain pulumi and kubectl work against the lab
	@$(PYTHON) -m lab shell --stack $(STACK)

kubectl: setup ## Run kubectl in the lab: make kubectl ARGS="get pods -A"
	@$(PYTHON) -m lab kubectl --stack $(STACK) -- $(ARGS)

demo: setup ## Show the platform at work on a running lab: each promise, and what requests see
	@$(PYTHON) -m lab demo --stack $(STACK)

account: setup ## Choose how the simulated account behaves: make account ARGS="--end-credentials", "--help"
	@$(PYTHON) -m lab account --stack $(STACK) $(ARGS)

curl: setup ## Ask as a client on the internet: make curl ARGS="-v https://shop.dev.k8s.webgrip.nl/"
	@$(PYTHON) -m lab curl --stack $(STACK) -- $(ARGS)

exec: setup ## Run a command in a workload: make exec ARGS="shop/web -- demo get http://api.api:8080/"
	@$(PYTHON) -m lab exec --stack $(STACK) $(ARGS)

logs: setup ## Show logs of a workload or of a process: make logs ARGS="shop/web -f", ARGS=haproxy
	@$(PYTHON) -m lab logs --stack $(STACK) $(ARGS)

verify: setup ## Hold what runs in the lab of STACK against its plan: a row for each fact
	@$(PYTHON) -m lab run --stack $(STACK) -- $(PYTHON) -m network verify --stack $(STACK) $(ARGS)

doctor: setup ## Find which link is broken in the lab: make doctor ARGS=shop/shop; without ARGS all of them
	@$(PYTHON) -m lab doctor --stack $(STACK) -- $(ARGS)

.PHONY: parts
parts: setup ## Build or find every real part of the lab
	@$(PYTHON) -m lab.parts

# --- administration ----------------------------------------------------------------------------------------

.PHONY: view-traefik view-prometheus view-alertmanager view-logs view-grafana view-hubble hubble
view-traefik: setup ## Open Traefik's dashboard on a local port, by port-forward only
	@$(PYTHON) -m lab view traefik --stack $(STACK)

view-prometheus: setup ## The same for Prometheus: targets, rules, alerts, and whatever is asked of it
	@$(PYTHON) -m lab view prometheus --stack $(STACK)

view-alertmanager: setup ## The same for Alertmanager: who is told of what, and silences
	@$(PYTHON) -m lab view alertmanager --stack $(STACK)

view-logs: setup ## The same for VictoriaLogs: what Traefik and applications said
	@$(PYTHON) -m lab view logs --stack $(STACK)

view-grafana: setup ## The same for Grafana: dashboards; in the lab with a `grafana` on PATH
	@$(PYTHON) -m lab view grafana --stack $(STACK)

view-hubble: setup ## The same for Hubble's UI; in the lab see `make hubble`
	@$(PYTHON) -m lab view hubble --stack $(STACK)

hubble: setup ## Ask Hubble on every node of the lab: make hubble ARGS="observe --verdict DROPPED"
	@$(PYTHON) -m lab hubble --stack $(STACK) -- $(ARGS)

# --- checks ------------------------------------------------------------------------------------------------

.PHONY: check generate lint test test-fast test-lab test-campaign bench bench-reachability bench-growth bench-ingress bench-limits bench-series lock review review-examples
check: setup ## Check the stack files, each alone and against the others, without Pulumi
	@$(PYTHON) -m network check

generate: setup ## Write what follows from code and stacks: options, JSON Schema, pictures, runbooks, the reference
	@$(PYTHON) -m lab.charts.crd_options
	@$(PYTHON) -m network schema --write
	@$(PYTHON) -m network addresses --svg 'docs/addresses-{stack}.svg'
	@$(PYTHON) -m network flows --output docs/flows.md --svg 'docs/flows-{stack}.svg'
	@$(PYTHON) -m tests.runbooks
	@$(PYTHON) -m tests.doctor_page
	@$(PYTHON) -m tests.reference
	@for stack in dev prod; do $(PYTHON) -m network reachability --stack $$stack --svg 'docs/reachability-{stack}.svg'; done

lint: setup ## Linter, formatter and type checker
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m pyright
	@.venv/bin/lint-imports --no-cache > .venv/import-linter.log || { cat .venv/import-linter.log; exit 1; }

test: setup ## All checks, and the tests that need neither root nor Go nor real parts
	@$(MAKE) --no-print-directory --jobs=2 lint test-fast

# Compiled modules are kept, also where the environment asks to keep none: each worker, and each command that a
# test runs, would compile them all anew.
test-fast: export PYTHONDONTWRITEBYTECODE =
# Beside the type checker, which uses one core alone.
test-fast: setup
	$(PYTHON) -m pytest -m "not lab" --numprocesses=auto --dist=worksteal $(ARGS)

# What ARGS choose may be in one of the two runs alone.
OR_NONE = $(if $(ARGS),|| test $$? -eq 5)
test-lab: parts ## The tests on real parts: the whole platform in labs of their own; Linux and root
	$(PYTHON) -m pytest -m "lab and not alone and not campaign" --numprocesses=2 --dist=loadfile $(ARGS) $(OR_NONE)
	$(PYTHON) -m pytest -m "lab and alone and not campaign" $(ARGS) $(OR_NONE)

test-campaign: parts ## Proofs that take longer than CI has: alerts provoked for real, logs and traces end to end
	$(PYTHON) -m pytest -m campaign $(ARGS)

BASE ?= main
review: setup ## Tell what the work tree changes against BASE, as the comment on a pull request
	@$(PYTHON) -m network review --base $(BASE) $(ARGS)

review-examples: setup ## Write the expected comments of tests/review anew; then read them
	@$(PYTHON) -m tests.review

bench: setup ## The program beside a bare one with the same resources: ratios; ARGS="--lab dev" adds pulumi preview
	@$(PYTHON) -m bench $(ARGS)

bench-reachability: setup ## The reachability analysis: whole processes, beside network-config-analyzer, and over 1,000 to 100,000 pods
	@$(PYTHON) -m bench.reachability $(ARGS)

bench-growth: setup ## What check and plan cost as stacks grow to 10,000 flows and 1,000 applications, and the exponents
	@$(PYTHON) -m bench.growth $(ARGS)

bench-ingress: setup ## Traefik with our settings beside the chart's defaults, and what each feature costs; by wrk
	@$(PYTHON) -m bench.ingress --stack $(STACK) $(ARGS)

bench-limits: setup ## What Traefik takes for handshakes by key and for connections, beside what `network capacity` reckons
	@$(PYTHON) -m bench.limits $(ARGS)

bench-series: setup ## Series of Traefik beside the number computed, and memory of Prometheus, at 10, 100 and 1,000 routes
	@$(PYTHON) -m bench.series $(ARGS)

lock: ## Lock dependencies with hashes
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --all-extras \
		--constraint requirements.txt \
		--custom-compile-command "make lock" --output-file requirements-dev.txt pyproject.toml
