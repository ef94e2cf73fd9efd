# `make help` lists what there is.
SHELL := /bin/bash
STAGE := tools/stage
LINT := .tools/bin/golangci-lint
GO_PACKAGES := ./...
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)"
WITH_POSTGRES = COUNTERSIGN_TEST_POSTGRES=$$(tools/postgres start)

.DEFAULT_GOAL := help
.PHONY: help run build test test-api check bench verify

help: ## list the commands
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

run: build ## build the server and run it on SQLite in ./data; ARGS="--addr 127.0.0.1:9000"
	@bin/countersign serve $(ARGS)

build: ## build bin/countersign, one static file
	@$(GO_BUILD) -o bin/countersign ./cmd/countersign

test: check ## everything that CI runs; installs and starts what it needs
	@$(STAGE) "PostgreSQL" 120 tools/postgres start >/dev/null
	@$(WITH_POSTGRES) $(STAGE) "go test" 300 go test -race -shuffle=on $(GO_PACKAGES)
	@$(MAKE) --no-print-directory test-api
	@if [ -d internal/yjs ]; then $(MAKE) --no-print-directory test-yjs; fi

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
