#!/usr/bin/env python3
"""Runs uptake and DuckDB on the same two jobs, in turn, and prints medians and ratios. See README.md.

    beside_duckdb.py UPTAKE FOLDER [--customers N] [--users N] [--days N] [--runs N] [--threads N]
"""

import argparse
import csv
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import duckdb

APPS = pathlib.Path(__file__).resolve().parent.parent / "data" / "catalogue" / "apps.csv"
LAST_DAY = "2026-09-30"


def make(options):
    """Raw sign-ins, and a pipeline that reads nothing else."""
    raw = options.folder / "raw"
    if not raw.exists():
        made = options.folder / "made"
        subprocess.run([options.uptake, "sample", "--out", made, "--customers", str(options.customers), "--days", str(options.days), "--users", str(options.users),
                        "--record-bytes", "3700", "--plain", "--last-day", LAST_DAY, "--quiet"], check=True)
        source = made / "raw" if (made / "raw").exists() else made
        raw.mkdir(parents=True)
        for container in source.glob("insights-logs-*signinlogs"):
            container.rename(raw / container.name)
        shutil.rmtree(made)
    (options.folder / "pipeline.toml").write_text(f'''name = "bench"
last_day = "{LAST_DAY}"
[input]
root = "raw"
[warehouse]
path = "warehouse"
published = "published"
shards = 4
[[source]]
feed = "activity"
format = "azure-monitor"
path = "insights-logs-*/**/PT1H.json"
fail_above = 1.0
''')
    for file in raw.rglob("*.json"):
        file.read_bytes()


def run(options, table):
    started = time.perf_counter()
    subprocess.run([options.uptake, "run", options.folder / "pipeline.toml", "--tables", table, "--threads", str(options.threads), "--quiet"], check=True)
    return time.perf_counter() - started


def connect(options):
    connection = duckdb.connect()
    connection.execute(f"set threads = {options.threads}; set preserve_insertion_order = false")
    return connection


def workloads():
    with open(APPS, encoding="utf-8") as file:
        return ", ".join(f"('{row['app_id']}', '{row['workload']}')" for row in csv.DictReader(file))


def duckdb_ingest(options, out):
    """Sign-ins that count, each once, per day, user and workload: by the resource, else by the client."""
    connection = connect(options)
    started = time.perf_counter()
    connection.execute(f"""
        copy (
            with app(id, workload) as (values {workloads()}),
            signed_in as (
                select distinct lower(tenantId) tenant_id, lower(p.id) id, lower(p.userId) user_id, lower(p.appId) app_id, lower(p.resourceId) resource_id,
                    coalesce(p.isInteractive, category = 'SignInLogs') asked, make_timestamp(epoch_us(p.createdDateTime::timestamptz))::date as day
                from (select tenantId, category, properties p from read_json('{options.folder}/raw/*/**/PT1H.json', format = 'newline_delimited',
                    hive_partitioning = false, ignore_errors = true, columns = {{tenantId: 'VARCHAR', category: 'VARCHAR',
                    properties: 'STRUCT(id VARCHAR, createdDateTime VARCHAR, userId VARCHAR, appId VARCHAR, resourceId VARCHAR, isInteractive BOOLEAN,
                        resourceTenantId VARCHAR, status STRUCT(errorCode INTEGER))'}}))
                where category in ('SignInLogs', 'NonInteractiveUserSignInLogs') and p.status.errorCode = 0 and p.userId <> '' and p.id <> ''
                    and coalesce(lower(p.resourceTenantId), lower(tenantId)) = lower(tenantId))
            select day, tenant_id, user_id, coalesce(resource.workload, client.workload) workload,
                count(*) filter (asked) interactive_sign_ins, count(*) filter (not asked) non_interactive_sign_ins
            from signed_in left join app resource on resource.id = resource_id left join app client on client.id = app_id
            where coalesce(resource.workload, client.workload) is not null
            group by all
        ) to '{out}' (format parquet, compression zstd, partition_by (day))""")
    return time.perf_counter() - started


def duckdb_rolling(options, out):
    """One pattern per user, workload and block of 28 days; each day is a shift of two of them."""
    connection = connect(options)
    daily = f"read_parquet('{options.folder}/warehouse/activity_daily/*/*.parquet', hive_partitioning = true)"
    first, last = connection.execute(f"select min(day)::date, max(day)::date from {daily}").fetchone()
    started = time.perf_counter()
    connection.execute(f"""
        create table pattern as
        with of_block as (
            select tenant_id, user_id, workload, epoch_days // 28 block, bit_or(1::bigint << (27 - epoch_days % 28)) bits
            from (select *, day::date - date '1970-01-01' epoch_days from {daily}) group by all)
        select tenant_id, user_id, workload, block, max(own) own, max(earlier) earlier from (
            select * exclude bits, bits own, 0 earlier from of_block
            union all select tenant_id, user_id, workload, block + 1, 0, bits from of_block) group by all""")
    day = first
    while day <= last:
        number = (day - type(day)(1970, 1, 1)).days
        block, place = divmod(number, 28)
        (out / f"day={day}").mkdir(parents=True)
        connection.execute(f"""
            copy (select tenant_id, user_id, workload, bits::uinteger active_bits, bit_count(bits)::tinyint active_days
                from (select *, (own >> (27 - {place})) | ((earlier << ({place} + 1)) & 268435455) bits from pattern where block = {block}) where bits <> 0)
            to '{out}/day={day}/part.parquet' (format parquet, compression zstd)""")
        day += type(day - day)(1)
    return time.perf_counter() - started


def content(folder, columns):
    """How many rows, and a sum over a hash of each."""
    files = [str(file) for file in folder.rglob("*.parquet")]
    return duckdb.connect().execute(f"select count(*), sum(hash({columns})::hugeint) % 18446744073709551616 from read_parquet(?, hive_partitioning = true)", [files]).fetchone()


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uptake", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    for name, number in (("customers", 20), ("users", 60), ("days", 60), ("runs", 3), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=number)
    options = parser.parse_args()
    options.uptake, options.folder = options.uptake.resolve(), options.folder.resolve()
    make(options)
    warehouse, out = options.folder / "warehouse", options.folder / "duckdb"
    steps = {
        "ingest": ("activity_daily", warehouse, duckdb_ingest, "day::date, tenant_id, user_id, workload, interactive_sign_ins::bigint, non_interactive_sign_ins::bigint"),
        "rolling": ("activity_28d", warehouse / "activity_28d", duckdb_rolling, "day::date, tenant_id, user_id, workload, active_bits::bigint, active_days::bigint"),
    }
    raw_bytes = sum(file.stat().st_size for file in (options.folder / "raw").rglob("*.json"))
    print(f"{raw_bytes / 1e6:.0f} MB of raw sign-ins, {options.threads} threads, {options.runs} runs")
    print("step      uptake s   duckdb s   ratio (median of pairs)   rows")
    for step, (table, removed, other, columns) in steps.items():
        pairs = []
        for _ in range(options.runs):
            shutil.rmtree(removed, ignore_errors=True)
            shutil.rmtree(out, ignore_errors=True)
            pairs.append((run(options, table), other(options, out)))
        rows, other_rows = content(warehouse / table, columns), content(out, columns)
        if rows != other_rows:
            sys.exit(f"{step}: the rows differ: uptake {rows}, duckdb {other_rows}")
        ours, theirs = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
        ratio = statistics.median(theirs / ours for ours, theirs in pairs)
        print(f"{step:8} {ours:9.2f} {theirs:10.2f} {ratio:8.2f} x {rows[0]:29,}   {size(warehouse / table) / 1e6:.1f} MB, duckdb {size(out) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
