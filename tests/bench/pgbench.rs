//! The yardstick: pgbench commits the rows of a real filing, with nothing before and nothing after.
//!
//! Nothing here knows a column. Two real filings are looked up by the transaction that wrote them; each of their tables
//! gets a copy, `bench_…`, with the same columns, checks and indexes (foreign keys are left out, which favours pgbench).
//! The script inserts literals of the first filing; where the second has another value under an index, the value varies
//! from transaction to transaction, in rising order as the real ids do.

use std::{collections::BTreeMap, fmt, fmt::Write as _, fs, path::Path, process::Output};

use anyhow::Context as _;
use serde::Deserialize;

use crate::cluster::Cluster;

/// The table whose row is found by the id that the server answered.
const DECLARATION: &str = "declaration";

/// What one filing writes: a multi-column insert for each row, ready for pgbench.
#[derive(Debug)]
pub struct Shapes {
    /// By table: how many rows of it a filing writes.
    rows: BTreeMap<String, usize>,
    script: String,
}

impl fmt::Display for Shapes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list: Vec<String> = self.rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
        formatter.write_str(&list.join(", "))
    }
}

/// A column, as the catalogue tells.
#[derive(Debug, Deserialize)]
struct Column {
    /// Quoted where SQL wants it.
    name: String,
    /// Its type in SQL.
    kind: String,
    /// Filled by the database itself: identities, sequences, generated columns.
    automatic: bool,
    /// Part of an index, in whatever way.
    indexed: bool,
    /// Numbers of the unique indexes that it is part of.
    #[serde(default)]
    unique: Vec<i64>,
}

/// Reads what the two filings wrote, makes the copies of their tables and the script.
///
/// # Errors
///
/// When the two did not write the same kinds of rows, or PostgreSQL refuses a question.
pub fn shapes(cluster: &Cluster, first_id: &str, second_id: &str) -> anyhow::Result<Shapes> {
    let transactions = [writing_transaction(cluster, first_id)?, writing_transaction(cluster, second_id)?];
    let tables = cluster.query(
        "SELECT quote_ident(relname) FROM pg_class \
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname",
    )?;

    let mut rows = BTreeMap::new();
    let mut script = Script::default();
    for table in tables.lines() {
        let columns = columns(cluster, table)?;
        let first = values(cluster, table, &columns, &transactions[0])?;
        let second = values(cluster, table, &columns, &transactions[1])?;
        if first.is_empty() || second.is_empty() {
            continue;
        }
        anyhow::ensure!(
            first.len() == second.len(),
            "one filing wrote {} rows of {table}, the next {}",
            first.len(),
            second.len()
        );
        let copy = copy_name(table);
        cluster.query(&format!("CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)"))?;
        for (one, other) in first.iter().zip(&second) {
            script.insert(&copy, &columns, one, other)?;
        }
        rows.insert(table.to_owned(), first.len());
    }
    anyhow::ensure!(rows.contains_key(DECLARATION), "no declaration was written");
    Ok(Shapes { rows, script: script.finish() })
}

/// Runs pgbench and returns its transactions a second.
///
/// # Errors
///
/// When pgbench fails or has written nothing.
pub fn run(cluster: &Cluster, shapes: &Shapes, folder: &Path, connections: usize, seconds: u64) -> anyhow::Result<f64> {
    let script = folder.join("filing.sql");
    fs::write(&script, &shapes.script)?;
    cluster.query("CHECKPOINT")?;
    let output = cluster
        .program("pgbench")
        .args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2"])
        .args(["--client", &connections.to_string()])
        .args(["--time", &seconds.to_string(), "--define", "turn=0"])
        .arg("--file")
        .arg(&script)
        .arg(&cluster.url)
        .output()
        .context("pgbench")?;
    let rate = reported_rate(&output)?;
    let copy = copy_name(DECLARATION);
    let committed = cluster.query(&format!("SELECT count(*) FROM {copy}"))?;
    anyhow::ensure!(committed != "0", "pgbench reports {rate} transactions a second and has written nothing");
    Ok(rate)
}

fn reported_rate(output: &Output) -> anyhow::Result<f64> {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "pgbench failed:\n{errors}\n{text}");
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split_whitespace().next())
        .with_context(|| format!("pgbench names no tps:\n{text}"))?;
    Ok(rate.parse()?)
}

fn copy_name(table: &str) -> String {
    format!("bench_{}", table.trim_matches('"'))
}

/// The transaction that wrote a declaration: all of a filing's rows carry its number.
fn writing_transaction(cluster: &Cluster, declaration_id: &str) -> anyhow::Result<String> {
    let found = cluster.query(&format!("SELECT xmin FROM {DECLARATION} WHERE id = '{declaration_id}'"))?;
    anyhow::ensure!(!found.is_empty(), "{declaration_id} is not in the database");
    Ok(found)
}

