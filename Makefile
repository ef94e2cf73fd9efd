# `make help` lists what there is.
SHELL := /bin/bash
STAGE := tools/stage
LINT := .tools/bin/golangci-lint
GO_PACKAGES := ./...
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)"
WITH_POSTGRES = COUNTERSIGN_TEST_POSTGRES=$$(tools/postgres start)

.DEFAULT_GOAL := help
.PHONY: help run build test test-api check bench verify test-yjs fuzz-yjs bench-yjs golden-yjs fuzz

help: ## list the commands
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

run: build ## build the server and run it on SQLite in ./data; ARGS="--addr 127.0.0.1:9000"
	@bin/countersign serve $(ARGS)

build: ## build bin/countersign, one static file
	@$(GO_BUILD) -o bin/countersign ./cmd/countersign

test: check ## everything that CI runs; installs and starts what it needs
	@$(STAGE) "PostgreSQL" 120 tools/postgres start >/dev/null
	@$(WITH_POSTGRES) $(STAGE) "go test" 600 go test -race -shuffle=on $(GO_PACKAGES)
	@$(MAKE) --no-print-directory test-api
	@$(MAKE) --no-print-directory test-yjs

test-api: build ## lint the API's description
	@$(STAGE) "API description" 60 tools/openapi/lint

check: ## formatting, lint (with the dependency diagram) and vet
	@$(STAGE) "set-up" 240 tools/setup lint
	@$(STAGE) "formatting" 20 $(LINT) fmt --diff
	@$(STAGE) "lint" 180 $(LINT) run
	@$(STAGE) "vet" 120 go vet $(GO_PACKAGES)

bench: build ## measure what docs/performance.md tells; AREAS="policy login"
	@$(STAGE) "benchmarks" 900 env $(WITH_POSTGRES) go run ./tools/bench $(AREAS)

verify: test build ## everything that must hold before a release: the tests, and the binary starting on an empty directory
	@$(STAGE) "first run" 30 tools/first-run bin/countersign

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
