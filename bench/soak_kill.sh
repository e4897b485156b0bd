#!/bin/bash
# Kills a store at random points while threads append to it; see test/unit/evidence/test_kill.c.
# SW_SOAK_ROUNDS (1000) says how often.
. "${SW_SOURCE:-.}/bench/lib.sh"

SW_KILL_ROUNDS=${SW_SOAK_ROUNDS:-1000} "$SW_BUILD/unit-evidence-kill"
