#!/usr/bin/env bash
# The time of a cold build of a program with one blocking call, by asyncify and by tokio's
# `spawn_blocking`, for debugging and in release, and the size of the stripped binary; and those of programs
# that use the features `metrics` and `console` as well.
# `benches/build.sh [ROUNDS]`: the programs alternate, and the table has the means of the rounds.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-3}
runtime=$PWD/asyncify-runtime
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CARGO_INCREMENTAL=0
TIMEFORMAT=%R

# make NAME EXPRESSION [DEPENDENCY]: a program that prints a number.
make() {
    mkdir -p "$scratch/$1/src"
    cat >"$scratch/$1/Cargo.toml" <<END
[package]
name = "$1"
version = "0.1.0"
edition = "2024"
[dependencies]
tokio = { version = "1", features = ["rt"] }
${3-}
[workspace]
END
    cat >"$scratch/$1/src/main.rs" <<END
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    println!("{}", runtime.block_on(async { $2 }));
}
END
    cargo fetch -q --manifest-path "$scratch/$1/Cargo.toml"
}

call='asyncify_runtime::asyncify!(std::fs::metadata("/")).await.unwrap().len()'
make asyncify "$call" "asyncify-runtime = { path = \"$runtime\" }"
make metrics "asyncify_runtime::observe::Registry::new().record(); $call" \
    "asyncify-runtime = { path = \"$runtime\", features = [\"metrics\"] }"
make console "let registry = asyncify_runtime::observe::Registry::new();
        let _console = asyncify_runtime::console::Console::bind(&registry, \"127.0.0.1:0\").unwrap(); $call" \
    "asyncify-runtime = { path = \"$runtime\", features = [\"console\"] }"
make tokio 'tokio::task::spawn_blocking(|| std::fs::metadata("/").unwrap().len()).await.unwrap()'

for _ in $(seq "$rounds"); do
    for name in asyncify metrics console tokio; do
        for profile in dev release; do
            rm -rf "$scratch/target"
            seconds=$({ time cargo build -q --offline --profile "$profile" --target-dir "$scratch/target" \
                --manifest-path "$scratch/$name/Cargo.toml" 2>/dev/null; } 2>&1)
            echo "$name $profile $seconds"
        done
        strip "$scratch/target/release/$name"
        echo "$name bytes $(stat -c %s "$scratch/target/release/$name")"
        echo "$name packages $(grep -c '^name = ' "$scratch/$name/Cargo.lock")"
    done
done | awk '
    { sum[$1, $2] += $3; count[$1, $2]++ }
    function mean(name, what) { return sum[name, what] / count[name, what] }
    function row(name, title) {
        printf "| %s | %.1f s | %.1f s | %d KiB | %d |\n", title, mean(name, "dev"), mean(name, "release"),
            mean(name, "bytes") / 1024, mean(name, "packages") - 1
    }
    END {
        print "| a program with | debug | release | binary | dependencies |"
        print "| --- | --- | --- | --- | --- |"
        row("asyncify", "asyncify")
        row("metrics", "asyncify with `metrics`")
        row("console", "asyncify with `console`")
        row("tokio", "tokio")
    }'
