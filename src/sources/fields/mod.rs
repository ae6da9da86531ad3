//! Fields that several formats share: times, ids, names of users, lists of licenses.

pub(crate) mod license_list;
pub mod time;
pub mod user_name;
pub(crate) mod values;
