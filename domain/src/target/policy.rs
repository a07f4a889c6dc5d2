//! Whether a URL may be called: first what can be seen in it, then each address its name resolves to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{AllowedTarget, Host, TargetUrl, is_public};
use crate::Issue;

/// Services above 1024 that speak line protocols and could be driven by a POST.
const BLOCKED_PORTS: [u16; 44] = [
    1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 4369, 5060, 5061,
    5432, 5672, 5984, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 8086, 8500, 9042,
    9092, 9200, 9300, 10080, 10250, 10255, 11211, 15672, 27017, 50070,
];

/// What the operator allows, for every organization or narrowed for one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetPolicy {
    pub allowed: Vec<AllowedTarget>,
    /// Plain http to anyone, not only to what is in `allowed`.
    pub allow_http: bool,
}

/// Why a target is refused. For a name it never says what it resolved to: that would be an oracle for the inner network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "{0} is a private address, and this server may not call private addresses. Ask whoever runs it to add --allow-target {0}."
    )]
    Address(IpAddr),
    #[error(
        "This server may not call {0}, or its name could not be found. Check the name, or ask whoever runs the server to add --allow-target {0}:{1}."
    )]
    Name(String, u16),
    #[error(
        "Use https://: this server sends over plain http only where whoever runs it has allowed the target."
    )]
    PlainHttp,
    #[error(
        "Port {0} may not be called. Use 443, 80 or a port from 1024 that no other kind of service is known for."
    )]
    Port(u16),
}

impl Refused {
    #[must_use]
    pub fn into_issue(self) -> Issue {
        Issue::new("refused", self.to_string())
    }
}

impl TargetPolicy {
    /// The same with fewer targets: those of `only` that lie within what is allowed here.
    #[must_use]
    pub fn narrowed(&self, only: &[AllowedTarget]) -> Self {
        let is_open = |target: &&AllowedTarget| self.allowed.iter().any(|open| target.lies_within(open));
        Self { allowed: only.iter().filter(is_open).cloned().collect(), ..*self }
    }

    /// What can be judged without resolving a name: the port, and a literal address with its scheme.
    ///
    /// # Errors
    /// Says why it is refused.
    pub fn check_url(&self, target: &TargetUrl) -> Result<(), Refused> {
        self.check_port(target)?;
        match target.host() {
            Host::Address(address) => self.check_addresses(target, &[*address]),
            Host::Name(_) => Ok(()),
        }
    }

    /// Judges all the addresses that a target's host stands for: one that is refused refuses the target.
    ///
    /// # Errors
    /// Says why, for a name always with the same words.
    pub fn check_addresses(&self, target: &TargetUrl, addresses: &[IpAddr]) -> Result<(), Refused> {
        let refused = || match target.host() {
            Host::Address(address) => Refused::Address(*address),
            Host::Name(name) => Refused::Name(name.clone(), target.port()),
        };
        if addresses.is_empty() {
            return Err(refused());
        }
        let port = target.port();
        if self.opens_name(target) {
            return Ok(());
        }
        let opened =
            |address: &IpAddr| self.allowed.iter().any(|allowed| allowed.covers_address(*address, port));
        if !addresses.iter().all(|address| opened(address) || is_public(*address)) {
            return Err(refused());
        }
        let named = |address: &IpAddr| self.allowed.iter().any(|allowed| allowed.names(*address, port));
        if !is_ordinary(port) && !addresses.iter().all(named) {
            return Err(Refused::Port(port));
        }
        if !target.is_https() && !self.allow_http && !addresses.iter().all(opened) {
            return Err(Refused::PlainHttp);
        }
        Ok(())
    }

