//! Who is in the example and what happens to them, as data.

use std::time::Duration;

use domain::EventType;

use super::receiver::Answer;

pub(super) const ORGANIZATION: &str = "meadow";
pub(super) const ADMIN: &str = "admin";
pub(super) const ADMIN_EMAIL: &str = "admin@meadow.example";

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAYS: u32 = 8;
pub(super) const LENGTH: Duration = Duration::from_secs(DAYS as u64 * 24 * 60 * 60);

/// Log ins in each hour of a day that ends when the story does, so that there is something to see in the last hours.
const LOG_INS: [u32; 24] = [3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 7, 5, 3, 4, 6, 7, 5, 4];

const ENGINEERING: &str = "engineering";
const OPERATIONS: &str = "operations";
const FINANCE: &str = "finance";

const CRM: &str = "crm";
const WELCOME: &str = "welcome-mail";
const PAYROLL: &str = "payroll";
const BADGES: &str = "door-badges";
const REVIEW: &str = "access-review";
const LAKE: &str = "data-lake";
const WIKI: &str = "old-wiki";
const SIEM: &str = "siem";
const STAGING: &str = "staging";
/// What the receiver answers at.
pub(super) const ROUTES: [&str; 9] = [CRM, WELCOME, PAYROLL, BADGES, REVIEW, LAKE, WIKI, SIEM, STAGING];

const STAGING_NAME: &str = "Staging";

pub(super) struct Person {
    pub(super) username: &'static str,
    pub(super) name: &'static str,
}

impl Person {
    pub(super) fn email(&self) -> String {
        format!("{}@{ORGANIZATION}.example", self.username)
    }
}

const fn person(username: &'static str, name: &'static str) -> Person {
    Person { username, name }
}

/// The first eight are there from the start; the others come one after another.
static PEOPLE: [Person; 20] = [
    person("amara.okafor", "Amara Okafor"),
    person("ben.fischer", "Ben Fischer"),
    person("chloe.martin", "Chloé Martin"),
    person("diego.ramos", "Diego Ramos"),
    person("elif.yilmaz", "Elif Yılmaz"),
    person("farid.haddad", "Farid Haddad"),
    person("grace.lee", "Grace Lee"),
    person("henrik.dahl", "Henrik Dahl"),
    person("ines.costa", "Inês Costa"),
    person("jonas.weber", "Jonas Weber"),
    person("kavya.nair", "Kavya Nair"),
    person("liam.murphy", "Liam Murphy"),
    person("mei.tanaka", "Mei Tanaka"),
    person("nora.lindqvist", "Nora Lindqvist"),
    person("omar.farouk", "Omar Farouk"),
    person("paula.novak", "Paula Nováková"),
    person("quinn.taylor", "Quinn Taylor"),
    person("rosa.bianchi", "Rosa Bianchi"),
    person("samir.patel", "Samir Patel"),
    person("tessa.devries", "Tessa de Vries"),
];
const THERE_AT_FIRST: usize = 8;
/// Those who stay, so that somebody can always log in.
const STAYING: usize = 5;

pub(super) struct Webhook {
    pub(super) name: &'static str,
    pub(super) event_type: EventType,
    /// `None`: nothing listens there.
    pub(super) route: Option<&'static str>,
    pub(super) description: &'static str,
}

const fn webhook(
    name: &'static str,
    event_type: EventType,
    route: Option<&'static str>,
    description: &'static str,
) -> Webhook {
    Webhook { name, event_type, route, description }
}

static WEBHOOKS: [Webhook; 10] = [
    webhook("CRM", EventType::UserCreated, Some(CRM), "A contact for everyone who starts"),
    webhook("Welcome mail", EventType::UserCreated, Some(WELCOME), "Sends the first-day mail"),
    webhook("Payroll", EventType::UserDisabled, Some(PAYROLL), "Ends payments when somebody leaves"),
    webhook("Door badges", EventType::UserDisabled, Some(BADGES), ""),
    webhook("Access review", EventType::UserRemovedFromGroup, Some(REVIEW), "Quarterly review of rights"),
    webhook("Ticket system", EventType::UserRemovedFromGroup, None, "Moves open tickets to somebody else"),
    webhook("Data lake", EventType::UserLogin, Some(LAKE), "Every log in, for the dashboards"),
    webhook("Old wiki", EventType::UserLogin, Some(WIKI), ""),
    webhook("SIEM", EventType::UserLogin, Some(SIEM), "Watches for log ins at odd hours"),
    webhook(STAGING_NAME, EventType::UserLogin, Some(STAGING), "For trying things"),
];

