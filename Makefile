# `make help` lists what there is.
SHELL := /bin/bash
STAGE := tools/stage
LINT := .tools/bin/golangci-lint
GO_PACKAGES := ./...

.DEFAULT_GOAL := help
.PHONY: help test check

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
