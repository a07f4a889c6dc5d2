//! `herald serve` as a process of its own, for what only a process shows: its memory and how soon it is ready.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child as Process, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tokio::task::spawn_blocking;

use super::{BenchError, folder::Folder, load::ask};

const PATIENCE: Duration = Duration::from_secs(50);
const ASK_EVERY: Duration = Duration::from_millis(2);

/// A running server. Killed when it is dropped.
pub(super) struct Child {
    process: Process,
    pub(super) address: SocketAddr,
    /// From the start to the first success of `/readyz`.
    pub(super) ready: Duration,
}

impl Child {
    pub(super) async fn serve(folder: &Folder) -> Result<Self, BenchError> {
        let start = Instant::now();
        let process = command(folder)?.spawn()?;
        // From here on it is killed in any case.
        let mut child =
            Self { process, address: SocketAddr::from(([127, 0, 0, 1], 0)), ready: Duration::ZERO };
        let stdout = child.process.stdout.take().ok_or("its output is missing")?;
        child.address = spawn_blocking(move || read_address(BufReader::new(stdout))).await??;
        while !is_ready(child.address).await {
            if start.elapsed() > PATIENCE {
                return Err("it is not ready".into());
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        child.ready = start.elapsed();
        Ok(child)
    }

    /// What is in memory now, in MiB.
    pub(super) fn memory(&self) -> Result<f64, BenchError> {
        self.status("VmRSS:")
    }

    /// The most that ever was.
    pub(super) fn memory_max(&self) -> Result<f64, BenchError> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<f64, BenchError> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let kib = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
        let kib: f64 = kib.ok_or("the system does not say how much memory it has")?.trim().parse()?;
        Ok(kib / 1_024.0)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(folder: &Folder) -> Result<Command, BenchError> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["serve", "--listen", "127.0.0.1:0", "--allow-target", "127.0.0.0/8", "--database"]);
    command.arg(folder.database()).current_dir(folder.path()).env("HERALD_LOG", "off");
    // What is measured is what Herald can do, not what it lets one caller do.
    command.env("HERALD_KEY_REQUESTS_PER_SECOND", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    Ok(command)
}

/// Goes on reading behind it, so that the program never writes into a closed pipe.
fn read_address(output: impl BufRead + Send + 'static) -> Result<SocketAddr, BenchError> {
    let mut lines = output.lines().map_while(Result::ok);
    let url = lines.find_map(|line| line.strip_prefix("Herald is at http://").map(str::to_owned));
    thread::spawn(move || lines.for_each(drop));
    Ok(url.ok_or("it ended before it listened")?.trim_end_matches('/').parse()?)
}

async fn is_ready(address: SocketAddr) -> bool {
    ask(address, format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await.is_ok()
}
