# `make` alone lists what can be done. Everything sets up what it lacks.
.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
export PYTHON
# uv and pyright ask the network nothing once they are installed.
export UV_PYTHON_DOWNLOADS := never
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

# One stamp in each folder that set-up builds, so that deleting one rebuilds it.
READY := .venv/.ready .venv-micropython/.ready build/typings/.ready

.PHONY: help setup system-packages test check fix demo demo-story bench bench-radio bench-chip bench-firmware bench-engine firmware flash hil soak soak-chip campaign-air faults-engine campaign-provision hardware lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## build .venv and .venv-micropython from the pinned requirements

$(READY) &: pyproject.toml $(wildcard requirements/*.txt) .ci/setup
	@.ci/setup

system-packages: ## install the Debian programs that some tests run, where that is possible
	@.ci/system-packages

test: $(READY) system-packages ## run every test
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(READY) ## format, lint, types, import contracts, and what the device's compiler accepts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright --project firmware
	$(BIN)/pyright --project firmware/pyrightconfig-c3.json
	$(BIN)/lint-imports --no-logo
	@$(BIN)/python .ci/compile-for-board

fix: $(READY) ## format, and apply the linter's safe fixes
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

demo: $(READY) ## a ward in this terminal: press, acknowledge, clear
	$(BIN)/wardbell demo

demo-story: $(READY) ## a scripted night on the whole chain, as a time line
	$(BIN)/wardbell demo-story

bench: $(READY) ## run every benchmark; tables here, figures in build/bench
	@mkdir -p build/bench
	@set -e; for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(BIN)/python "$$bench"; done

bench-radio: $(READY) ## Wardbell's receivers beside others and beside physics; ARGS=--short, ARGS='impulses captures'
	@PYTHONPATH=tests/bench $(BIN)/python -m radio_bench $(ARGS)

bench-chip: $(READY) ## what hearing costs on an emulated RP2040; builds the receiver, or WARDBELL_UF2=FILE
	@[ -n "$(WARDBELL_UF2)" ] || firmware/image/build receiver
	@WARDBELL_UF2="$(WARDBELL_UF2)" $(BIN)/python tests/bench/bench_chip.py

bench-engine: $(READY) ## the call centre under a crowd, 10 calls a second, a year's rows; ARGS='--only crowd line year --seconds 60'
	@$(BIN)/python tests/bench/bench_engine.py $(ARGS)

bench-firmware: $(READY) ## what a Pico sends, hears, takes and costs, on an emulated one; builds its images; ARGS='--only send hear'
	@firmware/image/build
	@$(BIN)/python tests/bench/bench_firmware.py $(ARGS)

firmware: ## build/image: bedside.uf2 and receiver.uf2 with their app in it; MICROPYTHON=DIR names a source tree
	@MICROPYTHON="$(MICROPYTHON)" firmware/image/build

flash: $(READY) ## install on a stock MicroPython board: ROLE=bedside, receiver or bedside-c3, PORT=/dev/...
	@[ -n "$(ROLE)" ] || { echo "flash: say what it is to be: make flash ROLE=bedside (or receiver, bedside-c3) PORT=/dev/..." >&2; exit 2; }
	@$(BIN)/python firmware/image/flash.py $(ROLE) --port "$(PORT)"

hil: $(READY) ## tests on two real boards: PORT_NODE=/dev/... PORT_RECEIVER=/dev/..., WIRE=1 where a wire joins them; tests/hil/README.md
	@WARDBELL_PORT_NODE="$(PORT_NODE)" WARDBELL_PORT_RECEIVER="$(PORT_RECEIVER)" WARDBELL_HIL_PATH="$(if $(WIRE),wire)" \
	  $(BIN)/python -m pytest tests/hil -m hil -v $(ARGS)

soak: $(READY) ## 24 hours of both apps in virtual time: the heap must not grow; ARGS='--hours 2'
	@.ci/micropython-32bit
	@$(BIN)/python tests/bench/soak.py $(ARGS)

soak-chip: $(READY) ## 24 hours of a node's image on an emulated Pico, over an hour of the computer's; ARGS='--hours 2'
	firmware/image/build bedside
	$(BIN)/python tests/bench/soak_chip.py $(ARGS)

campaign-air: $(READY) ## hours of noise and presses at the edge through the device's code; ARGS='--hours 24 --presses 30000'
	$(BIN)/python tests/bench/campaign_air.py $(ARGS)

faults-engine: $(READY) ## the call centre's engines, and its consoles, killed some thousand times on both databases; ARGS='--nights 0', '--live 400', '--mutate all'
	PYTHONPATH=tests $(BIN)/python tests/bench/faults_engine.py $(ARGS)

campaign-provision: $(READY) ## wardbell provision of emulated Picos with our images, radio loop-back and all
	firmware/image/build bedside receiver
	$(BIN)/python tests/bench/campaign_provision.py

hardware: $(READY) ## write, draw and check the sheets, lists and pictures in hw/; KiCad 9 (.ci/kicad) draws and checks
	$(BIN)/python -m wardbell_hw write
	$(BIN)/python -m wardbell_hw draw
	$(BIN)/python -m wardbell_hw check

lock: $(READY) ## pin in requirements/ what pyproject.toml asks for; UPGRADE=1 takes the newest allowed
	@.ci/lock $(if $(UPGRADE),--upgrade)

clean: ## remove the environments and everything that was built
	rm -rf .venv .venv-micropython build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
