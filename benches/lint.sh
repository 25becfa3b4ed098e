#!/usr/bin/env bash
# Who finds the calls that block: `benches/lint/src/lib.rs` through `async_safe`, clippy with our list,
# and cargo-async-doctor, which is installed below `target` where it is missing. Prints, for each, how
# many of the functions that block it reports, how many of those that are right, and what it leaves.
# The tables in `asyncify-runtime/docs/blocking-calls.md` show them one by one.
set -euo pipefail
cd "$(dirname "$0")/lint"

export CARGO_TARGET_DIR=$PWD/../../target/lint CARGO_TERM_COLOR=never
export CLIPPY_CONF_DIR=$CARGO_TARGET_DIR/clippy PATH=$CARGO_TARGET_DIR/tools/bin:$PATH
mkdir -p "$CLIPPY_CONF_DIR"
cp ../../asyncify-runtime/docs/blocking-calls.clippy.toml "$CLIPPY_CONF_DIR/clippy.toml"

# count NAME: reads the lines that were reported.
count() {
    awk -v tool="$1" '
        NR == FNR { reported[$1]; next }
        match($0, /(case|right)_[0-9]+_[a-z_]+/) {
            current = substr($0, RSTART, RLENGTH)
            kind = substr(current, 1, index(current, "_") - 1)
            all[kind]++
            left[current]
        }
        FNR in reported && current in left { found[kind]++; delete left[current] }
        END {
            printf "%s: %d of %d that block, %d of %d that are right; not seen:", tool,
                found["case"], all["case"], found["right"], all["right"]
            for (name in left) if (name ~ /^case/) printf " %s", name
            print ""
        }' - src/lib.rs
}

touch src/lib.rs
cargo check -q --message-format short 2>&1 |
    sed -n '/blocking_call\|held over/s/^src\/lib.rs:\([0-9]*\):.*/\1/p' | count async_safe
touch src/lib.rs
cargo clippy -q --message-format short -- -A deprecated -A clippy::all -W clippy::disallowed_methods 2>&1 |
    sed -n '/disallowed/s/^src\/lib.rs:\([0-9]*\):.*/\1/p' | count clippy
command -v cargo-async-doctor >/dev/null ||
    cargo install -q cargo-async-doctor --version 1.0.1 --root "$CARGO_TARGET_DIR/tools" ||
    { echo "skipped: cargo-async-doctor cannot be installed"; exit 0; }
cargo async-doctor | sed -n 's/.*location=src\/lib.rs:\([0-9]*\).*/\1/p' | count cargo-async-doctor
