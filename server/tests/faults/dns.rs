//! A name server that lies: each name has a script of answers, one for each time that it is looked up.

use std::{
    collections::HashMap,
    net::{IpAddr, UdpSocket},
    thread,
};

/// What a lookup answers: addresses, `-> NAME` for an alias on the way to them, or [`SILENCE`].
pub(crate) type Answer = &'static [&'static str];
pub(crate) const SILENCE: &str = "silence";

/// The answers in their order; the last one stays.
pub(crate) type Zone = HashMap<String, Vec<Answer>>;

const TYPE_A: u16 = 1;
const TYPE_CNAME: u16 = 5;
const TYPE_AAAA: u16 = 28;
const NO_SUCH_NAME: u8 = 3;
const HEADER_BYTES: usize = 12;

/// Serves until the process ends.
pub(crate) fn serve(address: &str, zone: Zone) {
    let socket = UdpSocket::bind(address).expect("the port of name servers is free in here");
    thread::spawn(move || {
        let mut asked: HashMap<(String, u16), usize> = HashMap::new();
        let mut packet = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            let query = Query::read(&packet[..length]);
            let times = asked.entry((query.name.clone(), query.kind)).or_default();
            let answer = zone.get(&query.name).map(|script| script[(*times).min(script.len() - 1)]);
            *times += 1;
            if answer != Some(&[SILENCE]) {
                socket.send_to(&query.reply(answer), from).expect("sent");
            }
        }
    });
}

struct Query<'p> {
    head: &'p [u8],
    question: &'p [u8],
    name: String,
    kind: u16,
}

impl<'p> Query<'p> {
    fn read(packet: &'p [u8]) -> Self {
        let (mut labels, mut at) = (Vec::new(), HEADER_BYTES);
        while packet[at] != 0 {
            let end = at + 1 + usize::from(packet[at]);
            labels.push(String::from_utf8_lossy(&packet[at + 1..end]).to_lowercase());
            at = end;
        }
        let kind = u16::from_be_bytes([packet[at + 1], packet[at + 2]]);
        let question = &packet[HEADER_BYTES..at + 5];
        Self { head: &packet[..2], question, name: labels.join("."), kind }
    }

    fn reply(&self, answer: Option<Answer>) -> Vec<u8> {
        let records = answer.map(|answer| self.records(answer)).unwrap_or_default();
        let code = if answer.is_none() { NO_SUCH_NAME } else { 0 };
        let count = u8::try_from(records.len()).expect("few");
        let mut packet = self.head.to_vec();
        packet.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
        packet.extend(self.question);
        packet.extend(records.concat());
        packet
    }

    fn records(&self, answer: Answer) -> Vec<Vec<u8>> {
        let (mut owner, mut records) = (self.name.clone(), Vec::new());
        for part in answer {
            if let Some(alias) = part.strip_prefix("-> ") {
                records.push(record(&owner, TYPE_CNAME, &encoded(alias)));
                owner = alias.to_owned();
                continue;
            }
            match (self.kind, part.parse().expect("an address")) {
                (TYPE_A, IpAddr::V4(v4)) => records.push(record(&owner, TYPE_A, &v4.octets())),
                (TYPE_AAAA, IpAddr::V6(v6)) => records.push(record(&owner, TYPE_AAAA, &v6.octets())),
                _ => {}
            }
        }
        records
    }
}

/// It may not be kept: time to live 0.
fn record(owner: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut record = encoded(owner);
    record.extend(kind.to_be_bytes());
    record.extend([0, 1, 0, 0, 0, 0]);
    record.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
    record.extend(data);
    record
}

fn encoded(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).expect("short")], label.as_bytes()].concat();
    let mut bytes: Vec<u8> = name.split('.').flat_map(label).collect();
    bytes.push(0);
    bytes
}
