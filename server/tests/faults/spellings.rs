//! Many ways to write one host, as people who want past a guard write it.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Every way to write an IPv4 address that a browser reads as that address.
pub(crate) fn of_v4(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let number = u32::from(address);
    let (low24, low16) = (number & 0x00ff_ffff, number & 0xffff);
    let dotted = address.to_string();
    let mut all = vec![
        dotted.clone(),
        format!("{dotted}."),
        number.to_string(),
        format!("{number}."),
        format!("{number:#x}"),
        format!("0X{number:X}"),
        format!("0x{number:0>16x}"),
        format!("0{number:o}"),
        format!("000000{number:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0X{a:X}.0X{b:X}.0X{c:X}.0X{d:X}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a:0>8o}.{b:0>8o}.{c:0>8o}.{d:0>8o}"),
        format!("{a:#x}.0{b:o}.{c}.{d:#x}"),
        format!("0{a:o}.{b}.{c:#x}.{d}"),
        format!("{a}.{low24}"),
        format!("{a:#x}.{low24:#x}"),
        format!("0{a:o}.0{low24:o}"),
        format!("{a}.{b}.{low16}"),
        format!("{a:#x}.{b}.0{low16:o}"),
        format!("{a}.{b:#x}.{low16:#x}."),
        percent(&dotted, |_| true),
        percent(&dotted, |c| c == '.'),
        percent(&dotted, |c| c.is_ascii_digit()),
        percent(&number.to_string(), |_| true),
        dotted.replace('.', "。"),
        dotted.replace('.', "．"),
        dotted.replace('.', "｡"),
        // A soft hyphen, which the mapping of names drops.
        dotted.replace('.', "\u{ad}."),
    ];
    // Full-width, mathematical bold, double-struck, sans-serif, monospace digits.
    for zero in ['０', '𝟎', '𝟘', '𝟢', '𝟶'] {
        all.push(digits(&dotted, zero));
        all.push(digits(&number.to_string(), zero));
    }
    all.push(digits(&dotted, '０').replace('.', "。"));
    all.push(percent_utf8(&digits(&dotted, '０')));
    all
}

/// An IPv4 address within IPv6 addresses: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP on a link.
pub(crate) fn of_v4_in_v6(address: Ipv4Addr) -> Vec<String> {
    let number = u32::from(address);
    let (high, low) = (number >> 16, number & 0xffff);
    let (not_high, not_low) = (high ^ 0xffff, low ^ 0xffff);
    let mut all = Vec::new();
    for prefix in ["::ffff:", "::", "::ffff:0:", "64:ff9b::", "64:ff9b:1::", "fe80::5efe:"] {
        all.push(format!("[{prefix}{address}]"));
        all.push(format!("[{prefix}{high:x}:{low:x}]"));
        all.push(format!("[{prefix}{high:0>4X}:{low:0>4X}]"));
    }
    all.push(format!("[0:0:0:0:0:ffff:{address}]"));
    all.push(format!("[0000:0000:0000:0000:0000:FFFF:{high:0>4x}:{low:0>4x}]"));
    all.push(format!("[2002:{high:x}:{low:x}::]"));
    all.push(format!("[2002:{high:x}:{low:x}::{high:x}:{low:x}]"));
    all.push(format!("[2001:0:808:808:0:0:{not_high:x}:{not_low:x}]"));
    all
}

pub(crate) fn of_v6(address: Ipv6Addr) -> Vec<String> {
    let groups = address.segments();
    let long = groups.map(|group| format!("{group:0>4x}")).join(":");
    let bare = groups.map(|group| format!("{group:x}")).join(":");
    let short = address.to_string();
    [&long, &bare, &short].into_iter().flat_map(|text| [format!("[{text}]"), upper(text)]).collect()
}

/// Names that mean this machine whatever a resolver says.
pub(crate) fn of_this_machine() -> Vec<String> {
    let mut all = Vec::new();
    for name in
        ["localhost", "LOCALHOST", "LocalHost", "a.localhost", "A.b.c.LocalHost", "169.254.169.254.localhost"]
    {
        all.push(name.to_owned());
        all.push(format!("{name}."));
        all.push(percent(name, |_| true));
        all.push(percent(name, |c| c == 'o'));
        all.push(name.replace(['o', 'O'], "ｏ"));
        all.push(name.replace(['l', 'L'], "ℓ"));
        all.push(name.replace(['s', 'S'], "ſ"));
        all.push(name.replace(['c', 'C'], "\u{ad}c"));
        all.push(name.replace(['t', 'T'], "ⓣ"));
    }
    all
}

