# Quarterdeck's commands. Each prepares what it needs; nothing has to be installed first
# but git and Python 3.11 or newer.
.PHONY: demo walk eval test run check lint lock clean

RUN := scripts/prepare run
DEV := scripts/prepare dev

demo:  ## The product at work on this machine, no keys needed
	@$(RUN)
	@.venv/bin/python -m playground.demo

walk:  ## Every end of a request, played against the real bot and printed step by step
	@$(RUN)
	@.venv/bin/python -m playground.walk

eval:  ## Replayed incidents, investigated and scored (MODEL=name asks a language model)
	@$(RUN)
	@.venv/bin/python -m playground.evaluation $(if $(MODEL),--model $(MODEL)) $(EVAL)

test:  ## Lint, types, import rules and every test
	@$(DEV)
	@scripts/check

run:  ## Serve a real workspace (see the README's six lines)
	@$(RUN)
	@.venv/bin/python -m bot migrate
	@.venv/bin/python -m bot run

lint:  ## Format and fix what can be fixed
	@$(DEV)
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock:  ## Resolve the dependencies again into requirements/
	@$(DEV)
	@scripts/lock

clean:
	rm -rf .venv build var
