//! API keys of the caller.

use std::time::Duration;

use api::{
    ApiKeyBackend, Problem,
    api_keys::{ApiKeyRow, CreatedApiKey, NewApiKey},
};
use async_trait::async_trait;
use domain::{ApiKeyId, Operation};

use super::{RequestBackend, at_field};
use crate::{store::ApiKey, usecases::NewKeyRequest};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[async_trait]
impl ApiKeyBackend for RequestBackend {
    async fn api_keys(&self) -> Result<Vec<ApiKeyRow>, Problem> {
        let grant = self.own(Operation::ListApiKeys).await?;
        Ok(self.herald.list_api_keys(&grant).await?.into_iter().map(row).collect())
    }

    async fn create_api_key(&self, new: NewApiKey) -> Result<CreatedApiKey, Problem> {
        let NewApiKey { title, expires_in_days, password } = new;
        let grant = self.confirmed(Operation::CreateApiKey, None, password).await?;
        let expires_in = expires_in_days.map(|days| DAY * days);
        let request = NewKeyRequest { title: Some(title), expires_in };
        let made = self.herald.create_api_key(&grant, request).await;
        let (made, key) = made.map_err(|problem| at_field(problem, "expiresIn", "expires_in_days"))?;
        Ok(CreatedApiKey { title: made.title, key })
    }

    async fn delete_api_key(&self, key: ApiKeyId) -> Result<(), Problem> {
        let grant = self.own(Operation::DeleteApiKey).await?;
        self.herald.delete_api_key(&grant, &key.to_string()).await
    }
}

fn row(key: ApiKey) -> ApiKeyRow {
    let ApiKey { id, title, hint, created_at, expires_at, last_used_at } = key;
    ApiKeyRow { id, title, hint, created_at, expires_at, last_used_at }
}