/// No hosts at all, though some program somewhere reads them as one.
pub(crate) fn of_no_host() -> Vec<String> {
    let written = [
        "",
        ".",
        "..",
        "127.0.0.1..",
        "localhost..",
        ".localhost",
        "127..0.1",
        "127.0.0.1.1",
        "256.256.256.256",
        "127.0.0.256",
        "0x",
        "0x7g.0.0.1",
        "08.0.0.1",
        "4294967296",
        "127.0.0.0x100000000",
        "[::1",
        "::1]",
        "::1",
        "[::1%lo]",
        "[::1%25lo]",
        "[fe80::1%eth0]",
        "[fe80::1%25eth0]",
        "[fe80::1%251]",
        "[v1.127.0.0.1]",
        "[127.0.0.1]",
        "[[::1]]",
        "[::ffff:127.1]",
        "[::ffff:0x7f.0.0.1]",
        "[::127.0.0.1.]",
        "[:::1]",
        "[1::2::3]",
        "127.0.0.1%00",
        "127.0.0.1%0a",
        "127.0.0.1%2f",
        "localhost%00.example.com",
        "127.0.0.1%23.example.com",
        "127.0.0.1%5c",
        "local host",
        "127.0.0.1 ",
        "127.0.0.1\\",
        "127.0.0.1\t",
        "local\thost",
        "local\nhost",
        "local\rhost",
        "127.0.\n0.1",
        "127.0.0.1\u{a0}",
        "127.0.0.1\u{2003}",
        "127.0.0.1\u{0}",
        "local<host",
        "local^host",
        "local|host",
        "127.0.0.1%",
    ];
    written.map(str::to_owned).to_vec()
}

/// URLs around a host: each leads to it, or to nothing.
pub(crate) fn urls(host: &str, port: u16) -> Vec<String> {
    let plain = [
        format!("http://{host}/"),
        format!("http://{host}"),
        format!("https://{host}/latest/meta-data/?a=b#c"),
        format!("HTTPS://{host}:443/"),
        format!("hTTp://{host}:/"),
        format!("http://{host}:{port}/"),
        format!("http://{host}:{port:0>9}/"),
        format!("http:{host}:{port}/"),
        format!("http:/{host}:{port}/"),
        format!("http:///{host}:{port}/"),
        format!("http://///{host}:{port}/"),
        format!("http://{host}:{port}/../..//x"),
        format!("http://{host}:{port}#@8.8.8.8/"),
        format!("http://{host}:{port}?@8.8.8.8/"),
        format!("  http://{host}:{port}/  "),
    ];
    plain.into_iter().chain(tricks(host, port)).collect()
}

/// User info, backslashes, white space, ports and schemes that programs read differently.
fn tricks(host: &str, port: u16) -> Vec<String> {
    vec![
        format!("http://8.8.8.8@{host}:{port}/"),
        format!("http://8.8.8.8:80@{host}:{port}/"),
        format!("http://8.8.8.8%40{host}:{port}/"),
        format!("http://{host}:{port}@8.8.8.8/"),
        format!("http://@{host}:{port}/"),
        format!("http://:@{host}:{port}/"),
        format!("http://8.8.8.8\\@{host}:{port}/"),
        format!("http://{host}:{port}\\@8.8.8.8/"),
        format!("http:\\\\{host}:{port}\\"),
        format!("http:/\\{host}:{port}/"),
        format!("ht\ttp://{host}:{port}/"),
        format!("http:/\n/{host}:{port}/"),
        format!("http://\r\n{host}:{port}/"),
        format!("http://\u{2028}{host}:{port}/"),
        format!("http://{host}:{port}\t/"),
        format!("http://{host}:65536/"),
        format!("http://{host}:0/"),
        format!("http://{host}:-1/"),
        format!("http://{host}:0x50/"),
        format!("http://{host}: {port}/"),
        format!("//{host}:{port}/"),
        format!("{host}:{port}"),
        format!("ftp://{host}:{port}/"),
        format!("gopher://{host}:{port}/_x"),
        format!("file://{host}/etc/passwd"),
        format!("ws://{host}:{port}/"),
        format!("http+unix://{host}/"),
        format!("view-source:http://{host}:{port}/"),
        format!("javascript://{host}:{port}/%0aalert(1)"),
        format!("blob:http://{host}:{port}/"),
    ]
}

fn upper(text: &str) -> String {
    format!("[{}]", text.to_ascii_uppercase())
}

fn percent(text: &str, chosen: impl Fn(char) -> bool) -> String {
    text.chars().map(|c| if chosen(c) { format!("%{:02x}", u32::from(c)) } else { c.to_string() }).collect()
}

fn percent_utf8(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The digits of another script, of which this is the zero.
fn digits(text: &str, zero: char) -> String {
    let other = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(u32::from(zero) + digit));
    text.chars().map(|c| other(c).unwrap_or(c)).collect()
}
