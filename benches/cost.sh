#!/usr/bin/env bash
# What cancellation, panics, context and metrics cost a job, in instructions (callgrind).
#
# `cost.sh` builds copies of the runtime from which these have been taken out, all of them and then
# one less each time, and prints a table; `cost.sh --write` also puts it into README.md. The copies are
# right for this one use only: jobs that nobody cancels, that do not panic, and whose counts nobody
# reads. An edit that no longer finds its line ends the script.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
    echo "cost.sh: skipped: there is no valgrind here" >&2
    exit 0
fi

out=$PWD/target/bench/cost
features=(cancellation panics context metrics)
# The difference of two runs leaves out what is done once.
few=10000 many=60000

# edit FILE FROM TO: replaces the one place where FILE has FROM.
edit() {
    local file=$1 from=$2 to=$3 text
    text=$(<"$file")
    if [[ $text != *"$from"* ]]; then
        echo "cost.sh: $file has no longer: $from" >&2
        exit 1
    fi
    printf '%s\n' "${text/"$from"/"$to"}" >"$file"
}

# Each takes one thing out of the runtime in the current directory.
without_cancellation() {
    edit src/task/state.rs 'let before = self.0.fetch_or(CLAIMED, Ordering::Acquire);' \
        'let before = self.0.load(Ordering::Acquire);'
    edit src/task/raw.rs 'let _current = current::enter(self.0);' ''
    edit src/call.rs 'if !self.handle.is_detached() {' 'if false {'
}

without_panics() {
    edit src/task/raw.rs 'let result = panic::catch_unwind(AssertUnwindSafe(|| {' \
        'let result = (|f: AssertUnwindSafe<_>| Ok::<bool, Payload>(call(f.0)))(AssertUnwindSafe(|| {'
    edit src/task/raw.rs 'impl RawTask {' 'fn call<R>(f: impl FnOnce() -> R) -> R { f() } impl RawTask {'
    edit src/util.rs 'panic::catch_unwind(AssertUnwindSafe(f))' 'Ok(f())'
}

without_context() {
    edit src/context.rs 'runtime: tokio::runtime::Handle::try_current().ok(),' 'runtime: None,'
    edit src/context.rs 'self.runtime.as_ref().map(tokio::runtime::Handle::enter),' '(),'
    edit src/task/raw.rs 'drop_quietly(context);' 'std::mem::forget(context);'
}

without_metrics() {
    edit src/pool/counters.rs 'self.running.store(running, Relaxed);' 'let _ = running;'
    edit src/pool/counters.rs 'counter.store(counter.load(Relaxed) + 1, Relaxed);' 'let _ = counter;'
}

# build NAME [FEATURE ...]: the binary in $out/NAME/cost, without the features.
build() {
    local copy=$out/$1 feature
    shift
    rm -rf "$copy"
    mkdir -p "$copy/cost/src"
    cp -r asyncify-macros asyncify-runtime Cargo.lock "$copy"
    {
        printf '[workspace]\nresolver = "3"\nmembers = ["asyncify-*", "cost"]\n\n'
        sed -n '/^\[workspace.package\]/,$p' Cargo.toml
    } >"$copy/Cargo.toml"
    cp benches/src/bin/cost.rs "$copy/cost/src/main.rs"
    cat >"$copy/cost/Cargo.toml" <<-'END'
		[package]
		name = "cost"
		edition = "2024"

		[dependencies]
		asyncify-runtime.workspace = true
		tokio = { workspace = true, features = ["rt"] }
	END
    for feature; do
        (cd "$copy/asyncify-runtime" && "without_$feature")
    done
    (cd "$copy" && RUSTFLAGS="--cap-lints allow" CARGO_TARGET_DIR=$out/target cargo build -q --release -p cost)
    cp "$out/target/release/cost" "$copy/cost/cost"
}

# instructions NAME: a job, in that build.
instructions() {
    local jobs counts=()
    for jobs in $few $many; do
        counts+=("$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
            "$out/$1/cost/cost" "$jobs" 2>&1 | sed -n 's/.*Collected : //p')")
    done
    echo $(((counts[1] - counts[0] + (many - few) / 2) / (many - few)))
}

table() {
    local bare before count k verdict="**no**"
    build bare "${features[@]}"
    bare=$(instructions bare)
    echo "| an empty job | instructions | of a bare one |"
    echo "| --- | --- | --- |"
    echo "| bare | $bare | |"
    before=$bare
    for k in "${!features[@]}"; do
        build "with-${features[k]}" "${features[@]:k+1}"
        count=$(instructions "with-${features[k]}")
        echo "| with ${features[k]} | +$((count - before)) | $((100 * (count - before) / bare)) % |"
        before=$count
    done
    echo "| all four | +$((count - bare)) | $((100 * (count - bare) / bare)) % |"
    ((3 * (count - bare) < bare)) && verdict=yes
    echo
    echo "A whole job takes $count. Target: all four under a third of a bare one. Met: $verdict."
}

text=$(table)
echo "$text"
if [[ ${1-} == --write ]]; then
    readme=$(<benches/README.md)
    begin='<!-- cost:begin -->' end='<!-- cost:end -->'
    printf '%s\n' "${readme%%"$begin"*}$begin"$'\n\n'"$text"$'\n\n'"$end${readme#*"$end"}" \
        >benches/README.md
fi