fn columns(cluster: &Cluster, table: &str) -> anyhow::Result<Vec<Column>> {
    // pg_depend knows the columns of expression and partial indexes, indkey those behind a constraint.
    let text = cluster.query(&format!(
        "WITH index_column AS ( \
           SELECT i.indexrelid::bigint AS index, i.indisunique, k.attnum \
             FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) AS k(attnum) \
            WHERE i.indrelid = '{table}'::regclass \
           UNION \
           SELECT i.indexrelid::bigint, i.indisunique, d.refobjsubid::int2 \
             FROM pg_index i JOIN pg_depend d ON d.objid = i.indexrelid AND d.classid = 'pg_class'::regclass \
                             AND d.refobjid = i.indrelid \
            WHERE i.indrelid = '{table}'::regclass) \
         SELECT coalesce(json_agg(json_build_object( \
           'name', quote_ident(a.attname), \
           'kind', format_type(a.atttypid, a.atttypmod), \
           'automatic', a.attidentity <> '' OR a.attgenerated <> '' \
                        OR coalesce(pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval(%', false), \
           'indexed', EXISTS (SELECT FROM index_column c WHERE c.attnum = a.attnum), \
           'unique', (SELECT coalesce(json_agg(c.index), '[]') FROM index_column c \
                       WHERE c.attnum = a.attnum AND c.indisunique)) ORDER BY a.attnum), '[]') \
           FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum \
          WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
    ))?;
    let columns: Vec<Column> = serde_json::from_str(&text).with_context(|| text.clone())?;
    Ok(columns.into_iter().filter(|column| !column.automatic).collect())
}

/// The rows of a table that a transaction wrote, as texts in the order of `columns`.
fn values(
    cluster: &Cluster,
    table: &str,
    columns: &[Column],
    transaction: &str,
) -> anyhow::Result<Vec<Vec<Option<String>>>> {
    let list: Vec<String> = columns.iter().map(|column| format!("{}::text", column.name)).collect();
    let text = cluster.query(&format!(
        "SELECT json_build_array({}) FROM {table} WHERE xmin = '{transaction}'::xid ORDER BY ctid",
        list.join(", ")
    ))?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

/// A transaction for pgbench in the making.
#[derive(Debug, Default)]
struct Script {
    statements: String,
    /// UUIDs that vary, each by the text that the first filing had: the same id in two tables varies alike.
    ids: Vec<String>,
}

impl Script {
    fn insert(
        &mut self,
        table: &str,
        columns: &[Column],
        one: &[Option<String>],
        other: &[Option<String>],
    ) -> anyhow::Result<()> {
        let mut names = Vec::new();
        let mut expressions = Vec::new();
        let mut still_equal: Vec<i64> = columns.iter().flat_map(|c| c.unique.clone()).collect();
        for (column, (one, other)) in columns.iter().zip(one.iter().zip(other)) {
            let kind = &column.kind;
            names.push(column.name.as_str());
            expressions.push(match one {
                None => {
                    // Nulls never clash.
                    still_equal.retain(|index| !column.unique.contains(index));
                    format!("NULL::{kind}")
                }
                Some(text) if one != other && kind == "uuid" => {
                    still_equal.retain(|index| !column.unique.contains(index));
                    self.varying_id(text)
                }
                Some(text) if one != other && column.indexed => match varying(text, kind) {
                    Some(expression) => {
                        still_equal.retain(|index| !column.unique.contains(index));
                        expression
                    }
                    None => literal(text, kind),
                },
                Some(text) => literal(text, kind),
            });
        }
        anyhow::ensure!(still_equal.is_empty(), "two filings agree in all columns of a unique index of {table}");
        writeln!(self.statements, "INSERT INTO {table} ({}) VALUES ({});", names.join(", "), expressions.join(", "))?;
        Ok(())
    }

    fn varying_id(&mut self, text: &str) -> String {
        let known = self.ids.iter().position(|id| id == text);
        let number = known.unwrap_or_else(|| {
            self.ids.push(text.to_owned());
            self.ids.len() - 1
        });
        // Rises with time like a UUIDv7, and differs from the other ids of the transaction in its first group.
        format!("('{number:08x}-0000-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0'))::uuid")
    }

    fn finish(self) -> String {
        format!("\\set turn :turn + 1\n\\set number :turn * 1000 + :client_id\nBEGIN;\n{}COMMIT;\n", self.statements)
    }
}

/// An expression that varies from transaction to transaction and is as long as the text, for types that can.
fn varying(text: &str, kind: &str) -> Option<String> {
    /// Digits that a run cannot use up.
    const DIGITS: usize = 12;
    match kind {
        "text" | "character varying" => {
            let kept: String = text.chars().take(text.chars().count().saturating_sub(DIGITS)).collect();
            let digits = (text.chars().count() - kept.chars().count()).max(9);
            let kept = literal(&kept, "text");
            Some(format!("({kept} || lpad((:number::bigint)::text, {digits}, '0'))"))
        }
        "bytea" => Some("sha256((:number::bigint)::text::bytea)".to_owned()),
        "smallint" | "integer" | "bigint" => Some(format!("(:number::bigint)::{kind}")),
        "timestamp with time zone" | "timestamp without time zone" => Some(format!("clock_timestamp()::{kind}")),
        _ => None,
    }
}

/// A literal that pgbench leaves alone: it takes a colon for one of its variables, even within quotes.
fn literal(text: &str, kind: &str) -> String {
    let mut quoted = String::from("E'");
    for character in text.chars() {
        match character {
            '\'' => quoted.push_str("\\'"),
            '\\' => quoted.push_str("\\\\"),
            ':' => quoted.push_str("\\x3A"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            other => quoted.push(other),
        }
    }
    format!("{quoted}'::{kind}")
}
