//! What a user changes of themself.

use api::Problem;
use domain::{Invalid, PersonName};

use crate::{access::Grant, herald::Herald};

impl Herald {
    pub(crate) async fn set_own_name(&self, grant: &Grant, name: &str) -> Result<(), Problem> {
        let mut invalid = Invalid::default();
        let Some(name) = invalid.check("name", PersonName::parse(name)) else {
            return Err(invalid.into());
        };
        Ok(self.store.set_own_name(grant.user()?.id, name, grant.acted_by()).await?)
    }
}
