#!/bin/bash
# The pickle machine beside Python's two unpicklers, on streams made from seeds. SW_PICKLE_STREAMS says
# how many of each seed.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

command -v python3 >/dev/null || skip_all "python3 is not installed"

for seed in 1 2 3 4; do
    expect "no stream of seed $seed hides anything from the machine" 0 \
        python3 "$SW_SOURCE/test/interop/pickle_readers.py" "$SW_BUILD/interop-pickle_reach" \
        "$seed" "${SW_PICKLE_STREAMS:-3000}"
done
done_testing
