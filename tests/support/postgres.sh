# shellcheck shell=bash
# A throwaway PostgreSQL cluster for tests and benchmarks. Meant to be sourced:
#
#     source tests/support/postgres.sh
#     trap stop_postgres EXIT
#     start_postgres            # fsync off: fast, for tests
#     start_postgres on         # fsync on: for benchmarks and durability
#     create_database some_name # prints the URL of a new, empty database
#
# Afterwards TAMTRU_TEST_POSTGRES holds the URL of the cluster's maintenance database, POSTGRES_BIN the folder of the
# server's programs, POSTGRES_PORT the port. It listens on 127.0.0.1 only, and everybody there is the superuser
# `postgres` without a password. PostgreSQL refuses to run as root, so root lends the cluster to the user `postgres`.

POSTGRES_BIN=""
POSTGRES_HOME=""
POSTGRES_PORT=""

# Prints the folder that holds initdb, pg_ctl and psql: from PATH, else Debian's, newest version first.
find_postgres() {
  local candidate
  for candidate in "$(dirname "$(readlink -f "$(command -v initdb || echo /nowhere/initdb)")")" \
    $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && [ -x "$candidate/psql" ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Prints a port that nobody listens on. It lies below the range from which the kernel takes outgoing ports
# (32768 and up), so that a client's own connection can never sit on it while a server restarts.
free_port() {
  local port attempt
  for attempt in $(seq 50); do
    port=$((20000 + RANDOM % 10000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return 0
    fi
  done
  echo "no free port between 20000 and 29999 after $attempt attempts" >&2
  return 1
}

# Runs a PostgreSQL program in the cluster's folder, as `postgres` when we are root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd "$POSTGRES_HOME" && runuser -u postgres -- "$@")
  else
    (cd "$POSTGRES_HOME" && "$@")
  fi
}

# start_postgres [on|off]: makes and starts the cluster; the argument is fsync, off by default.
start_postgres() {
  local fsync=${1:-off} parent attempt
  case $fsync in
    # Durable figures need a disk, and /tmp may be memory.
    on) parent=/var/tmp ;;
    off) parent=${TMPDIR:-/tmp} ;;
    *) echo "start_postgres takes on or off, not '$fsync'" >&2 && return 2 ;;
  esac
  if ! POSTGRES_BIN=$(find_postgres); then
    echo "PostgreSQL is missing: apt-get install postgresql" >&2
    return 1
  fi
  POSTGRES_HOME=$(mktemp -d "$parent/tamtru-postgres.XXXXXX") || return 1
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$POSTGRES_HOME" || return 1
  fi

  # --no-sync only skips the sync after making the empty cluster.
  if ! as_postgres "$POSTGRES_BIN/initdb" --pgdata="$POSTGRES_HOME/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$POSTGRES_HOME/initdb.log" 2>&1; then
    cat "$POSTGRES_HOME/initdb.log" >&2
    return 1
  fi
  {
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = '$POSTGRES_HOME'"
    echo "max_connections = 300"
    echo "fsync = $fsync"
    # Without fsync, full page images protect nothing.
    echo "full_page_writes = $fsync"
    echo "timezone = 'UTC'"
  } >>"$POSTGRES_HOME/data/postgresql.conf"

  # Between looking for a free port and taking it somebody else may be quicker.
  for attempt in 1 2 3 4 5; do
    POSTGRES_PORT=$(free_port) || return 1
    if as_postgres "$POSTGRES_BIN/pg_ctl" start --pgdata="$POSTGRES_HOME/data" --wait --timeout=60 --silent \
      --log="$POSTGRES_HOME/server.log" --options="-p $POSTGRES_PORT" >/dev/null 2>&1; then
      export TAMTRU_TEST_POSTGRES="postgres://postgres@127.0.0.1:$POSTGRES_PORT/postgres"
      return 0
    fi
    if ! grep -q "Address already in use" "$POSTGRES_HOME/server.log" 2>/dev/null; then
      break
    fi
  done
  echo "PostgreSQL did not start (attempt $attempt):" >&2
  cat "$POSTGRES_HOME/server.log" >&2
  return 1
}

# Stops the cluster that this shell started, if any, and removes its folder. Safe to call twice.
stop_postgres() {
  [ -n "$POSTGRES_HOME" ] || return 0
  if [ -f "$POSTGRES_HOME/data/postmaster.pid" ]; then
    # Nothing in it is worth a clean end.
    as_postgres "$POSTGRES_BIN/pg_ctl" stop --pgdata="$POSTGRES_HOME/data" --mode=immediate --silent >/dev/null 2>&1
  fi
  rm -rf "$POSTGRES_HOME"
  POSTGRES_HOME=""
}

# create_database NAME: makes an empty database in the cluster of TAMTRU_TEST_POSTGRES and prints its URL.
create_database() {
  local name=$1 psql
  psql="$(find_postgres)/psql" || return 1
  "$psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --command="CREATE DATABASE \"$name\"" \
    "$TAMTRU_TEST_POSTGRES" >&2 || return 1
  printf '%s/%s\n' "${TAMTRU_TEST_POSTGRES%/*}" "$name"
}
