"""Opens every file of a warehouse and of a published folder with DuckDB, pyarrow and Polars, and holds columns and types against the spec;
reads the metrics with both parsers of prometheus_client.

usage: readers.py WAREHOUSE PUBLISHED DICTIONARY

DICTIONARY is what `uptake describe --format json` says: the footers of the published files say the same.
"""

import datetime
import json
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

TEXT, COUNT, BITS, FLAG, DATE, TIME, RATIO, MONEY = "text", "int64", "uint32", "boolean", "date", "timestamp", "float64", "decimal"

DUCKDB = {TEXT: "VARCHAR", COUNT: "BIGINT", BITS: "UINTEGER", FLAG: "BOOLEAN", DATE: "DATE", TIME: "TIMESTAMP WITH TIME ZONE", RATIO: "DOUBLE",
          MONEY: "DECIMAL(18,4)"}
ARROW = {TEXT: pa.string(), COUNT: pa.int64(), BITS: pa.uint32(), FLAG: pa.bool_(), DATE: pa.date32(), TIME: pa.timestamp("us", "UTC"), RATIO: pa.float64(),
         MONEY: pa.decimal128(18, 4)}
POLARS = {
    TEXT: polars.String, COUNT: polars.Int64, BITS: polars.UInt32, FLAG: polars.Boolean, DATE: polars.Date,
    TIME: polars.Datetime("us", "UTC"), RATIO: polars.Float64, MONEY: polars.Decimal(18, 4),
}

PEOPLE = {"users_entitled": COUNT, "users_active": COUNT, "users_ratio": RATIO}
PARTS = {f"active_{part}": COUNT for part in ("current", "moved", "switched", "lapsed", "trial", "over_assigned")}
ENTITLEMENTS = {"entitlements_total": COUNT, "entitlements_active": COUNT}
USAGE = {"usage_ratio": RATIO, "usage_ratio_adjusted": RATIO}
SEATS = {f"seats_{name}": COUNT for name in ("sold", "sold_own", "trial", "lapsed", "assigned", "assigned_disabled", "unassigned")}
DEPLOYMENT = {**SEATS, "users_waiting": COUNT, "deployment_ratio": RATIO, "seats_assigned_own_prorated": RATIO}

