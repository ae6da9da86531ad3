"""Holds Delta tables against the released files: delta-rs and DuckDB read every version with the
right rows, and what the log says of the values of a file is so.

python judge.py EXPECTED       a JSON list: {"folder": a Delta folder, or {"url": .., "options": {..}},
                                "tables": {table: [the file of version 0, of version 1, ..]}}
"""

import json
import sys

import duckdb
import duckdb_extensions
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

connection = duckdb.connect(config={"autoinstall_known_extensions": False})
duckdb_extensions.import_extension("delta", con=connection)
connection.execute("LOAD delta")
files, looked_at = {}, 0


def file_at(path):
    if path not in files:
        files[path] = pq.read_table(path)
    return files[path]


def plain(table):
    """The same with one form of each type: readers write texts in several."""
    fields = [
        (field.name, pa.string() if pa.types.is_large_string(field.type) or pa.types.is_string_view(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(fields)).combine_chunks()


def is_same(found, path, what):
    expected = plain(file_at(path))
    found = plain(found)
    assert found.schema.remove_metadata().names == expected.schema.names, what
    assert found.schema.types == expected.schema.types, (what, found.schema, expected.schema)
    assert found.num_rows == expected.num_rows, (what, found.num_rows, expected.num_rows)
    # Readers may give rows in another order.
    order = [(name, "ascending") for name in expected.column_names]
    assert found.sort_by(order).equals(expected.sort_by(order)), what


def says_what_is_so(table, path, what):
    """The statistics in the log, of the one file that a version has."""
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    assert len(actions) == 1, (what, actions)
    said, rows = actions[0], file_at(path)
    assert said["num_records"] == rows.num_rows, what
    bounds = 0
    for name in rows.column_names:
        column = rows.column(name)
        assert said.get(f"null_count.{name}", column.null_count) == column.null_count, (what, name)
        for bound, value in [("min", pc.min), ("max", pc.max)]:
            if said.get(f"{bound}.{name}") is not None:
                assert said[f"{bound}.{name}"] == value(column).as_py(), (what, name, bound)
                bounds += 1
    assert bounds > 1 or rows.num_rows == 0, (what, said)


for expected in json.load(open(sys.argv[1])):
    folder = expected["folder"]
    url, options = (folder, None) if isinstance(folder, str) else (folder["url"], folder["options"])
    for name, versions in expected["tables"].items():
        path = f"{url}/{name}"
        newest = DeltaTable(path, storage_options=options)
        what = (url, name)
        assert newest.version() == len(versions) - 1, (what, newest.version(), len(versions))
        assert newest.protocol().min_reader_version == 1 and newest.protocol().min_writer_version == 2, what
        comments = [field.metadata.get("comment") for field in newest.schema().fields]
        assert all(comments) and newest.metadata().description, what
        for version, file in enumerate(versions):
            table = DeltaTable(path, version=version, storage_options=options)
            is_same(table.to_pyarrow_table(), file, (what, version, "delta-rs"))
            says_what_is_so(table, file, (what, version))
            if options is None:
                rows = connection.execute(f"SELECT * FROM delta_scan('{path}', version => {version})").to_arrow_table()
                is_same(rows, file, (what, version, "DuckDB"))
            looked_at += 1
        if options is None and "day" in file_at(versions[-1]).column_names:
            # Filters go by the statistics.
            for day in set(file_at(versions[-1]).column("day").to_pylist()[:1]):
                count = f"SELECT count(*) FROM {{}} WHERE day = DATE '{day}'"
                by_log = connection.execute(count.format(f"delta_scan('{path}')")).fetchone()
                assert by_log == connection.execute(count.format(f"'{versions[-1]}'")).fetchone(), what
assert looked_at > 0
print(looked_at)
