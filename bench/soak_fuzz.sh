#!/bin/bash
# Fuzzes each parser of the scanner SW_SOAK_RUNS times (10,000,000: an hour each for the slower ones), with
# AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer.
. "${SW_SOURCE:-.}/bench/lib.sh"

cd "$SW_SOURCE"
mapfile -t targets < <(grep -lE 'inspect_input\.h|"scan/' test/fuzz/fuzz_*.c | sed 's/.*fuzz_//; s/\.c$//')
scripts/fuzz "runs=${SW_SOAK_RUNS:-10000000}" "${targets[@]}"
