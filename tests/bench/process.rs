//! CPU time and memory of a process, as Linux counts them under `/proc`.

use std::{fs, time::Duration};

use anyhow::Context as _;

/// Clock ticks a second in `/proc/<pid>/stat`: `USER_HZ`, which is 100 on every Linux that Debian ships.
const TICKS_PER_SECOND: u64 = 100;

/// Memory of a process, in megabytes of 1,000,000 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Resident now.
    pub resident_mb: f64,
    /// Resident at its highest.
    pub peak_mb: f64,
}

/// CPU time that a process has used so far, in user and kernel mode, all threads.
///
/// # Errors
///
/// When there is no such process.
pub fn cpu_time(pid: u32) -> anyhow::Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).context(path)?;
    // The second field is the program's name in brackets, which may hold blanks; utime and stime are fields 14 and 15.
    let (_, after_name) = stat.rsplit_once(") ").context("a stat line names a program")?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let mut ticks = 0;
    for name in ["utime", "stime"] {
        ticks += fields.next().context(name)?.parse::<u64>().context(name)?;
    }
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// Memory of a process.
///
/// # Errors
///
/// When there is no such process.
pub fn memory(pid: u32) -> anyhow::Result<Memory> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).context(path)?;
    let megabytes = |name: &'static str| -> anyhow::Result<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes =
            line.and_then(|rest| rest.split_ascii_whitespace().next()).context(name)?.parse::<f64>().context(name)?;
        Ok(kibibytes * 1024.0 / 1e6)
    };
    Ok(Memory { resident_mb: megabytes("VmRSS:")?, peak_mb: megabytes("VmHWM:")? })
}
