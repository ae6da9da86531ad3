"""Sets Superset up through its API: a database that reads the published files, datasets with metrics,
charts, and a dashboard with filters. Prints the dashboard's address.

Every chart is asked for its data, and the numbers of the last day are held against `portfolio`: what
differs ends the script.

python setup.py PUBLISHED DATABASE-FILE
"""

import http.cookiejar
import json
import math
import os
import sys
import urllib.error
import urllib.request

import duckdb

published, database_file = sys.argv[1:]
URL = os.environ["SUPERSET_URL"]
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
headers = {"Content-Type": "application/json"}


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, method=method, headers=headers)
    try:
        with opener.open(request, timeout=120) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read()[:2000].decode(errors='replace')}")


login = {"username": "admin", "password": os.environ["SUPERSET_PASSWORD"], "provider": "db", "refresh": True}
headers["Authorization"] = "Bearer " + ask("POST", "/api/v1/security/login", login)["access_token"]
database = ask("POST", "/api/v1/database/", {
    "database_name": "uptake", "sqlalchemy_uri": f"duckdb:///{database_file}", "expose_in_sqllab": True,
})["id"]

IN_SUMS = "in_scope AND seats_snapshot_day IS NOT NULL"
METRICS = {
    "adoption": {
        "Seats sold": f"SUM(seats_sold) FILTER ({IN_SUMS})",
        "Deployment": f"SUM(seats_assigned) FILTER ({IN_SUMS}) * 1.0 / SUM(seats_sold) FILTER ({IN_SUMS})",
        "Usage": f"SUM(entitlements_active) FILTER ({IN_SUMS}) * 1.0 / SUM(entitlements_total) FILTER ({IN_SUMS})",
    },
    "workload_adoption": {
        "Workload usage": "SUM(entitlements_active) FILTER (entitlements_total IS NOT NULL) * 1.0 / SUM(entitlements_total)",
    },
    "next_steps": {"Steps": "COUNT(*)"},
}


def file(table):
    return f"read_parquet('{published.replace(chr(39), chr(39) * 2)}/{table}.parquet')"


# A customer or product without a name is called by its id.
CUSTOMER = "coalesce(customer_name, tenant_id) AS customer"
PRODUCT = "coalesce(product_name, part_number, sku_id) AS product"
NAMES = {"adoption": f"{CUSTOMER}, {PRODUCT}", "next_steps": f"{CUSTOMER}, {PRODUCT}", "workload_adoption": CUSTOMER}
datasets = {}
for table, metrics in METRICS.items():
    # Days are not added up: what has no day beside it looks at the last one.
    sql = f"SELECT *, {NAMES[table]}, day = (SELECT max(day) FROM {file('calendar')}) AS is_last FROM {file(table)}"
    datasets[table] = ask("POST", "/api/v1/dataset/", {
        "database": database, "schema": "main", "table_name": table, "sql": sql,
    })["id"]
    ask("PUT", f"/api/v1/dataset/{datasets[table]}", {
        "metrics": [{"metric_name": name, "expression": expression} for name, expression in metrics.items()],
        "main_dttm_col": "day",
    })

LAST = {"expressionType": "SQL", "sqlExpression": "is_last", "clause": "WHERE"}
IN_SCOPE = {"expressionType": "SQL", "sqlExpression": "in_scope", "clause": "WHERE"}
# Name, dataset, kind of chart, what it shows, width of twelve, height.
CHARTS = [
    ("Seats sold", "adoption", "big_number_total", {"metric": "Seats sold", "y_axis_format": ",d", "adhoc_filters": [LAST]}, 4, 20),
    ("Deployment", "adoption", "big_number_total", {"metric": "Deployment", "y_axis_format": ".1%", "adhoc_filters": [LAST]}, 4, 20),
    ("Usage", "adoption", "big_number_total", {"metric": "Usage", "y_axis_format": ".1%", "adhoc_filters": [LAST]}, 4, 20),
    ("Deployment and usage by day", "adoption", "echarts_timeseries_line", {
        "x_axis": "day", "time_grain_sqla": "P1D", "metrics": ["Deployment", "Usage"], "groupby": [], "row_limit": 10000,
        "y_axis_format": ".0%", "truncateYAxis": True, "y_axis_bounds": [None, None], "show_legend": True, "adhoc_filters": [],
    }, 7, 50),
    ("Usage by workload", "workload_adoption", "echarts_timeseries_bar", {
        "x_axis": "workload", "metrics": ["Workload usage"], "groupby": [], "row_limit": 100, "y_axis_format": ".0%",
        "x_axis_sort": "Workload usage", "x_axis_sort_asc": True, "orientation": "horizontal", "adhoc_filters": [LAST],
    }, 5, 50),
    ("Customers", "adoption", "table", {
        "query_mode": "aggregate", "groupby": ["customer"], "metrics": ["Seats sold", "Deployment", "Usage"], "row_limit": 1000,
        "timeseries_limit_metric": "Usage", "order_desc": False, "show_cell_bars": False,
        "adhoc_filters": [LAST, IN_SCOPE],
        "column_config": {"Deployment": {"d3NumberFormat": ".1%"}, "Usage": {"d3NumberFormat": ".1%"}, "Seats sold": {"d3NumberFormat": ",d"}},
    }, 5, 60),
    ("What to do next", "next_steps", "table", {
        "query_mode": "raw", "all_columns": ["customer", "product", "code", "seats_concerned", "since"], "row_limit": 1000,
        "table_timestamp_format": "%Y-%m-%d", "show_cell_bars": False,
        "order_by_cols": ['["seats_concerned", false]'], "adhoc_filters": [LAST],
    }, 7, 60),
]


