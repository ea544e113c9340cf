#!/bin/sh
# Regenerates what is made from grammar.js and notes the checksums that `cargo test` compares.
# Needs tree-sitter's program: cargo install tree-sitter-cli --version 0.27.1 --locked --no-default-features
# (that build runs grammar.js with Node.js); TREE_SITTER names another one than the first in PATH.
set -eu
cd "$(dirname "$0")"
wanted="tree-sitter 0.27.1"
found=$("${TREE_SITTER:-tree-sitter}" --version)
case $found in
  "$wanted"*) ;;
  *) echo "generate.sh: $wanted is needed, this is $found" >&2; exit 1 ;;
esac
"${TREE_SITTER:-tree-sitter}" generate "$@"
cksum grammar.js src/grammar.json src/node-types.json src/parser.c > src/CHECKSUMS
