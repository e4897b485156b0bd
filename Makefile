# A front for CMake and the scripts; every target is one thing a person wants.
#
#   make quickstart   set up, build, and show the main job on a real model
#   make test         set up, build, and run every test
#   make bench        measure against peers and limits
#   make docs         man pages into build/release/man
#   make install      PREFIX=/usr/local DESTDIR=
#   make gates        formatting, banned calls, arrows, size, warnings
#   make fuzz         fuzz every target for FUZZ_SECONDS each
#   make soak         what takes long: kill -9, large logs, ten million runs of each parser

PREFIX ?= /usr/local
DESTDIR ?=
PRESET ?= dev
FUZZ_SECONDS ?= 60

.PHONY: all quickstart test bench docs install gates fuzz soak setup build release clean

all: build

setup:
	@scripts/setup

build:
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET)

release:
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX) >/dev/null
	@cmake --build --preset release

quickstart: setup
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX) >/dev/null
	@cmake --build --preset release --target sealwright
	@scripts/quickstart

test: setup
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET)
	@ctest --preset $(PRESET) -j3 --no-tests=error

bench: release
	@cmake --build --preset release --target bench-programs
	@bench/run

docs: release
	@cmake --build --preset release --target man

install: docs
	@DESTDIR=$(DESTDIR) cmake --install build/release

gates:
	@scripts/gates

fuzz:
	@scripts/fuzz $(FUZZ_SECONDS)

soak: release
	@cmake --build --preset release --target bench-programs
	@bench/soak

clean:
	rm -rf build quickstart
