-- Webhooks that were deleted, whose history is there still: a search says that they got an event, or why not.
CREATE INDEX webhooks_deleted ON webhooks (organization_id, type) WHERE deleted_at IS NOT NULL;