def query(kind, form):
    """The query of a chart, as its own page in the browser would ask."""
    where = " AND ".join(f"({each['sqlExpression']})" for each in form["adhoc_filters"])
    metrics = form.get("metrics") or ([form["metric"]] if "metric" in form else [])
    columns = form.get("groupby") or form.get("all_columns") or ([form["x_axis"]] if "x_axis" in form else [])
    query = {"columns": columns, "extras": {"where": where}, "row_limit": form.get("row_limit", 1), "filters": []}
    return {**query, "metrics": metrics} if metrics else query


charts, shown = [], {}
for name, table, kind, form, width, height in CHARTS:
    params = {"datasource": f"{datasets[table]}__table", "viz_type": kind, **form}
    chart = ask("POST", "/api/v1/chart/", {
        "slice_name": name, "viz_type": kind, "datasource_id": datasets[table], "datasource_type": "table", "params": json.dumps(params),
    })["id"]
    answer = ask("POST", "/api/v1/chart/data", {
        "datasource": {"id": datasets[table], "type": "table"}, "queries": [query(kind, form)],
        "result_format": "json", "result_type": "full",
    })["result"][0]
    if answer.get("error") or not answer["data"]:
        sys.exit(f"the chart `{name}` has no data: {answer.get('error')}")
    shown[name] = answer["data"]
    charts.append((chart, name, width, height))

(seats, deployment, usage), = duckdb.sql(f"""
    SELECT seats_sold, deployment_ratio, usage_ratio FROM {file('portfolio')}
    WHERE grain = 'all' AND day = (SELECT max(day) FROM {file('calendar')})""").fetchall()
for name, expected in [("Seats sold", seats), ("Deployment", deployment), ("Usage", usage)]:
    found = shown[name][0][name]
    if not math.isclose(found, expected, rel_tol=1e-9):
        sys.exit(f"Superset shows {name} {found}, and `portfolio` has {expected}")

# Rows of charts, as they fit into twelve columns.
rows, taken = [[]], 0
for each in charts:
    if taken + each[2] > 12:
        rows.append([])
        taken = 0
    rows[-1].append(each)
    taken += each[2]
layout = {
    "DASHBOARD_VERSION_KEY": "v2",
    "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
    "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [f"ROW-{at}" for at in range(len(rows))], "parents": ["ROOT_ID"]},
    "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Do customers use what they bought?"}},
}
for at, row in enumerate(rows):
    layout[f"ROW-{at}"] = {
        "type": "ROW", "id": f"ROW-{at}", "children": [f"CHART-{chart}" for chart, *_ in row],
        "parents": ["ROOT_ID", "GRID_ID"], "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }
    for chart, name, width, height in row:
        layout[f"CHART-{chart}"] = {
            "type": "CHART", "id": f"CHART-{chart}", "children": [], "parents": ["ROOT_ID", "GRID_ID", f"ROW-{at}"],
            "meta": {"chartId": chart, "width": width, "height": height, "sliceName": name},
        }


def selection(name, table, column):
    return {
        "id": f"NATIVE_FILTER-{column}", "name": name, "type": "NATIVE_FILTER", "filterType": "filter_select",
        "targets": [{"datasetId": datasets[table], "column": {"name": column}}],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []}, "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "defaultToFirstItem": False, "searchAllOptions": False},
    }


filters = [selection("Customer", "adoption", "customer"), selection("Product", "adoption", "product")]
dashboard = ask("POST", "/api/v1/dashboard/", {
    "dashboard_title": "Do customers use what they bought?", "slug": "uptake", "published": True,
    "position_json": json.dumps(layout), "json_metadata": json.dumps({"native_filter_configuration": filters}),
})["id"]
for chart, *_ in charts:
    ask("PUT", f"/api/v1/chart/{chart}", {"dashboards": [dashboard]})
print(f"{URL}/superset/dashboard/uptake/")