    /// Judges a name that this machine cannot look up, for a proxy that can.
    ///
    /// # Errors
    /// Says why it is refused.
    pub fn check_unresolved(&self, target: &TargetUrl) -> Result<(), Refused> {
        let port = target.port();
        if self.opens_name(target) {
            return Ok(());
        }
        if !is_ordinary(port) {
            return Err(Refused::Port(port));
        }
        if target.is_https() || self.allow_http { Ok(()) } else { Err(Refused::PlainHttp) }
    }

    /// `localhost` is loopback whatever a resolver says; of its two addresses those are used that are allowed.
    #[must_use]
    pub fn loopback_addresses(&self, target: &TargetUrl) -> Option<Vec<IpAddr>> {
        let Host::Name(name) = target.host() else {
            return None;
        };
        if name != "localhost" && !name.ends_with(".localhost") {
            return None;
        }
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        Some(both.into_iter().filter(|address| self.check_addresses(target, &[*address]).is_ok()).collect())
    }

    /// Whether an entry names this very host and port: then whatever it stands for is open.
    fn opens_name(&self, target: &TargetUrl) -> bool {
        let Host::Name(name) = target.host() else {
            return false;
        };
        self.allowed.iter().any(|allowed| allowed.covers_name(name, target.port()))
    }

    /// Another port needs an entry that names it. For a name, whether that entry covers its addresses is seen later.
    fn check_port(&self, target: &TargetUrl) -> Result<(), Refused> {
        let port = target.port();
        let named = match target.host() {
            Host::Address(address) => self.allowed.iter().any(|allowed| allowed.names(*address, port)),
            Host::Name(_) => self.allowed.iter().any(|allowed| allowed.names_port(port)),
        };
        if is_ordinary(port) || named { Ok(()) } else { Err(Refused::Port(port)) }
    }
}

