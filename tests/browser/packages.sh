#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the browser tests need from npm into the folder given, once per lock file. Without
# a network this says why and ends well: the tests themselves then SKIP.
set -eu
work=$1
mkdir -p "$work"
if cmp -s package-lock.json "$work/package-lock.json" && [ -d "$work/node_modules" ]; then
    echo "packages are there"
    exit 0
fi
cp package.json .npmrc "$work/"
rm -rf "$work/package-lock.json" "$work/node_modules"
cp package-lock.json "$work/package-lock.json.new"
mv "$work/package-lock.json.new" "$work/package-lock.json"
if ! (cd "$work" && npm ci --ignore-scripts); then
    rm -f "$work/package-lock.json"
    echo "npm ci failed: the browser tests will be skipped"
fi
