//! F4: generated addresses, judged by Herald and by a table of its own, written from IANA's registries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::target::is_public;

/// Printed with every failure, so that it can be made again.
const SEED: u64 = 0x4e52_41ad;
const ADDRESSES: usize = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Reach {
    /// The registry says "globally reachable", or the address is ordinary unicast.
    Global,
    /// The registry says that it is not, or does not say that it is.
    NotGlobal,
    /// The registry lets it pass; the design refuses it all the same.
    RefusedByDesign,
}
use Reach::{Global, NotGlobal, RefusedByDesign};

/// IANA IPv4 Special-Purpose Address Registry, and the multicast and reserved parts of the IPv4 Address Space Registry. The
/// longest prefix decides.
const V4: [(&str, Reach); 28] = [
    ("0.0.0.0/0", Global),
    ("0.0.0.0/8", NotGlobal),
    ("0.0.0.0/32", NotGlobal),
    ("10.0.0.0/8", NotGlobal),
    ("100.64.0.0/10", NotGlobal),
    ("127.0.0.0/8", NotGlobal),
    ("169.254.0.0/16", NotGlobal),
    ("172.16.0.0/12", NotGlobal),
    ("192.0.0.0/24", NotGlobal),
    ("192.0.0.0/29", NotGlobal),
    ("192.0.0.8/32", NotGlobal),
    ("192.0.0.9/32", RefusedByDesign),
    ("192.0.0.10/32", RefusedByDesign),
    ("192.0.0.170/32", NotGlobal),
    ("192.0.0.171/32", NotGlobal),
    ("192.0.2.0/24", NotGlobal),
    ("192.31.196.0/24", Global),
    ("192.52.193.0/24", Global),
    ("192.88.99.0/24", RefusedByDesign),
    ("192.168.0.0/16", NotGlobal),
    ("192.175.48.0/24", Global),
    ("198.18.0.0/15", NotGlobal),
    ("198.51.100.0/24", NotGlobal),
    ("203.0.113.0/24", NotGlobal),
    ("224.0.0.0/4", RefusedByDesign),
    ("232.0.0.0/8", RefusedByDesign),
    ("240.0.0.0/4", NotGlobal),
    ("255.255.255.255/32", NotGlobal),
];

/// IANA IPv6 Special-Purpose Address Registry, within what the IPv6 Address Space Registry gives out as global unicast.
const V6: [(&str, Reach); 33] = [
    ("::/0", NotGlobal),
    ("2000::/3", Global),
    ("::/128", NotGlobal),
    ("::1/128", NotGlobal),
    ("::ffff:0:0/96", NotGlobal),
    ("64:ff9b::/96", RefusedByDesign),
    ("64:ff9b:1::/48", NotGlobal),
    ("100::/64", NotGlobal),
    ("100:0:0:1::/64", NotGlobal),
    ("2001::/23", NotGlobal),
    ("2001::/32", NotGlobal),
    ("2001:1::1/128", RefusedByDesign),
    ("2001:1::2/128", RefusedByDesign),
    ("2001:1::3/128", RefusedByDesign),
    ("2001:2::/48", NotGlobal),
    ("2001:3::/32", RefusedByDesign),
    ("2001:4:112::/48", RefusedByDesign),
    ("2001:10::/28", NotGlobal),
    ("2001:20::/28", RefusedByDesign),
    ("2001:30::/28", RefusedByDesign),
    ("2001:db8::/32", NotGlobal),
    ("2002::/16", NotGlobal),
    ("2620:4f:8000::/48", Global),
    ("3fff::/20", NotGlobal),
    ("4000::/2", NotGlobal),
    ("5f00::/16", NotGlobal),
    ("8000::/1", NotGlobal),
    ("fc00::/7", NotGlobal),
    ("fe80::/10", NotGlobal),
    ("fec0::/10", NotGlobal),
    ("ff00::/8", NotGlobal),
    ("ff02::/16", NotGlobal),
    ("ff0e::/16", NotGlobal),
];

/// A range as plain numbers: this test must not share its arithmetic with the code that it judges.
#[derive(Clone, Copy)]
struct Range {
    first: u128,
    last: u128,
    reach: Reach,
}

fn ranges(table: &[(&str, Reach)]) -> Vec<Range> {
    let mut ranges: Vec<Range> = table.iter().map(|(text, reach)| range(text, *reach)).collect();
    // The narrowest first: it decides.
    ranges.sort_by_key(|range| range.last - range.first);
    ranges
}