# The partition and the columns of every table of the spec, in the spec's words.
TABLES = {
    "activity_events": ("received", {
        "tenant_id": TEXT, "day": DATE, "event_id": TEXT, "user_id": TEXT, "app_id": TEXT, "resource_id": TEXT, "interactive": FLAG,
        "event_time": TIME, "workload": TEXT, "succeeded": FLAG, "guest": FLAG, "foreign_resource": FLAG, "agent": FLAG,
        "named_workload": TEXT, "evidence": TEXT, "source_file": TEXT, "source_line": COUNT,
    }),
    "license_changes": ("received", {
        "tenant_id": TEXT, "user_id": TEXT, "sku_id": TEXT, "event_time": TIME, "action": TEXT, "event_id": TEXT, "day": DATE,
        "source_file": TEXT, "source_line": COUNT,
    }),
    "license_holdings": ("received", {
        "tenant_id": TEXT, "day": DATE, "user_id": TEXT, "sku_id": TEXT, "source_file": TEXT, "account_enabled": FLAG, "waiting": FLAG,
    }),
    "rejects": ("received", {
        "source": TEXT, "source_file": TEXT, "source_line": COUNT, "source_record": COUNT, "reason": TEXT, "excerpt": TEXT,
        "more": COUNT, "detail": TEXT,
    }),
    "activity_daily": ("day", {
        "tenant_id": TEXT, "user_id": TEXT, "workload": TEXT, "interactive_sign_ins": BITS, "non_interactive_sign_ins": BITS, "actions": BITS,
        "reports": BITS,
        "guest": FLAG, "first_at": TIME, "last_at": TIME,
    }),
    "activity_28d": ("day", {
        "tenant_id": TEXT, "user_id": TEXT, "workload": TEXT, "active_bits": BITS, "interactive_bits": BITS, "non_interactive_bits": BITS,
        "action_bits": BITS, "report_bits": BITS, "active_days": COUNT, "last_active_day": DATE,
    }),
    "assignments": (None, {"tenant_id": TEXT, "user_id": TEXT, "sku_id": TEXT, "assigned_day": DATE, "removed_day": DATE, "source": TEXT}),
    "account_states": (None, {"tenant_id": TEXT, "user_id": TEXT, "sku_id": TEXT, "state": TEXT, "from_day": DATE, "until_day": DATE}),
    "subscriptions": ("day", {
        "tenant_id": TEXT, "subscription_id": TEXT, "sku_id": TEXT, "seats": COUNT, "state": TEXT, "is_trial": FLAG, "seller": TEXT,
        "ends_on": DATE, "renews_on": DATE, "term": TEXT, "auto_renew": FLAG, "snapshot_day": DATE,
    }),
    "usage": ("day", {"tenant_id": TEXT, "sku_id": TEXT, "workload": TEXT, **ENTITLEMENTS, **PARTS, **USAGE}),
    "adoption": ("day", {
        "tenant_id": TEXT, "sku_id": TEXT, **DEPLOYMENT, **ENTITLEMENTS, **PARTS, **USAGE, "in_scope": FLAG, "scope_reason": TEXT,
        "window_days_covered": COUNT, "activity_source": TEXT, "window_complete": FLAG, "seats_snapshot_day": DATE,
    }),
    "workload_adoption": ("day", {
        "tenant_id": TEXT, "workload": TEXT, **ENTITLEMENTS, "active_unlicensed": COUNT, "usage_ratio": RATIO, "usage_ratio_licensed": RATIO,
        **PEOPLE,
    }),
    "customer_adoption": ("day", {
        "tenant_id": TEXT, **PEOPLE, "seats_sold": COUNT, "seats_assigned": COUNT, "products": COUNT, "subscriptions_age_days": COUNT,
        "holdings_age_days": COUNT,
    }),
    "spend": ("day", {
        "tenant_id": TEXT, "sku_id": TEXT, "currency": TEXT, "price_per_month": MONEY, "seats_sold": COUNT, "seats_unassigned": COUNT,
        "seats_idle": COUNT, "seats_disabled": COUNT, "cost_sold": MONEY, "cost_unassigned": MONEY, "cost_idle": MONEY,
        "cost_disabled": MONEY, "in_scope": FLAG,
    }),
    "next_steps": ("day", {
        "tenant_id": TEXT, "sku_id": TEXT, "workload": TEXT, "code": TEXT, "seats_concerned": COUNT, "money_per_month": MONEY,
        "currency": TEXT, "evidence": TEXT, "cause": TEXT, "strategies": TEXT,
    }),
    "portfolio": ("day", {
        "sku_id": TEXT, "workload": TEXT, "customers": COUNT, "customers_without_seats": COUNT, **DEPLOYMENT, **ENTITLEMENTS, **PARTS,
        "active_unlicensed": COUNT, **USAGE, "usage_ratio_licensed": RATIO, **PEOPLE,
    }),
}

SEAT_OUTCOMES = {
    "day": DATE, "tenant_id": TEXT, "sku_id": TEXT, "earlier_day": DATE, "seats_assigned": COUNT, "seats_active": COUNT,
    "seats_active_every_week": COUNT, "seats_assigned_earlier": COUNT, "seats_active_earlier": COUNT, "seats_retained": COUNT,
    "seats_reactivated": COUNT, "seats_stopped": COUNT, "seats_unused": COUNT, "seats_new": COUNT, "seats_new_active": COUNT,
    "seats_reclaimed": COUNT, "seats_reclaimed_unused": COUNT, "in_scope": FLAG, "window_days_covered": COUNT, "window_complete": FLAG,
    "earlier_window_days_covered": COUNT, "earlier_window_complete": FLAG,
}

# Published fact tables have `day` and the table's columns, and names besides; the dimensions are these.
PUBLISHED_FACTS = ["adoption", "usage", "workload_adoption", "customer_adoption", "portfolio", "next_steps"]
DIMENSIONS = {
    "customers": {"tenant_id": TEXT, "name": TEXT, "domain": TEXT, "country": TEXT, "segment": TEXT},
    "products": {"sku_id": TEXT, "part_number": TEXT, "name": TEXT, "workloads": TEXT, "in_scope": FLAG, "scope_reason": TEXT},
    "calendar": {
        "day": DATE, "year": COUNT, "quarter": COUNT, "month": COUNT, "month_name": TEXT, "year_month": TEXT, "iso_year": COUNT,
        "week": COUNT, "weekday": COUNT, "is_last": FLAG,
    },
}

faults = []


def expect(what, found, wanted):
    if found != wanted:
        faults.append(f"{what}: found {found}, expected {wanted}")


