#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a checker of texts that npm has installed into the folder given, or says why not (77).
set -eu
tool=$1/node_modules/.bin/$2
shift 2
if ! [ -x "$tool" ]; then
    echo "SKIP: no $tool (npm ci in tests/browser)"
    exit 77
fi
exec "$tool" "$@"