fn range(text: &str, reach: Reach) -> Range {
    let (address, bits) = text.split_once('/').unwrap();
    let (first, width): (u128, u32) = match address.parse().unwrap() {
        IpAddr::V4(v4) => (u32::from(v4).into(), 32),
        IpAddr::V6(v6) => (v6.into(), 128),
    };
    let host_bits = width - bits.parse::<u32>().unwrap();
    let size_less_one = if host_bits == 128 { u128::MAX } else { (1_u128 << host_bits) - 1 };
    assert_eq!(first & size_less_one, 0, "{text} is a range");
    Range { first, last: first + size_less_one, reach }
}

fn reach(ranges: &[Range], number: u128) -> Reach {
    ranges.iter().find(|range| (range.first..=range.last).contains(&number)).unwrap().reach
}

/// SplitMix64: the same addresses on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn wide(&mut self) -> u128 {
        (u128::from(self.roll()) << 64) | u128::from(self.roll())
    }

    /// Seven of eight close to an end of a range or within it, the eighth anywhere.
    fn number(&mut self, ranges: &[Range], width: u32) -> u128 {
        let all = if width == 128 { u128::MAX } else { (1 << width) - 1 };
        let range = ranges[usize::try_from(self.below(ranges.len() as u64)).unwrap()];
        let close = u128::from(self.below(3));
        let number = match self.below(8) {
            0 | 1 => range.first.wrapping_add(close),
            2 => range.first.wrapping_sub(close),
            3 | 4 => range.last.wrapping_sub(close),
            5 => range.last.wrapping_add(close),
            6 => range.first + self.wide() % (range.last - range.first).max(1),
            _ => self.wide(),
        };
        number & all
    }
}

/// The IPv6 addresses under which an IPv4 address may hide.
fn hidden(v4: Ipv4Addr, way: u64) -> u128 {
    let low = u128::from(u32::from(v4));
    match way {
        0 => (0xffff << 32) | low,
        1 => low,
        2 => (0x0064_ff9b << 96) | low,
        3 => (0x0064_ff9b_0001 << 80) | low,
        4 => (0x2002 << 112) | (low << 80),
        // Teredo has it inverted.
        _ => (0x2001_0000 << 96) | (low ^ 0xffff_ffff),
    }
}

fn judge(ranges: &[Range], number: u128, address: IpAddr, seen: &mut [usize; 3]) {
    let reach = reach(ranges, number);
    seen[reach as usize] += 1;
    assert_eq!(is_public(address), reach == Global, "{address} is {reach:?} (seed {SEED:#x})");
}

#[test]
fn no_forbidden_address_is_public_and_no_public_one_is_refused() {
    let (v4, v6) = (ranges(&V4), ranges(&V6));
    let (mut dice, mut seen) = (Dice(SEED), [[0; 3]; 2]);
    for _ in 0..ADDRESSES / 4 {
        let number = dice.number(&v4, 32);
        let short = Ipv4Addr::from(u32::try_from(number).unwrap());
        judge(&v4, number, short.into(), &mut seen[0]);
        let number = dice.number(&v6, 128);
        judge(&v6, number, Ipv6Addr::from(number).into(), &mut seen[1]);
        let number = hidden(short, dice.below(6));
        judge(&v6, number, Ipv6Addr::from(number).into(), &mut seen[1]);
        let number = dice.wide();
        judge(&v6, number, Ipv6Addr::from(number).into(), &mut seen[1]);
    }
    // Each kind was met often, so that none of the two judges was asked about one kind only.
    assert!(seen.iter().flatten().all(|met| *met > ADDRESSES / 100), "{seen:?}");
}

#[test]
fn both_ends_of_every_registered_range_and_their_neighbours_are_judged_alike() {
    let mut seen = [0; 3];
    for (table, width) in [(&V4[..], 32), (&V6[..], 128)] {
        let ranges = ranges(table);
        for range in &ranges {
            let (before, after) = (range.first.wrapping_sub(1), range.last.wrapping_add(1));
            for number in [before, range.first, range.last, after] {
                let address = match width {
                    32 => Ipv4Addr::from((number & 0xffff_ffff) as u32).into(),
                    _ => Ipv6Addr::from(number).into(),
                };
                judge(&ranges, if width == 32 { number & 0xffff_ffff } else { number }, address, &mut seen);
            }
        }
    }
    assert!(seen.iter().all(|met| *met > 10), "{seen:?}");
}
