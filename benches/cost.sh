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
# As it is now: all builds are of the same source.
source=$out/source
rm -rf "$source"
mkdir -p "$source"
cp -r asyncify-macros asyncify-runtime Cargo.toml Cargo.lock benches/src/bin/cost.rs "$source"
features=(cancellation panics context metrics)
# The difference of two runs leaves out what is done once.
few=10000 many=60000

# edit FROM TO: replaces FROM in the one file of src that has it.
edit() {
    local from=$1 to=$2 text files
    mapfile -t files < <(grep -rlF -- "$from" src)
    if ((${#files[@]} != 1)); then
        echo "cost.sh: in ${#files[@]} files instead of one: $from" >&2
        exit 1
    fi
    text=$(<"${files[0]}")
    printf '%s\n' "${text/"$from"/"$to"}" >"${files[0]}"
}

# Each takes one thing out of the runtime in the current directory.
without_cancellation() {
    edit 'let before = self.0.fetch_or(flags, Ordering::Acquire);' \
        'let before = self.0.load(Ordering::Acquire);'
    edit 'let _current = current::enter(self);' ''
    edit 'if !self.handle.is_taken() {' 'if false {'
}

without_panics() {
    edit 'panic::catch_unwind(AssertUnwindSafe(f))' 'Ok(f())'
}

without_context() {
    edit 'runtime: tokio::runtime::Handle::try_current().ok(),' 'runtime: None,'
    edit 'self.runtime.as_ref().map(tokio::runtime::Handle::enter),' '(),'
    edit 'drop_quietly(context);' 'std::mem::forget(context);'
}

without_metrics() {
    edit 'self.running.store(running, Relaxed);' 'let _ = running;'
    edit 'counter.store(counter.load(Relaxed) + 1, Relaxed);' 'let _ = counter;'
}

# build NAME [FEATURE ...]: the binary in $out/NAME/cost, without the features.
build() {
    local copy=$out/$1 feature
    shift
    rm -rf "$copy"
    mkdir -p "$copy/cost/src"
    cp -r "$source"/asyncify-* "$source/Cargo.lock" "$copy"
    {
        printf '[workspace]\nresolver = "3"\nmembers = ["asyncify-*", "cost"]\n\n'
        sed -n '/^\[workspace.package\]/,$p' "$source/Cargo.toml"
    } >"$copy/Cargo.toml"
    cp "$source/cost.rs" "$copy/cost/src/main.rs"
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
        counts+=("$(valgrind --tool=callgrind --callgrind-out-file="$out/callgrind.out" \
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
