#!/usr/bin/env python3
"""Reads the CSV files of the reader's benchmark with DuckDB, in turn with uptake. See README.md.

    csv_beside_duckdb.py READER FOLDER [--records N] [--rounds N]

READER is the benchmark as `cargo bench --bench reader --no-run` names it. Both have one thread. DuckDB
gets the columns that uptake needs, as texts, and hashes them; where a column is JSON, it takes the
same members out of it. The best time of all rounds.
"""

import argparse
import os
import pathlib
import re
import subprocess
import time

import duckdb

AUDIT = ["Id", "Operation", "OrganizationId", "UserKey", "UserType", "ResultStatus", "ObjectId", "UserId", "ApplicationId", "ErrorNumber", "ModifiedProperties", "Target"]


def members(column, paths):
    return ", ".join(f"json_extract_string({column}, '{path}')" for path in paths)


# What is read of each form.
FORMS = {
    ("activity", "portal-csv"): '"Date (UTC)", "Request ID", "User ID", Username, "User type", "Application ID", "Resource ID", "Resource tenant ID", "Home tenant ID", Status, "Sign-in error code"',
    ("activity", "log-analytics-csv"): '"CreatedDateTime [UTC]", Id, UserId, UserPrincipalName, UserType, AppId, ResourceIdentity, ResourceTenantId, HomeTenantId, IsInteractive, ResultType, AADTenantId, Type',
    ("activity", "management-api-csv"): f"CreationDate, {members('AuditData', ['$.' + name for name in AUDIT])}",
    ("activity", "csv"): "*columns(*)",
    ("license_changes", "portal-csv"): '"Date (UTC)", CorrelationId, Category, Activity, Result, Target1Type, Target1ObjectId, Target1UserPrincipalName, Target1ModifiedProperty1Name, Target1ModifiedProperty1OldValue, Target1ModifiedProperty1NewValue',
    ("license_changes", "log-analytics-csv"): '"ActivityDateTime [UTC]", OperationName, Category, Id, Result, AADTenantId, Type, '
        + members("TargetResources", ["$[0].id", "$[0].type", "$[0].userPrincipalName", "$[0].modifiedProperties[*].displayName", "$[0].modifiedProperties[*].oldValue", "$[0].modifiedProperties[*].newValue"]),
    ("license_changes", "management-api-csv"): f"CreationDate, {members('AuditData', ['$.' + name for name in AUDIT])}",
    ("license_changes", "csv"): "*columns(*)",
    ("license_holdings", "admin-center-users"): '"Block credential", Licenses, "Object Id", "User principal name"',
    ("license_holdings", "csv"): "*columns(*)",
    ("subscriptions", "csv"): "*columns(*)",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "UPTAKE_BENCH_FILES": str(options.folder), "UPTAKE_BENCH_RECORDS": str(options.records)}
    names = sorted({form for _, form in FORMS} | {"azure-monitor"})
    ours, theirs = {}, {}
    for _ in range(options.rounds):
        printed = subprocess.run([options.reader, "ratios", *names], env=environment, check=True, capture_output=True, text=True).stdout
        for feed, form, records, nanos in re.findall(r"^(\w+) +(\S+) +(\d+) +\d+ +(\d+) ", printed, re.MULTILINE):
            if (feed, form) in FORMS:
                ours[feed, form] = min(int(records) * int(nanos) / 1e9, ours.get((feed, form), 1e9))
        for (feed, form), columns in FORMS.items():
            connection = duckdb.connect()
            connection.execute("set threads = 1")
            file = options.folder / f"{feed}-{form}.csv"
            began = time.perf_counter()
            connection.execute(f"select bit_xor(hash({columns})) from read_csv('{file}', all_varchar = true, header = true)").fetchall()
            theirs[feed, form] = min(time.perf_counter() - began, theirs.get((feed, form), 1e9))
    print(f"{'feed':<17} {'form':<20} {'uptake ms':>10} {'DuckDB ms':>10} {'ratio':>6}")
    for feed, form in FORMS:
        us, them = ours[feed, form], theirs[feed, form]
        print(f"{feed:<17} {form:<20} {us * 1000:>10.1f} {them * 1000:>10.1f} {us / them:>6.2f}")


if __name__ == "__main__":
    main()
