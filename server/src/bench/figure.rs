//! The figures: what each is held to, and how they are shown.

use serde::Serialize;

/// On which side of the bound a value is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Good {
    AtLeast,
    AtMost,
}

/// What a figure says, and what it is held to.
#[derive(Debug)]
pub(super) struct Spec {
    id: &'static str,
    what: &'static str,
    unit: &'static str,
    must: f64,
    aim: f64,
    good: Good,
}

const fn at_least(id: &'static str, what: &'static str, must: f64, aim: f64) -> Spec {
    Spec { id, what, unit: OF_FLOOR, must, aim, good: Good::AtLeast }
}

const fn at_most(id: &'static str, what: &'static str, unit: &'static str, must: f64, aim: f64) -> Spec {
    Spec { id, what, unit, must, aim, good: Good::AtMost }
}

const OF_FLOOR: &str = "of the floor";
const TIMES: &str = "times the floor";

pub(super) const B1: Spec = at_least("B1", "ingest, 256 clients, one event a request", 0.50, 0.70);
pub(super) const B2: Spec = at_least("B2", "ingest, 100 events a request", 0.60, 0.80);
pub(super) const B3_P50: Spec = at_most("B3.p50", "answer to one idle client, p50", TIMES, 1.4, 1.15);
pub(super) const B3_P99: Spec = at_most("B3.p99", "answer to one idle client, p99", TIMES, 3.0, 2.0);
pub(super) const B4: Spec = at_least("B4", "drain to 100 receivers, signed, results durable", 0.60, 0.75);
pub(super) const B4T: Spec = at_least("B4t", "the same over TLS", 0.60, 0.75);
pub(super) const B4T_REUSED: Spec = Spec {
    id: "B4t.reused",
    what: "requests on a connection that was open already",
    unit: "%",
    must: 99.0,
    aim: 99.9,
    good: Good::AtLeast,
};
pub(super) const B5: Spec = at_least("B5", "ingest and delivery together, backlog bounded", 0.50, 0.70);
pub(super) const B6_P50: Spec = at_most("B6.p50", "sent to received, 1,000 events/s, p50", TIMES, 2.0, 1.4);
pub(super) const B6_P99: Spec = at_most("B6.p99", "sent to received, 1,000 events/s, p99", TIMES, 4.0, 2.5);
pub(super) const B7_P99: Spec =
    at_most("B7.p99", "healthy p99 beside a black hole", "times without it", 1.25, 1.10);
pub(super) const B7_RATE: Spec = Spec {
    unit: "of without it",
    ..at_least("B7.throughput", "healthy throughput beside black holes", 0.90, 0.97)
};
pub(super) const B8_1E6: Spec = Spec {
    unit: "of with 10^4",
    ..at_least("B8.1e6", "claim and complete, 10^6 rows of history", 0.85, 0.95)
};
pub(super) const B8_1E7: Spec = Spec {
    unit: "of with 10^4",
    ..at_least("B8.1e7", "claim and complete, 10^7 rows of history", 0.80, 0.90)
};
pub(super) const B9_LIST: Spec =
    at_most("B9.list", "a page of deliveries under load, 10^6 rows, p99", "ms", 20.0, 8.0);
pub(super) const B9_FILTER: Spec = at_most("B9.filter", "the same by status and time, p99", "ms", 20.0, 8.0);
pub(super) const B9_DELIVERY: Spec = at_most("B9.delivery", "one delivery under load, p99", "ms", 20.0, 8.0);
pub(super) const B9_FIND: Spec = at_most("B9.find", "finding events under load, p99", "ms", 20.0, 8.0);
pub(super) const B14_IDLE: Spec = at_most("B14.idle", "memory, idle", "MiB", 50.0, 25.0);
pub(super) const B14_PENDING: Spec = at_most("B14.pending", "memory, 10^6 pending", "MiB", 100.0, 50.0);
pub(super) const B14_BINARY: Spec = at_most("B14.binary", "the binary", "MiB", 40.0, 25.0);
pub(super) const B14_START: Spec = at_most("B14.start", "start, 10^6 pending", "ms", 1_000.0, 200.0);
pub(super) const B15_STATEMENTS: Spec =
    at_most("B15.statements", "SQL statements under load", "per event", 0.2, 0.05);
pub(super) const B15_FLUSHES: Spec = at_most("B15.flushes", "flushes under load", "per event", 0.05, 0.01);
pub(super) const B15_WRITTEN: Spec = at_most("B15.written", "bytes written", "per byte of event", 6.0, 4.0);
pub(super) const B15_STORED: Spec = at_most("B15.stored", "bytes stored", "per byte of event", 3.0, 2.0);
pub(super) const B17_MEMORY: Spec =
    at_most("B17.memory", "memory, backlog of one dead receiver", "MiB", 200.0, 100.0);
pub(super) const B17_READY: Spec = at_most("B17.ready", "ready, backlog of one dead receiver", "s", 1.0, 0.3);
pub(super) const B17_P99: Spec =
    at_most("B17.p99", "others' p99 beside that backlog", "times without it", 1.25, 1.10);

