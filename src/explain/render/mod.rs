//! Renders explanations as text, Markdown and JSON.

pub mod account_words;
pub mod customer_list;
pub mod customer_overview;
pub mod json;
pub mod markdown;
pub mod subscription_words;
pub mod text;
pub mod text_product;
pub mod text_user;
pub mod words;
