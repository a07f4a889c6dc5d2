//! The icons: small drawings in the style sheet that never stand without a word beside them.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Megaphone,
    Check,
    Minus,
    Alert,
    Clock,
    Stop,
    Chevron,
    Close,
}

impl Icon {
    /// For a `<span aria-hidden="true">`.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Megaphone => "icon icon-megaphone",
            Self::Check => "icon icon-check",
            Self::Minus => "icon icon-minus",
            Self::Alert => "icon icon-alert",
            Self::Clock => "icon icon-clock",
            Self::Stop => "icon icon-stop",
            Self::Chevron => "icon icon-chevron",
            Self::Close => "icon icon-close",
        }
    }
}