/// One measured figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    id: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    must: f64,
    aim: f64,
    /// What it was compared with in the same run, in words; `None` for a count.
    floor: Option<String>,
    #[serde(skip)]
    good: Good,
    /// It depends on the time, and others took too much of the machine meanwhile.
    #[serde(skip)]
    disturbed: bool,
}

impl Figure {
    pub(super) fn new(spec: &Spec, value: f64, floor: Option<String>) -> Self {
        let &Spec { id, what, unit, must, aim, good } = spec;
        let (what, value) = (what.to_owned(), rounded(value));
        Self { id, what, value, unit, must, aim, floor, good, disturbed: false }
    }

    /// Says at how many rows it was measured.
    pub(super) fn at(self, rows: u64) -> Self {
        Self { what: format!("{}, {rows} rows", self.what), ..self }
    }

    /// Adds to what the floor was.
    pub(super) fn with_note(self, note: &str) -> Self {
        Self { floor: self.floor.map(|floor| floor + note), ..self }
    }

    /// Says how much of the machine others took meanwhile. Counts do not depend on it.
    pub(super) fn beside(self, others_percent: f64, quiet: bool) -> Self {
        if self.floor.is_none() {
            return self;
        }
        let note = format!("; others took {others_percent:.0} % of the machine");
        Self { disturbed: !quiet, ..self.with_note(&note) }
    }

    /// Whether Herald did better than the least that is possible, which only a disturbed floor can say.
    fn beats_its_floor(&self) -> bool {
        match self.unit {
            OF_FLOOR => self.value > 1.0,
            TIMES => self.value < 1.0,
            _ => false,
        }
    }

    fn meets(&self, bound: f64) -> bool {
        match self.good {
            Good::AtLeast => self.value >= bound,
            Good::AtMost => self.value <= bound,
        }
    }

    /// No verdict on what proves nothing, in either direction.
    fn mark(&self) -> &'static str {
        if self.disturbed || self.beats_its_floor() {
            return "DISTURBED";
        }
        match (self.meets(self.aim), self.meets(self.must)) {
            (true, _) => "aim met",
            (false, true) => "must met",
            (false, false) => "NOT MET",
        }
    }

    fn cells(&self) -> [String; 8] {
        let floor = self.floor.clone().unwrap_or_else(|| "counted".to_owned());
        [
            self.id.to_owned(),
            self.what.clone(),
            self.value.to_string(),
            self.unit.to_owned(),
            self.must.to_string(),
            self.aim.to_string(),
            self.mark().to_owned(),
            floor,
        ]
    }
}

/// Four significant digits or three decimals, whichever is more: the rest is noise.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

const HEADINGS: [&str; 8] = ["id", "what", "value", "unit", "must", "aim", "", "floor"];

/// Aligned columns; the last one is as long as it is.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(figures.iter().map(Figure::cells));
    let widths: [usize; 8] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    let line = |row: &[String; 8]| {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_has_the_documented_members() {
        let figure = Figure::new(&B1, 0.456_789, Some("raw".to_owned()));
        let json = serde_json::to_value(&figure).expect("JSON");
        let members: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members.len(), 7);
        for member in ["id", "what", "value", "unit", "must", "aim", "floor"] {
            assert!(members.contains(&member), "{member}");
        }
        assert_eq!(json["value"], 0.457);
        assert!(serde_json::to_value(Figure::new(&B14_IDLE, 1.0, None)).expect("JSON")["floor"].is_null());
    }

    #[test]
    fn a_figure_says_what_it_meets() {
        let mark = |spec, value| Figure::new(spec, value, None).mark();
        assert_eq!(mark(&B1, 0.7), "aim met");
        assert_eq!(mark(&B1, 0.5), "must met");
        assert_eq!(mark(&B1, 0.49), "NOT MET");
        assert_eq!(mark(&B3_P50, 1.15), "aim met");
        assert_eq!(mark(&B3_P50, 1.41), "NOT MET");
    }

    #[test]
    fn there_is_no_verdict_on_what_proves_nothing() {
        let floor = || Some("raw".to_owned());
        assert_eq!(Figure::new(&B3_P50, 0.118, floor()).mark(), "DISTURBED", "faster than its floor");
        assert_eq!(Figure::new(&B2, 1.06, floor()).mark(), "DISTURBED");
        let busy = Figure::new(&B1, 0.6, floor()).beside(45.0, false);
        assert_eq!(
            (busy.mark(), busy.floor.as_deref()),
            ("DISTURBED", Some("raw; others took 45 % of the machine"))
        );
        assert_eq!(Figure::new(&B1, 0.6, floor()).beside(3.0, true).mark(), "must met");
        assert_eq!(Figure::new(&B14_IDLE, 16.0, None).beside(45.0, false).mark(), "aim met", "a count");
        assert_eq!(Figure::new(&B17_P99, 0.97, floor()).mark(), "aim met", "no floor, another Herald");
    }

    #[test]
    fn the_table_is_aligned() {
        let table = table(&[Figure::new(&B1, 0.5, None), Figure::new(&B15_STORED, 2.5, None)]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        let what = lines[0].find("what").expect("a heading");
        assert_eq!(lines[1].find("ingest"), Some(what));
        assert_eq!(lines[2].find("bytes stored"), Some(what));
    }
}
