#!/bin/sh
# Leaves out the mails of a source: remove.sh SOURCE INPUT OUTPUT
set -eu
grep -v "\"id\":\"$1/" "$2" >"$3"