pub(super) enum Act {
    Webhook(&'static Webhook),
    DisableWebhook(&'static str),
    Group(&'static str, &'static str),
    /// Is made and logs in for the first time.
    Join(&'static Person),
    LogIn(&'static Person),
    Add(&'static Person, &'static str),
    Remove(&'static Person, &'static str),
    Disable(&'static Person),
    Tell(&'static str, Answer),
}

/// Something that happens so long after the start.
pub(super) struct Moment {
    pub(super) after: Duration,
    pub(super) act: Act,
}

/// All that happens, in its order.
pub(super) fn moments() -> Vec<Moment> {
    let mut moments: Vec<Moment> =
        beginning().chain(troubles()).chain(comings_and_goings()).chain(log_ins()).collect();
    // Stable: what happens at the same time happens in the order above.
    moments.sort_by_key(|moment| moment.after);
    moments
}

/// What happens again and again while one looks around.
pub(super) fn encore() -> impl Iterator<Item = Act> {
    let round = |number: usize| {
        let person = &PEOPLE[number % STAYING];
        let log_in = |offset| Act::LogIn(&PEOPLE[(number + offset) % STAYING]);
        [log_in(0), log_in(2), Act::Add(person, FINANCE), log_in(3), Act::Remove(person, FINANCE)]
    };
    (0..).flat_map(round)
}

fn at(after: Duration, act: Act) -> Moment {
    Moment { after, act }
}

fn before_the_end(hours: u32, act: Act) -> Moment {
    at(LENGTH - HOUR * hours, act)
}

fn beginning() -> impl Iterator<Item = Moment> {
    let groups = [
        (ENGINEERING, "Everyone who ships"),
        (OPERATIONS, "On call and after hours"),
        (FINANCE, "Budgets and invoices"),
    ];
    let groups = groups.into_iter().map(|(name, description)| Act::Group(name, description));
    let people = PEOPLE[..THERE_AT_FIRST].iter();
    let people = people.flat_map(|person| [Act::Join(person), Act::Add(person, ENGINEERING)]);
    WEBHOOKS.iter().map(Act::Webhook).chain(groups).chain(people).map(|act| at(Duration::ZERO, act))
}

/// What the receivers do wrong.
fn troubles() -> impl Iterator<Item = Moment> {
    [
        before_the_end(140, Act::Tell(WIKI, Answer::Gone)),
        before_the_end(75, Act::Tell(LAKE, Answer::Breaks)),
        before_the_end(74, Act::Tell(LAKE, Answer::Accepts)),
        before_the_end(52, Act::DisableWebhook(STAGING_NAME)),
        before_the_end(31, Act::Tell(WELCOME, Answer::Unavailable)),
        before_the_end(26, Act::Tell(WELCOME, Answer::Accepts)),
        before_the_end(20, Act::Tell(PAYROLL, Answer::Unavailable)),
        before_the_end(44, Act::Tell(SIEM, Answer::Breaks)),
        before_the_end(42, Act::Tell(SIEM, Answer::Accepts)),
        before_the_end(3, Act::Tell(SIEM, Answer::Unavailable)),
        before_the_end(5, Act::Tell(LAKE, Answer::Breaks)),
        before_the_end(4, Act::Tell(LAKE, Answer::Accepts)),
    ]
    .into_iter()
}

/// Newcomers, changes of groups, and those who leave.
fn comings_and_goings() -> impl Iterator<Item = Moment> {
    let newcomers = PEOPLE[THERE_AT_FIRST..].iter().flat_map(|person| {
        let starts = joined(person);
        [at(starts, Act::Join(person)), at(starts + minutes(4), Act::Add(person, OPERATIONS))]
    });
    let moves = PEOPLE.iter().take(THERE_AT_FIRST).zip(1..).map(|(person, number)| {
        at(HOUR * (22 * number) + minutes(number * 17), Act::Remove(person, ENGINEERING))
    });
    let leavers = PEOPLE[STAYING..].iter().step_by(2).zip(1..).filter_map(|(person, number)| {
        let leaves = HOUR * (24 * number - 6) + minutes(number * 7);
        (leaves < LENGTH && joined(person) < leaves).then(|| at(leaves, Act::Disable(person)))
    });
    newcomers.chain(moves).chain(leavers)
}

/// When somebody is there for the first time.
fn joined(person: &Person) -> Duration {
    let place = PEOPLE.iter().position(|other| other.username == person.username).unwrap_or_default();
    let number = u32::try_from(place.saturating_sub(THERE_AT_FIRST - 1)).unwrap_or_default();
    HOUR * (15 * number) + minutes(number * 11)
}

fn log_ins() -> impl Iterator<Item = Moment> {
    (0..DAYS * 24).flat_map(|hour| {
        let count = LOG_INS[hour as usize % LOG_INS.len()];
        (0..count).map(move |number| {
            let minute = (number * 60 / count + hour * 13) % 60;
            let person = &PEOPLE[(hour * 7 + number * 3) as usize % STAYING];
            at(HOUR * hour + minutes(minute) + Duration::from_secs(u64::from(number + 1)), Act::LogIn(person))
        })
    })
}

fn minutes(count: u32) -> Duration {
    Duration::from_secs(60) * count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_told_in_its_order_and_ends_in_time() {
        let moments = moments();
        assert!(moments.is_sorted_by_key(|moment| moment.after));
        assert!(moments.last().is_some_and(|last| last.after <= LENGTH));
    }

    #[test]
    fn nobody_does_anything_before_they_came_or_after_they_left() {
        let (mut here, mut left) = (Vec::new(), Vec::new());
        for Moment { act, .. } in moments() {
            match act {
                Act::Join(person) => here.push(person.username),
                Act::LogIn(person) | Act::Add(person, _) | Act::Remove(person, _) => {
                    assert!(here.contains(&person.username), "{} is not there yet", person.username);
                }
                Act::Disable(person) => {
                    assert!(here.contains(&person.username) && !left.contains(&person.username));
                    left.push(person.username);
                }
                _ => {}
            }
        }
        assert!(left.len() >= 3, "some leave: {left:?}");
        assert!(PEOPLE[..STAYING].iter().all(|person| !left.contains(&person.username)));
    }
}
