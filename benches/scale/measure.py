#!/usr/bin/env python3
"""Measures what each step of a run costs, for simulate.py. See ../README.md.

    measure.py UPTAKE FOLDER > costs.json

Samples of several sizes go through the steps one by one, on one thread. Processor seconds are taken,
which other programs on the machine change little; a run that finds nothing to do is taken off. What
a step costs is then the sum of a few counts times a cost each, found by least squares.
"""

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys

LAST_DAY = datetime.date(2026, 9, 30)
RECORD_BYTES = 3700
# Customers, users a customer, days, shards.
SIZES = [(40, 20, 50, 1), (160, 20, 50, 1), (40, 160, 50, 1), (40, 20, 130, 1), (80, 60, 50, 8), (60, 300, 40, 1)]
# Samples with many events a day: these say how much memory a day of receipt takes.
FULL_DAYS = [(60, 1200, 3), (60, 4800, 2)]
RECEIVED = "activity_events,license_changes,license_holdings,snapshots,subscription_snapshots,customers"
WINDOWS = "activity_28d,usage,adoption,workload_adoption,customer_adoption,spend,next_steps,subscriptions"
# What the cost of a step is made of.
PARTS = {
    "received": ["objects", "events"],
    "facts": ["shard_days", "events"],
    "assignments": ["holdings", "assignments"],
    "first_activity": ["shard_days", "facts"],
    "windows": ["facts_read", "shard_days", "rows"],
    "portfolio": ["days", "customer_days"],
    "publish": ["days", "customer_days"],
}


def run(program, *arguments):
    """Processor seconds and the most megabytes of a process."""
    process = subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(program, folder, customers, users, days, shards):
    """The steps of one size: counts, seconds, megabytes."""
    shutil.rmtree(folder, ignore_errors=True)
    run(program, "sample", "--out", folder / "in", "--customers", customers, "--users", users, "--days", days, "--last-day", LAST_DAY, "--record-bytes", RECORD_BYTES, "--quiet")
    pipeline = folder / "in" / "pipeline.toml"
    pipeline.write_text(pipeline.read_text().replace("[warehouse]\n", f"[warehouse]\nshards = {shards}\n"))

    def step(*more, of="steps"):
        return run(program, "run", pipeline, "--threads", 1, "--quiet", "--warehouse", folder / of / "warehouse", "--published", folder / of / "published", *more)

    # A run of everything says how many rows there are.
    step(of="whole")
    report = json.loads((folder / "whole" / "published" / "run.json").read_text())
    rows = {table["table"]: table["rows"] for table in report["tables"]}
    counts = {
        "objects": sum(source["files_read"] for source in report["sources"]),
        "events": rows["activity_events"],
        "days": days,
        "shard_days": days * shards,
        "customer_days": customers * days,
        "holdings": rows["license_holdings"],
        "assignments": rows["assignments"],
        "facts": rows["activity_daily"],
        "facts_read": rows["activity_daily"],
        "rows": rows["activity_28d"],
    }
    day_before = LAST_DAY - datetime.timedelta(1)
    last_day = {**counts, "facts_read": counts["facts"] * min(28, days) // days, "shard_days": shards, "rows": counts["rows"] // days}
    measured = [
        ("received", counts, step("--tables", RECEIVED)),
        ("facts", counts, step("--tables", "activity_daily")),
        ("assignments", counts, step("--tables", "assignments,account_states")),
        ("first_activity", counts, step("--tables", "first_activity")),
        ("windows", {**counts, "shard_days": (days - 1) * shards}, step("--tables", WINDOWS, "--until", day_before)),
        ("windows", last_day, step("--tables", WINDOWS)),
        ("portfolio", counts, step("--tables", "portfolio")),
        ("publish", counts, step()),
    ]
    nothing, _ = step()
    shutil.rmtree(folder)
    return [(name, counts, max(0.0, seconds - nothing), megabytes) for name, counts, (seconds, megabytes) in measured], nothing, rows


def memory_of_a_day(program, folder, customers, users, days):
    """The events of a day, and the megabytes of a process that gathers one day after the other."""
    shutil.rmtree(folder, ignore_errors=True)
    run(program, "sample", "--out", folder / "in", "--customers", customers, "--users", users, "--days", days, "--last-day", LAST_DAY, "--record-bytes", RECORD_BYTES, "--quiet")
    whole = ["run", folder / "in" / "pipeline.toml", "--threads", 1, "--quiet"]
    run(program, *whole, "--warehouse", folder / "whole", "--published", folder / "published")
    report = json.loads((folder / "published" / "run.json").read_text())
    _, megabytes = run(program, *whole, "--warehouse", folder / "received", "--published", folder / "none", "--tables", RECEIVED)
    shutil.rmtree(folder)
    return sum(table["rows"] for table in report["tables"] if table["table"] == "activity_events") / days, megabytes


def fit(samples, names):
    """Costs that are not negative, by least squares of relative errors: coordinate descent."""
    rows = [([counts[name] / max(seconds, 0.02) for name in names], 1.0) for _, counts, seconds, _ in samples]
    costs = [0.0] * len(names)
    for _ in range(20_000):
        for at in range(len(names)):
            rest = [(row[at], want - sum(cost * value for other, (cost, value) in enumerate(zip(costs, row)) if other != at)) for row, want in rows]
            square = sum(value * value for value, _ in rest)
            costs[at] = max(0.0, sum(value * want for value, want in rest) / square)
    errors = [abs(sum(cost * value for cost, value in zip(costs, row)) - want) for row, want in rows]
    return dict(zip(names, costs)), max(errors)


def main():
    program, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve() / "scale"
    samples, facts, nothing = [], [], []
    for size in SIZES:
        steps, idle, rows = measure(program, folder, *size)
        samples.extend(steps)
        nothing.append(idle)
        facts.append(rows)
        print(size, {name: round(seconds, 2) for name, _, seconds, _ in steps}, file=sys.stderr, flush=True)
    result = {"version": subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()[-1], "record_bytes": RECORD_BYTES, "seconds": {}, "largest_error": {}}
    for name, parts in PARTS.items():
        costs, error = fit([sample for sample in samples if sample[0] == name], parts)
        result["seconds"][name] = {part: float(f"{cost:.3g}") for part, cost in costs.items()}
        result["largest_error"][name] = round(error, 2)
    (few, less), (many, more) = (memory_of_a_day(program, folder, *size) for size in FULL_DAYS)
    of_an_event = (more - less) / (many - few)
    result["megabytes"] = {"at_least": round(less - of_an_event * few), "per_million_events_of_a_day": round(of_an_event * 1e6)}
    total = {name: sum(rows.get(name, 0) for rows in facts) for name in ("activity_events", "activity_daily", "activity_28d")}
    result["rows"] = {
        "facts_per_event": round(total["activity_daily"] / total["activity_events"], 3),
        "windows_per_fact": round(total["activity_28d"] / total["activity_daily"], 3),
    }
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
