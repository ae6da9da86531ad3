#!/usr/bin/env bash
# The same run on Apache Spark: every file has the bytes that threads give, also where an executor is
# killed. It needs Java 17 and 0.5 GB from PyPI, so `.ci/run` leaves it out.
#
#     cargo build --release --locked && tests/spark.sh
#
# UPTAKE_BIN is another program than target/release/uptake, SPARK_VENV a folder that has pyspark.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
uptake="$(realpath "${UPTAKE_BIN:-$here/target/release/uptake}")"
[ -x "$uptake" ] || { echo "no program $uptake: cargo build --release --locked" >&2; exit 1; }
command -v java > /dev/null || { echo "no Java: Spark needs version 17 or 21" >&2; exit 1; }

work="$(mktemp -d)"
venv="${SPARK_VENV:-$work/venv}"
spark=""
end() {
  if [ -n "$spark" ]; then kill "$spark" 2> /dev/null || true; fi
  # Executors leave what was sent to them, the program among it.
  find "$venv"/lib/*/site-packages/pyspark/work -maxdepth 1 -name 'app-*' -newer "$work/in" -exec rm -rf {} + 2> /dev/null || true
  rm -rf "$work"
}
trap end EXIT

if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "pyspark==4.3.0"
fi

"$uptake" sample --out "$work/in" --customers 12 --users 20 --days 45 --last-day 2026-09-30 --quiet
pipeline="$work/in/pipeline.toml"
root() { echo "--warehouse $work/$1/warehouse --published $work/$1/published"; }

# What a warehouse and its published files are: names and digests of all tables. What says when and
# how they were made is left out.
content() {
  (cd "$work/$1" && find . -type f \( -name '*.parquet' -o -name '*.csv' \) -not -path '*/.uptake/*' -not -path '*/releases/*' -print0 | sort -z | xargs -0 sha256sum)
}

# shellcheck disable=SC2046
"$uptake" run "$pipeline" $(root threads) --quiet > /dev/null
content threads > "$work/threads.txt"
[ "$(wc -l < "$work/threads.txt")" -gt 100 ] || { echo "there is little to compare" >&2; exit 1; }

# The executors of a driver: children of its Java process, by their numbers.
executors() {
  local child
  for child in $(pgrep -P "$1" || true); do
    if tr '\0' ' ' < "/proc/$child/cmdline" 2> /dev/null | grep -q CoarseGrainedExecutorBackend; then echo "$child"; fi
    executors "$child"
  done
}

# NAME whether an executor is killed (yes or no)
on_spark() {
  local name="$1" pipeline_here="$work/in/$1.toml"
  # Executors get no options, so the folders stand in the pipeline file.
  sed -e "s#^path = \"warehouse\"#path = \"$work/$name/warehouse\"#" -e "s#^published = .*#published = \"$work/$name/published\"#" "$pipeline" > "$pipeline_here"
  PYSPARK_PYTHON="$venv/bin/python" PYSPARK_DRIVER_PYTHON="$venv/bin/python" SPARK_LOCAL_IP=127.0.0.1 UPTAKE_LEASE_SECONDS=10 \
    "$venv/bin/spark-submit" --master 'local-cluster[2,1,1024]' --driver-memory 512m \
    --conf spark.executor.memory=512m --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 \
    "$here/examples/spark/uptake_spark.py" "$pipeline_here" --uptake "$uptake" --shared-folders --quiet > "$work/$name.log" 2>&1 &
  spark=$!
  if [ "$2" = yes ]; then
    local killed=""
    for _ in $(seq 600); do
      # Once something was made, there is more to come.
      if compgen -G "$work/$name/warehouse/*/*" > /dev/null; then
        killed="$(executors "$spark")"
        killed="${killed%%$'\n'*}"
        [ -n "$killed" ] && break
      fi
      sleep 0.1
    done
    [ -n "$killed" ] || { grep -v " INFO " "$work/$name.log"; echo "no executor was found" >&2; exit 1; }
    kill -9 "$killed"
    echo "killed executor $killed"
  fi
  wait "$spark" || { grep -v " INFO " "$work/$name.log"; echo "the run on Spark failed" >&2; exit 1; }
  spark=""
  grep '^{"levels"' "$work/$name.log" || { grep -v " INFO " "$work/$name.log"; echo "Spark made no task" >&2; exit 1; }
  content "$name" > "$work/$name.txt"
  diff "$work/threads.txt" "$work/$name.txt" || { echo "$name differs from threads" >&2; exit 1; }
  if grep -q 'no worker has taken a task\|workers have left' "$work/$name.log"; then
    grep -v " INFO " "$work/$name.log"; echo "the driver made what executors should have made" >&2; exit 1
  fi
  echo "$name: $(wc -l < "$work/$name.txt") files are those of threads"
}

on_spark spark no
on_spark killed yes
