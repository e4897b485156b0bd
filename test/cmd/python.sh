# The Python package over the C library: its own tests, and that it needs nothing newer than it says.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

library=$SW_BUILD/libsealwright.so.0
[ -e "$library" ] || skip_all "the library is not built"
case $(nm -D "$SW_BIN" 2>/dev/null) in
*__asan_*) skip_all "Python cannot load a library with the sanitizers' run-time" ;;
esac
export SEALWRIGHT_LIBRARY=$library PYTHONPATH=$SW_SOURCE/python PYTHONDONTWRITEBYTECODE=1
for file in "$SW_SOURCE"/python/tests/test_*.py; do
    expect "$(basename "$file" .py)" 0 python3 -W error "$file" -v
    like "ran" "$err" $'\nRan [1-9][0-9]* tests? in .*\n\nOK$'
done
expect "the package is Python 3.9" 0 python3 - "$SW_SOURCE"/python/sealwright/*.py <<'P'
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name).read(), name, feature_version=(3, 9))
P
expect "what it calls is in the header" 0 python3 - "$SW_SOURCE/include/sealwright/sealwright.h" <<'P'
import re, sys
from sealwright import _library
declared = set(re.findall(r"\b(sealwright_[a-z_]+)\(", open(sys.argv[1]).read()))
unknown = set(_library._FUNCTIONS) - declared
assert not unknown, unknown
left_out = declared - set(_library._FUNCTIONS)
assert left_out == {"sealwright_open"}, left_out
P
expect "each public thing is documented" 0 python3 - "$SW_SOURCE/doc/python.md" <<'P'
import inspect, sys
import sealwright
page = open(sys.argv[1]).read()
for name in sealwright.__all__:
    thing = getattr(sealwright, name)
    assert inspect.getdoc(thing), name
    assert name in page, name
P
done_testing
