#!/usr/bin/env bash
# How long the macro crate takes to build, cold and for debugging, beside async-trait: both with all
# they depend on, in turns, by the clock and in CPU time, which other work on the machine troubles
# less. `benches/macros.sh [ROUNDS [FEATURE]]`; the target is 1.1 times async-trait's.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-3}
features="\"tokio\"${2:+, \"$2\"}"
macros=$PWD/asyncify-macros
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CARGO_INCREMENTAL=0
TIMEFORMAT='%R %U %S'

# make NAME DEPENDENCY: a crate that depends on nothing else.
make() {
    mkdir -p "$scratch/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\n%s\n[workspace]\n' \
        "$1" "$2" >"$scratch/$1/Cargo.toml"
    : >"$scratch/$1/src/lib.rs"
    cargo fetch -q --manifest-path "$scratch/$1/Cargo.toml"
}

make ours "asyncify-macros = { path = \"$macros\", features = [$features] }"
make theirs 'async-trait = "0.1"'

for _ in $(seq "$rounds"); do
    for name in ours theirs; do
        rm -rf "$scratch/target"
        taken=$({ time cargo build -q --offline --manifest-path "$scratch/$name/Cargo.toml" \
            --target-dir "$scratch/target" 2>/dev/null; } 2>&1)
        echo "$name $taken"
    done
done | tee >(cat >&2) | awk '
    { wall[$1] += $2; cpu[$1] += $3 + $4 }
    END {
        printf "wall %.2fx, CPU %.2fx\n", wall["ours"] / wall["theirs"], cpu["ours"] / cpu["theirs"]
    }'
