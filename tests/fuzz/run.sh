#!/usr/bin/env bash
# Fuzzes one reader: tests/fuzz/run.sh biff [seconds]. Finds are written to artifacts/, new inputs to found/.
#
# `cargo fuzz run biff` does the same with an address sanitizer; this needs no more than the toolchain of the house,
# because the readers have no unsafe code that a sanitizer could watch.
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?xml, workbook, biff, html, delimited, json or any}
seconds=${2:-180}
mkdir -p "found/$target" "artifacts/$target"
triple=$(rustc -vV | sed -n 's/^host: //p')
# With the target named, build scripts and macros are built without the instruments.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
  cargo build --release --target "$triple" --bin "$target"
exec "target/$triple/release/$target" "found/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" \
  -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=512 -print_final_stats=1
