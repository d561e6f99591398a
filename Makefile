# wakefs: `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
RUN_DIR ?= .wakefs
MNT ?= mnt
# The race detector takes several times the memory and CPU; two packages at a time is what two cores carry.
TEST_FLAGS ?= -count=1 -timeout 20m

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/wakefs, one static binary
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/wakefs ./cmd/wakefs

.PHONY: deps
deps: ## install what Debian's Go machine may lack: fuse3, a C compiler for the race detector
	@./.ci/deps

.PHONY: run
run: deps build ## run a node with the sample functions; the file system is ./mnt, ^C ends it
	@mkdir -p $(MNT)
	./bin/wakefs up --data $(RUN_DIR) --mount $(MNT) --samples

.PHONY: test
test: deps lint build ## everything that must pass: lint, all tests with the race detector, then without it the sandbox and what counts allocations
	WAKEFS_BIN=$(CURDIR)/bin/wakefs $(GO) test -race $(TEST_FLAGS) ./...
	CGO_ENABLED=0 $(GO) test $(TEST_FLAGS) ./chunks/... ./fs/... ./triggers/worker

.PHONY: race
race: ## all tests with the race detector
	$(GO) test -race $(TEST_FLAGS) ./...

.PHONY: lint
lint: ## gofmt, go vet, staticcheck
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "not gofmt-ed:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

.PHONY: fuzz
fuzz: ## each fuzz target for 20 s
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s $$p; done; done

.PHONY: campaign
campaign: deps build ## exactly once at scale: functions over 20,000 files while workers and the node are killed (WAKEFS_SEED=N, WAKEFS_CAMPAIGN_FILES=N)
	WAKEFS_BIN=$(CURDIR)/bin/wakefs WAKEFS_CAMPAIGN_FILES=$${WAKEFS_CAMPAIGN_FILES:-20000} \
	  $(GO) test ./cmd/wakefs -run '^TestCampaign$$' -v -count=1 -timeout 90m

.PHONY: bench
bench: deps build ## measure a node against the local disk (a quarter of an hour; BENCH_FLAGS=--quick: a minute)
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/wakefs-bench ./bench
	./bin/wakefs-bench --wakefs bin/wakefs $(BENCH_FLAGS)

.PHONY: cover
cover: ## test coverage by package
	$(GO) test -cover ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
