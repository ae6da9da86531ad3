//! Diagnostic settings of Entra ID: logs that Azure Monitor writes to a storage account.

pub mod audit_logs;
pub mod sign_ins;
