"""Works out every measure on every published day in DuckDB, from its DAX as the model has it, and
holds it against `portfolio`, or against SQL that was written by hand where that has no such sum.

python measures.py PUBLISHED MODEL-AS-JSON
"""

import json
import math
import pathlib
import re
import sys

import duckdb

published, model = map(pathlib.Path, sys.argv[1:])
connection = duckdb.connect()
for path in published.glob("*.parquet"):
    connection.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM read_parquet('{path}')")
days = [day for (day,) in connection.execute("SELECT day FROM calendar ORDER BY day").fetchall()]

LAST_DAY = "LASTDATE ( 'calendar'[day] )"
COLUMN = r"'(\w+)'\[(\w+)\]"


def arguments(text):
    """What stands between the brackets of a call, cut at the commas of the call itself."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return [*parts, text[begin:].strip()]


def call(text):
    found = re.fullmatch(r"(\w+) \( (.*) \)", text, re.S)
    return (found[1], arguments(found[2])) if found else (None, [])


def scalar(text):
    """A DAX expression over the rows of one table, as SQL over these rows."""
    minus = re.fullmatch(r"(SUM \( [^()]* \)) - (SUM \( [^()]* \))", text)
    if minus:
        return f"({scalar(minus[1])} - {scalar(minus[2])})"
    name, inner = call(text)
    if name == "SUM":
        return f"sum({re.fullmatch(COLUMN, inner[0])[2]})"
    if name == "DISTINCTCOUNT":
        return f"nullif(count(DISTINCT {re.fullmatch(COLUMN, inner[0])[2]}), 0)"
    if name == "COUNTROWS":
        return "nullif(count(*), 0)"
    if name == "DIVIDE":
        return f"{scalar(inner[0])} / nullif({scalar(inner[1])}, 0)"
    if name == "IF" and call(inner[0])[0] == "HASONEVALUE":
        column = re.fullmatch(COLUMN, call(inner[0])[1][0])[2]
        return f"CASE WHEN count(DISTINCT {column}) = 1 THEN {scalar(inner[1])} END"
    raise ValueError(f"no SQL for {text}")


def condition(text):
    true = re.fullmatch(COLUMN + r" = TRUE \(\)", text)
    known = re.fullmatch(r"NOT ISBLANK \( " + COLUMN + r" \)", text)
    if true:
        return true[2]
    if known:
        return f"{known[2]} IS NOT NULL"
    raise ValueError(f"no SQL for {text}")


def sql(table, dax):
    """A measure as SQL, with a place for what is looked at besides the day."""
    name, (formula, *filters) = call(dax)
    assert name == "CALCULATE" and filters[-1] == LAST_DAY, dax
    tables = {found for found, _ in re.findall(COLUMN, dax)} | set(re.findall(r"COUNTROWS \( '(\w+)' \)", dax))
    assert tables == {table, "calendar"}, dax
    where = " AND ".join(["day = ?", *map(condition, filters[:-1])])
    return f"SELECT {{group}} {scalar(formula)} FROM {table} WHERE {where} {{by}}"


def by(query, column):
    """The values of a measure for each value of a column, or for everything."""
    text = query.format(group=f"{column}," if column else "NULL,", by=f"GROUP BY {column}" if column else "")
    return lambda day: {key: value for key, value in connection.execute(text, [day]).fetchall() if value is not None}


def of_portfolio(grain, key, column):
    text = f"SELECT {key}, {column} FROM portfolio WHERE grain = '{grain}' AND day = ?"
    return lambda day: {key: value for key, value in connection.execute(text, [day]).fetchall() if value is not None}


def by_hand(text):
    return lambda day: {None: value for (value,) in connection.execute(text, [day]).fetchall() if value is not None}


PRODUCTS = {
    "Customers": "nullif(customers, 0)", "Seats sold": "seats_sold", "Seats assigned": "seats_assigned", "Seats without a user": "seats_unassigned",
    "Seats of disabled accounts": "seats_assigned_disabled", "Users without a seat": "users_waiting", "Deployment": "deployment_ratio",
    "Entitlements": "entitlements_total", "Active entitlements": "entitlements_active", "Usage": "usage_ratio",
    "Usage by today's holders": "usage_ratio_adjusted",
}
WORKLOADS = {
    "Workload usage": "usage_ratio", "Workload usage, licensed": "usage_ratio_licensed", "Active people of a workload": "users_ratio",
}
PEOPLE = {"People with a license": "users_entitled", "Active people": "users_active", "Share of active people": "users_ratio"}
ONE_CURRENCY = "CASE WHEN min(currency) = max(currency) THEN sum({}) END FROM spend WHERE day = ? AND in_scope"
BY_HAND = {
    "Cost per month": f"SELECT {ONE_CURRENCY.format('seats_sold * price_per_month')}",
    "Cost of unassigned seats per month": f"SELECT {ONE_CURRENCY.format('seats_unassigned * price_per_month')}",
    "Cost of idle seats per month": f"SELECT {ONE_CURRENCY.format('seats_idle * price_per_month')}",
    "Next steps": "SELECT nullif(count(*), 0) FROM next_steps WHERE day = ?",
    "New next steps": "SELECT nullif(count(*), 0) FROM next_steps WHERE day = ? AND since = day",
    "Seats in force": "SELECT sum(seats) FROM subscriptions WHERE day = ?",
    "Seats still used": "SELECT sum(seats_active - coalesce(seats_reactivated, 0) - coalesce(seats_new_active, 0)) FROM seat_outcomes WHERE day = ? AND in_scope AND seats_retained IS NOT NULL",
    "Seats used again": "SELECT sum(seats_active - seats_retained - seats_new_active) FROM seat_outcomes WHERE day = ? AND in_scope AND seats_retained IS NOT NULL",
    "Seats that stopped": "SELECT sum(seats_active_earlier - seats_retained - (seats_reclaimed - seats_reclaimed_unused)) FROM seat_outcomes WHERE day = ? AND in_scope AND seats_retained IS NOT NULL",
}
seen = {}
for table in json.loads(model.read_text())["tables"]:
    for measure in table["measures"]:
        name, query = measure["name"], sql(table["name"], measure["dax"])
        twins = []
        if name in PRODUCTS:
            twins = [(None, of_portfolio("all", "NULL", PRODUCTS[name])), ("sku_id", of_portfolio("sku", "sku_id", PRODUCTS[name]))]
        elif name in WORKLOADS:
            twins = [("workload", of_portfolio("workload", "workload", WORKLOADS[name]))]
        elif name in PEOPLE:
            twins = [(None, of_portfolio("all", "NULL", PEOPLE[name]))]
        elif name in BY_HAND:
            twins = [(None, by_hand(BY_HAND[name]))]
        assert twins, f"nothing to hold `{name}` against"
        seen[name] = 0
        for column, twin in twins:
            measured = by(query, column)
            for day in days:
                here, there = measured(day), twin(day)
                assert here.keys() == there.keys(), (name, column, day, here, there)
                for key, value in here.items():
                    assert math.isclose(float(value), float(there[key]), rel_tol=1e-12), (name, key, day, value, there[key])
                seen[name] += len(here)
never = sorted(name for name, count in seen.items() if count == 0)
assert not never, f"no value on any day of {never}"
print(len(seen), "measures,", sum(seen.values()), "values")
