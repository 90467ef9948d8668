#!/usr/bin/env bash
# Fuzzes one reader: tests/fuzz/run.sh biff [seconds]. Finds are written to artifacts/, new inputs to found/.
#
# `cargo fuzz run biff` does the same with an address sanitizer; this needs no more than the toolchain of the house,
# because the readers have no unsafe code that a sanitizer could watch.
#
# tests/fuzz/run.sh large reads the costliest files that an upload may be, as the server is built, and fails where one
# takes more than 2 s of processor time or 200 MB. Small inputs as here find no such file.
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?xml, workbook, biff, html, delimited, json, any or large}
if [[ $target == large ]]; then
  exec cargo run --profile server --example large
fi
seconds=${2:-180}
mkdir -p "found/$target" "artifacts/$target"
triple=$(rustc -vV | sed -n 's/^host: //p')
# With the target named, build scripts and macros are built without the instruments.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
  cargo build --release --target "$triple" --bin "$target"
exec "target/$triple/release/$target" "found/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" \
  -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=400 -print_final_stats=1
