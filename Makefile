# `make help` lists what there is.
SHELL := /bin/bash
STAGE := tools/stage
LINT := .tools/bin/golangci-lint
GO_PACKAGES := ./...

.DEFAULT_GOAL := help
.PHONY: help test check test-yjs fuzz-yjs bench-yjs golden-yjs fuzz

help: ## list the commands
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

test: check ## everything that CI runs; installs and starts what it needs
	@$(STAGE) "go test" 300 go test -race -shuffle=on $(GO_PACKAGES)
	@$(MAKE) --no-print-directory test-yjs

check: ## formatting, lint (with the dependency diagram) and vet
	@$(STAGE) "set-up" 240 tools/setup lint yjs
	@$(STAGE) "formatting" 20 $(LINT) fmt --diff
	@$(STAGE) "lint" 180 $(LINT) run
	@$(STAGE) "vet" 120 go vet $(GO_PACKAGES)

# The Yjs core, held against real Yjs from npm (tools/yjs)

test-yjs: ## the Yjs core against real Yjs: vectors reproduced, sync both ways, random sessions for a minute
	@$(STAGE) "yjs set-up" 60 tools/setup yjs
	@$(STAGE) "yjs golden vectors" 30 node tools/yjs/golden.mjs --check
	@$(STAGE) "yjs sync" 60 node tools/yjs/sync.mjs
	@$(STAGE) "yjs differential fuzzer" 90 node tools/yjs/fuzz.mjs --budget 60 --seed $$(date +%s)

fuzz-yjs: ## the same for long: ROUNDS (5000) of every profile and delivery from SEED (1), after a self-test
	@tools/setup yjs
	node tools/yjs/selftest.mjs
	node tools/yjs/fuzz.mjs --rounds $(or $(ROUNDS),5000) --seed $(or $(SEED),1)

bench-yjs: ## time and memory of the Yjs core and of Yjs in Node, in turn in one run
	@tools/setup yjs
	node --expose-gc tools/yjs/bench.mjs --rounds $(or $(ROUNDS),5)

golden-yjs: ## write the golden vectors of internal/yjs anew
	@tools/setup yjs
	node tools/yjs/golden.mjs

fuzz: ## every Go fuzz target for FUZZTIME (30s) each
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ {names[++n]=$$0} /^ok/ {for (i=1;i<=n;i++) print $$2, names[i]; n=0}' | \
		while read -r package name; do \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(or $(FUZZTIME),30s) $$package || exit 1; \
		done
