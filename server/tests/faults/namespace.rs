//! A world of its own for a test: network and mounts of this process alone, in which any address may belong to this machine.

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
    thread,
};

const INSIDE: &str = "HERALD_TEST_INSIDE";
const WHAT_IS_NEEDED: &str = "This test needs `ip` (Debian package iproute2) and `unshare` (util-linux) on PATH, IPv6 in the \
     kernel, and leave to make user namespaces (as root, or with kernel.unprivileged_userns_clone=1 and \
     kernel.apparmor_restrict_unprivileged_userns=0). `cargo xtask test` installs the packages.";

/// Whether this is the run within the namespaces. If not, the calling test is run again within them, and must succeed there.
pub(crate) fn enter() -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let this = thread::current().name().expect("a test's thread has its name").to_owned();
    let program = env::current_exe().expect("this program");
    let mut again = Command::new("unshare");
    again.args(["--map-root-user", "--mount", "--net", "--"]).arg(program);
    let output = again.args(["--exact", &this, "--nocapture"]).env(INSIDE, "1").output();
    let output = output.unwrap_or_else(|error| panic!("unshare: {error}. {WHAT_IS_NEEDED}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("running 1 test"), "{why}\n{WHAT_IS_NEEDED}");
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{why}");
    false
}

/// Makes these addresses this machine's, and has names looked up by 127.0.0.1 only.
pub(crate) fn furnish(addresses: &[&str], folder: &Path) {
    run("ip", &["link", "set", "lo", "up"]);
    for address in addresses {
        let bits = if address.contains(':') { 128 } else { 32 };
        run("ip", &["address", "add", &format!("{address}/{bits}"), "dev", "lo"]);
    }
    // Longer than Herald waits at most, so that a silent server is given up by Herald.
    replace(folder, "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:3 attempts:1\n");
    replace(folder, "/etc/nsswitch.conf", "hosts: files dns\n");
}

/// Makes an empty folder a disk of so many MiB, for this process and those that it starts.
pub(crate) fn mount_disk(folder: &Path, mib: usize) {
    let size = format!("size={mib}m");
    run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", folder.to_str().expect("text")]);
}

/// For this process alone: others go on seeing the machine's own file.
fn replace(folder: &Path, path: &str, text: &str) {
    let own = folder.join(path.replace('/', "-"));
    fs::write(&own, text).expect("written");
    if Path::new(path).exists() {
        run("mount", &["--bind", own.to_str().expect("text"), path]);
    }
}

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output();
    let Output { status, stderr, .. } =
        done.unwrap_or_else(|error| panic!("{program}: {error}. {WHAT_IS_NEEDED}"));
    let why = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{program} {}: {why} {WHAT_IS_NEEDED}", arguments.join(" "));
}
