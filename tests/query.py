"""Holds answers of `uptake query` against those of DuckDB over the same files.

Arguments: the folders of the warehouse and of the published files, the data dictionary as JSON, and
a file of JSON: a list of objects with `sql` and `answer`, the list of objects that uptake gave.
"""

import datetime
import decimal
import json
import math
import pathlib
import sys

import duckdb

warehouse, published = (pathlib.Path(argument) for argument in sys.argv[1:3])
dictionary = json.loads(pathlib.Path(sys.argv[3]).read_text())
questions = json.loads(pathlib.Path(sys.argv[4]).read_text())

connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
connection.execute("CREATE SCHEMA warehouse")
connection.execute("CREATE SCHEMA published")


def view(name, files, partition=None):
    if not files:
        return
    listed = ", ".join(f"'{file}'" for file in files)
    kind = f", hive_partitioning = true, hive_types = {{'{partition}': DATE}}" if partition else ", hive_partitioning = false"
    columns = f"{partition}, * EXCLUDE ({partition})" if partition else "*"
    connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{listed}]{kind})")


for entry in dictionary:
    name = entry["name"]
    if entry["in"] == "warehouse":
        view(f"warehouse.{name}", sorted((warehouse / name).rglob("part-*.parquet")), entry["partition"])
    elif name.endswith(".parquet"):
        plain = name.removesuffix(".parquet")
        view(f"published.{plain}", [published / name])
        view(f"main.{plain}", [published / name])


def cell(value):
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def are_equal(ours, theirs):
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-12)
    return ours == theirs


failures = 0
for question in questions:
    sql = question["sql"]
    result = connection.execute(sql)
    columns = [column[0] for column in result.description]
    theirs = [[cell(value) for value in row] for row in result.fetchall()]
    ours = [[cell(value) for value in row.values()] for row in question["answer"]]
    names = list(question["answer"][0]) if question["answer"] else columns
    if "order by" not in sql.lower():
        theirs, ours = sorted(theirs, key=str), sorted(ours, key=str)
    same = len(ours) == len(theirs) and all(
        len(a) == len(b) and all(are_equal(x, y) for x, y in zip(a, b)) for a, b in zip(ours, theirs)
    )
    if not same or names != columns:
        failures += 1
        print(f"{sql}\n  uptake {names} {ours[:8]}\n  DuckDB {columns} {theirs[:8]}\n  {len(ours)} and {len(theirs)} rows")
    if not theirs and not question.get("may_be_empty"):
        failures += 1
        print(f"{sql}\n  has no rows, so nothing was compared")
sys.exit(failures)
