#!/bin/bash
# Somebody changes a model in a tight loop while it is admitted, covered and read; see
# test/cmd/load_races.sh. SW_SOAK_ROUNDS (500) says how often a command is started and tampered with.
. "${SW_SOURCE:-.}/bench/lib.sh"

SW_BIN=$SW_BIN SW_RACE_ROUNDS=${SW_SOAK_ROUNDS:-500} bash "$SW_SOURCE/test/cmd/load_races.sh"
