//! API keys of the caller.

use async_trait::async_trait;
use domain::ApiKeyId;

use crate::{
    Problem,
    api_keys::{ApiKeyRow, CreatedApiKey, NewApiKey},
};

#[async_trait]
pub trait ApiKeyBackend: Send + Sync {
    async fn api_keys(&self) -> Result<Vec<ApiKeyRow>, Problem>;
    async fn create_api_key(&self, new: NewApiKey) -> Result<CreatedApiKey, Problem>;
    async fn delete_api_key(&self, key: ApiKeyId) -> Result<(), Problem>;
}
