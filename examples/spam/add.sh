#!/bin/sh
# Puts files of JSON lines one behind the other: add.sh OUTPUT INPUT...
set -eu
output=$1
shift
cat "$@" >"$output"
