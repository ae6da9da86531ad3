#!/usr/bin/env bash
# Apache Superset on the published files, with a dashboard: installs it into a folder of its own, sets
# it up through its API, holds its numbers against the files, and takes a picture of the dashboard.
#
#   examples/superset/run.sh PUBLISHED          until Ctrl-C, at http://127.0.0.1:21050 (admin, and a password that it prints)
#   examples/superset/run.sh PUBLISHED --once   ends after the picture
#
# SUPERSET_FOLDER (default: ~/.cache/uptake-superset) takes about 1.2 GB; delete it when you are done.
# SUPERSET_PORT is the port on this machine's own address. Needs Python 3.10 to 3.12 and Chromium.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n '2,9p' "$0" | cut -c3-; exit 2; }
published=$(cd "$1" && pwd)
once=${2:-}
[ -e "$published/adoption.parquet" ] || { echo "there are no published files in $published: run uptake first" >&2; exit 2; }
folder=${SUPERSET_FOLDER:-$HOME/.cache/uptake-superset}
port=${SUPERSET_PORT:-21050}
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "there is no Chromium: apt-get install chromium" >&2; exit 2; }
mkdir -p "$folder"
chmod 700 "$folder"
export PATH="$folder/venv/bin:$PATH"

if [ ! -e "$folder/installed" ]; then
  echo "installing Superset into $folder: some minutes"
  rm -rf "$folder/venv"
  python3 -m venv "$folder/venv"
  # Superset 6.1.0 does not say that it needs rich and cachetools, and does not start with newer
  # versions of the two caching libraries.
  pip install --quiet --disable-pip-version-check apache-superset==6.1.0 duckdb-engine==0.17.0 duckdb==1.5.5 \
    rich cachetools Flask-Caching==2.3.1 cachelib==0.13.0 playwright
  touch "$folder/installed"
fi

# Everything anew: what is set up depends on nothing that was there.
rm -rf "$folder/state"
mkdir "$folder/state"
secret=$(python -c 'import secrets; print(secrets.token_urlsafe(32))')
export SUPERSET_PASSWORD=${SUPERSET_PASSWORD:-$(python -c 'import secrets; print(secrets.token_urlsafe(9))')}
export SUPERSET_CONFIG_PATH="$folder/state/superset_config.py" SUPERSET_URL="http://127.0.0.1:$port"
cat > "$SUPERSET_CONFIG_PATH" <<CONFIG
SECRET_KEY = "$secret"
SQLALCHEMY_DATABASE_URI = "sqlite:///$folder/state/superset.db"
# The server is for this machine alone, and only setup.py writes to it.
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
# DuckDB reads files.
PREVENT_UNSAFE_DB_CONNECTIONS = False
CONFIG
log="$folder/state/superset.log"
{
  superset db upgrade
  superset fab create-admin --username admin --firstname up --lastname take --email admin@example.invalid --password "$SUPERSET_PASSWORD"
  superset init
} > "$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }

superset run -h 127.0.0.1 -p "$port" --with-threads >> "$log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true' EXIT
for _ in $(seq 120); do
  kill -0 "$server" 2> /dev/null || { tail -20 "$log" >&2; echo "Superset ended" >&2; exit 1; }
  python -c "import urllib.request as u; u.urlopen('$SUPERSET_URL/health', timeout=2)" 2> /dev/null && break
  sleep 1
done
dashboard=$(python "$here/setup.py" "$published" "$folder/state/uptake.duckdb")
python "$here/picture.py" "$dashboard" "$chromium" "$folder/dashboard.png"
echo "picture: $folder/dashboard.png"
if [ "$once" != --once ]; then
  echo "$dashboard (admin, $SUPERSET_PASSWORD); Ctrl-C ends it"
  wait "$server"
fi