def expect_types(what, found, columns, names):
    """Every expected column has its type; `found` is name -> type."""
    for name, kind in columns.items():
        expect(f"{what}.{name}", found.get(name), names[kind])


def duckdb_types(relation):
    return {row[0]: row[1] for row in duckdb.sql(f"describe {relation}").fetchall()}


def arrow_types(what, schema):
    for field in schema:
        if pa.types.is_dictionary(field.type):
            faults.append(f"{what}.{field.name}: pyarrow shows a dictionary: {field.type}")
    return {field.name: field.type for field in schema}


def check_table(folder, partition, columns):
    """One table of the warehouse; `columns` is None for a table that the spec does not name."""
    what = folder.name
    glob = f"{folder}/**/*.parquet"
    relation = f"select * from read_parquet('{glob}', hive_partitioning = true)"
    hive = pa.dataset.partitioning(pa.schema([(partition, pa.date32())]), flavor="hive") if partition else None
    dataset = pa.dataset.dataset(folder, format="parquet", partitioning=hive)
    frame = polars.scan_parquet(glob, hive_partitioning=partition is not None)

    rows = [duckdb.sql(f"select count(*) from ({relation})").fetchall()[0][0], dataset.count_rows(), frame.select(polars.len()).collect().item()]
    expect(f"{what}: rows in DuckDB, pyarrow and Polars", rows, [rows[0]] * 3)

    in_duckdb, in_arrow, in_polars = duckdb_types(relation), arrow_types(what, dataset.schema), dict(frame.collect_schema())
    if partition:
        expect(f"{what}.{partition} in DuckDB", in_duckdb.get(partition), "DATE")
        expect(f"{what}.{partition} in pyarrow", in_arrow.get(partition), pa.date32())
        expect(f"{what}.{partition} in Polars", in_polars.get(partition), polars.Date)
    if columns is not None:
        everything = {**columns, **({partition: DATE} if partition else {})}
        expect(f"{what}: columns", sorted(in_duckdb), sorted(everything))
        # The partition column is in the path only: a file that has it too fails in pyarrow and DataFusion.
        first = next(iter(sorted(folder.rglob("*.parquet"))))
        expect(f"{what}: columns of a file", pa.parquet.read_schema(first).names, list(columns))
        expect_types(f"{what} in DuckDB", in_duckdb, columns, DUCKDB)
        expect_types(f"{what} in pyarrow", in_arrow, columns, ARROW)
        expect_types(f"{what} in Polars", in_polars, columns, POLARS)
    # All of it can be read, not only its footers.
    table = dataset.to_table()
    collected = frame.collect()
    expect(f"{what}: rows read", [table.num_rows, collected.height], rows[:2])
    if partition and rows[0]:
        values = [duckdb.sql(f"select max({partition}) from ({relation})").fetchall()[0][0], collected[partition].max()]
        assert isinstance(values[0], datetime.date), f"{what}.{partition}: {values[0]!r}"
        expect(f"{what}: latest {partition}", values[0], values[1])
    return rows[0]


def check_published(file, columns):
    what = f"published {file.stem}"
    relation = f"select * from '{file}'"
    table = pa.parquet.read_table(file)
    frame = polars.read_parquet(file)
    rows = [duckdb.sql(f"select count(*) from ({relation})").fetchall()[0][0], table.num_rows, frame.height]
    expect(f"{what}: rows in DuckDB, pyarrow and Polars", rows, [rows[0]] * 3)
    expect_types(f"{what} in DuckDB", duckdb_types(relation), columns, DUCKDB)
    expect_types(f"{what} in pyarrow", arrow_types(what, table.schema), columns, ARROW)
    expect_types(f"{what} in Polars", dict(frame.schema), columns, POLARS)
    if "user_id" in table.schema.names:
        faults.append(f"{what}: users appear in the warehouse only")
    return rows[0]


def check_meanings(file, entry):
    """All readers find the meaning of every column in the footer of a published file, as the data dictionary has it."""
    wanted = {"uptake.table": entry["about"], **{f"uptake.column.{column['name']}": column["about"] for column in entry["columns"]}}
    in_duckdb = dict(duckdb.sql(f"select decode(key), decode(value) from parquet_kv_metadata('{file}')").fetchall())
    in_arrow = {key.decode(): value.decode() for key, value in (pa.parquet.read_schema(file).metadata or {}).items()}
    in_polars = polars.read_parquet_metadata(file)
    for reader, found in (("DuckDB", in_duckdb), ("pyarrow", in_arrow), ("Polars", in_polars)):
        ours = {key: value for key, value in found.items() if key.startswith("uptake.") and key != "uptake.parts"}
        expect(f"published {file.stem}: meanings in {reader}", ours, wanted)
    expect(f"published {file.stem}: columns of the dictionary", pa.parquet.read_schema(file).names, [column["name"] for column in entry["columns"]])