/// A port on which one expects a web server and no other service.
pub(super) fn is_ordinary(port: u16) -> bool {
    matches!(port, 80 | 443 | 1024..) && !BLOCKED_PORTS.contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allowed: &[&str], allow_http: bool) -> TargetPolicy {
        let allowed = allowed.iter().map(|text| text.parse().expect("a target")).collect();
        TargetPolicy { allowed, allow_http }
    }

    fn url(text: &str) -> TargetUrl {
        TargetUrl::parse(text).expect("a URL")
    }

    fn resolved(policy: &TargetPolicy, target: &str, addresses: &[&str]) -> Result<(), Refused> {
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().expect("an address")).collect();
        policy.check_addresses(&url(target), &addresses)
    }

    #[test]
    fn by_default_only_https_to_the_public() {
        let default = policy(&[], false);
        assert_eq!(default.check_url(&url("https://8.8.8.8/")), Ok(()));
        assert_eq!(default.check_url(&url("http://8.8.8.8/")), Err(Refused::PlainHttp));
        assert!(matches!(default.check_url(&url("https://169.254.169.254/")), Err(Refused::Address(_))));
        assert!(matches!(
            default.check_url(&url("https://[::ffff:169.254.169.254]/")),
            Err(Refused::Address(_))
        ));
        assert_eq!(policy(&[], true).check_url(&url("http://8.8.8.8/")), Ok(()));
    }

    #[test]
    fn one_refused_address_refuses_the_name_in_the_same_words() {
        let default = policy(&[], false);
        let refused = Err(Refused::Name("a.example".into(), 443));
        assert_eq!(resolved(&default, "https://a.example/", &["8.8.8.8", "10.0.0.1"]), refused);
        assert_eq!(resolved(&default, "https://a.example/", &["127.0.0.1"]), refused);
        assert_eq!(resolved(&default, "https://a.example/", &[]), refused);
        assert_eq!(resolved(&default, "https://a.example/", &["8.8.8.8", "2600::1"]), Ok(()));
    }

    #[test]
    fn what_the_operator_opened_is_open_with_plain_http_too() {
        let open = policy(&["127.0.0.0/8", "10.1.0.0/16:9000", "inner.example:8443"], false);
        assert_eq!(open.check_url(&url("http://127.0.0.1:9000/")), Ok(()));
        assert_eq!(open.check_url(&url("http://10.1.2.3:9000/")), Ok(()));
        assert!(open.check_url(&url("http://10.1.2.3:9001/")).is_err());
        assert_eq!(resolved(&open, "http://inner.example:8443/", &["10.9.9.9"]), Ok(()));
        assert!(resolved(&open, "https://inner.example/", &["10.9.9.9"]).is_err());
    }

    #[test]
    fn an_organization_gets_no_more_than_the_server_allows() {
        let only = ["127.0.0.1", "10.0.0.0/8"].map(|text| text.parse().expect("a target"));
        let narrow = policy(&["127.0.0.0/8", "10.1.0.0/16"], false).narrowed(&only);
        assert_eq!(narrow.check_url(&url("http://127.0.0.1:9000/")), Ok(()));
        assert!(narrow.check_url(&url("http://127.0.0.2:9000/")).is_err(), "narrowed");
        assert!(narrow.check_url(&url("http://10.1.0.1:9000/")).is_err(), "too wide an entry opens nothing");
        assert_eq!(narrow.check_url(&url("https://8.8.8.8/")), Ok(()));
    }

    #[test]
    fn ports_of_other_services_are_refused_unless_named() {
        let default = policy(&[], false);
        for port in [22, 25, 81, 1023, 6379, 11211] {
            assert_eq!(
                default.check_url(&url(&format!("https://8.8.8.8:{port}/"))),
                Err(Refused::Port(port))
            );
        }
        assert_eq!(default.check_url(&url("https://8.8.8.8:8443/")), Ok(()));
        let one = policy(&["10.0.0.1/32:22", "mail.internal:25"], true);
        assert_eq!(one.check_url(&url("https://10.0.0.1:22/")), Ok(()));
        assert_eq!(
            one.check_url(&url("https://8.8.8.8:22/")),
            Err(Refused::Port(22)),
            "only where it was opened"
        );
        assert_eq!(resolved(&one, "https://a.example:22/", &["8.8.8.8"]), Err(Refused::Port(22)));
        assert_eq!(resolved(&one, "https://a.example:22/", &["10.0.0.1"]), Ok(()));
        assert_eq!(resolved(&one, "http://mail.internal:25/", &["10.9.9.9"]), Ok(()));
        assert_eq!(resolved(&one, "http://a.example:25/", &["8.8.8.8"]), Err(Refused::Port(25)));
    }

    #[test]
    fn a_name_that_only_a_proxy_can_look_up_is_judged_by_its_url() {
        let unresolved = |policy: &TargetPolicy, text: &str| policy.check_unresolved(&url(text));
        let closed = policy(&["inner.example:9000"], false);
        assert_eq!(unresolved(&closed, "https://a.example/"), Ok(()));
        assert_eq!(unresolved(&closed, "http://a.example/"), Err(Refused::PlainHttp));
        assert_eq!(unresolved(&closed, "https://a.example:5432/"), Err(Refused::Port(5432)));
        assert_eq!(unresolved(&closed, "http://inner.example:9000/"), Ok(()));
        assert_eq!(unresolved(&policy(&[], true), "http://a.example/"), Ok(()));
    }

    #[test]
    fn localhost_is_loopback_as_far_as_loopback_is_allowed() {
        let v4 = policy(&["127.0.0.0/8"], false);
        let loopback: Vec<IpAddr> = vec![Ipv4Addr::LOCALHOST.into()];
        assert_eq!(v4.loopback_addresses(&url("http://localhost:9000/")), Some(loopback.clone()));
        assert_eq!(v4.loopback_addresses(&url("http://a.LOCALHOST.:9000/")), Some(loopback));
        assert_eq!(policy(&[], true).loopback_addresses(&url("http://localhost:9000/")), Some(vec![]));
        assert_eq!(v4.loopback_addresses(&url("http://example.com/")), None);
    }
}
