//! Reports which user id goes with which name. The audit log knows some users by name only;
//! sign-ins and user lists have both, so that such a user can be joined to the user id of the other
//! logs. Names are not stored: only a hash of the tenant and the name in lower case goes on.

use crate::domain::by_name::{BY_NAME, is_by_name};
use crate::domain::digest::Hasher;
use crate::domain::guid::Guid;
use crate::sources::fields::values::{Field, text};
use crate::sources::record::{NameSeen, Sink, UserName};

/// The id of a user of whom only the name (in lower case) is known.
pub fn id_of_name(tenant: Guid, name: &str) -> String {
    format!("{BY_NAME}{}", Hasher::new().bytes(&tenant.bytes()).text(name).finish())
}

/// Reports the name of a user id, if the record has both. A name that cannot be read is ignored.
pub fn report_name<'a>(sink: &mut dyn Sink, tenant: Guid, user_id: &str, name: Option<impl Field<'a>>, seen: NameSeen) {
    if !sink.wants_names() || user_id.is_empty() || is_by_name(user_id) {
        return;
    }
    let Ok(Some(name)) = text(name) else { return };
    let mut buffer = String::new();
    let name = name.decode(&mut buffer).map(|name| name.trim().to_lowercase()).unwrap_or_default();
    // Some records have an id in the place of the name, which says nothing new.
    if !name.is_empty() && Guid::parse(name.as_bytes()).is_none() {
        let name_id = id_of_name(tenant, &name);
        sink.user_name(UserName {
            tenant,
            name_id: &name_id,
            user_id,
            seen,
        });
    }
}