# The metrics, and the labels that each of their samples has.
METRICS = {
    "uptake_last_run_timestamp_seconds": ["pipeline"],
    "uptake_last_run_success": ["pipeline"],
    "uptake_last_success_timestamp_seconds": ["pipeline"],
    "uptake_last_run_duration_seconds": ["pipeline"],
    "uptake_last_exit_code": ["pipeline"],
    "uptake_feed_lag_days": ["feed", "pipeline"],
    "uptake_feed_latest_day_timestamp_seconds": ["feed", "pipeline"],
    "uptake_source_files_read": ["pipeline", "source"],
    "uptake_source_records": ["pipeline", "source"],
    "uptake_source_rejects": ["pipeline", "source"],
    "uptake_table_rows": ["pipeline", "table"],
    "uptake_table_files": ["pipeline", "table"],
    "uptake_table_last_day_timestamp_seconds": ["pipeline", "table"],
}


def check_metrics(file):
    """Both of Prometheus' formats read the file, and find the same in it."""
    text = file.read_text()
    strict, plain = list(read_openmetrics(text)), list(read_text(text))
    expect("metrics", [family.name for family in strict], list(METRICS))
    expect("metrics in the text format", [family.name for family in plain], list(METRICS))
    for family in strict:
        expect(f"{family.name}: type", family.type, "gauge")
        unit = next((unit for unit in ("seconds", "days") if family.name.endswith("_" + unit)), "")
        expect(f"{family.name}: unit", family.unit, unit)
        expect(f"{family.name}: has a meaning", bool(family.documentation), True)
        expect(f"{family.name}: has samples", bool(family.samples), True)
        for sample in family.samples:
            expect(f"{family.name}: labels", sorted(sample.labels), METRICS[family.name])
    values = [[(sample.name, sample.labels, sample.value) for family in families for sample in family.samples] for families in (strict, plain)]
    expect("metrics: samples in both formats", values[0] == values[1], True)


def main(warehouse, published, dictionary):
    counts = {}
    folders = {folder.name for folder in warehouse.iterdir() if folder.is_dir() and not folder.name.startswith(".")}
    expect("tables of the spec that are missing", sorted(set(TABLES) - folders), [])
    for name in sorted(folders):
        partitions = {part.name.split("=")[0] for part in (warehouse / name).iterdir() if part.is_dir()}
        expect(f"{name}: kinds of partition", len(partitions) <= 1, True)
        partition = next(iter(partitions), None)
        columns = None
        if name in TABLES:
            expect(f"{name}: partition", partition, TABLES[name][0])
            columns = TABLES[name][1]
        counts[name] = check_table(warehouse / name, partition, columns)
    for name in PUBLISHED_FACTS:
        rows = check_published(published / f"{name}.parquet", {"day": DATE, **TABLES[name][1]})
        expect(f"published {name}: as many rows as in the warehouse", rows, counts[name])
    # Published with the last day of each month and the latest day.
    for name in ("spend", "subscriptions"):
        rows = check_published(published / f"{name}.parquet", {"day": DATE, **TABLES[name][1]})
        expect(f"published {name}: rows, and fewer than in the warehouse", 0 < rows < counts[name], True)
    rows = check_published(published / "seat_outcomes.parquet", SEAT_OUTCOMES)
    expect("published seat_outcomes: has rows", rows > 0, True)
    for name, columns in DIMENSIONS.items():
        check_published(published / f"{name}.parquet", columns)
    files = {entry["name"]: entry for entry in json.loads(dictionary.read_text()) if entry["in"] == "published"}
    expect("published files of the dictionary", sorted(name for name in files if name.endswith(".parquet")), sorted(path.name for path in published.glob("*.parquet")))
    for file in published.glob("*.parquet"):
        check_meanings(file, files[file.name])
    for name in ("usage", "adoption", "workload_adoption", "customer_adoption", "portfolio", "next_steps", "activity_daily", "assignments", "subscriptions"):
        expect(f"{name}: has rows", counts.get(name, 0) > 0, True)
    check_metrics(published / "metrics.prom")
    for fault in faults:
        print(fault)
    print(f"{len(counts)} tables, {sum(counts.values())} rows, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
