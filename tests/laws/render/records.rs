//! The records of the raw files.

use super::*;

/// What a life has come to.
#[derive(Clone, Copy, Default)]
pub struct State {
    pub held: Skus,
    pub is_deleted: bool,
    pub taken: Skus,
}

impl State {
    pub fn take(&mut self, step: &Step) {
        if step.failed {
            return;
        }
        match step.deed {
            Deed::Toggle(skus) => self.held ^= skus,
            Deed::Delete { .. } if !self.is_deleted => {
                *self = State {
                    held: 0,
                    is_deleted: true,
                    taken: self.held,
                }
            }
            Deed::Restore if self.is_deleted => {
                *self = State {
                    held: self.taken,
                    is_deleted: false,
                    taken: 0,
                }
            }
            _ => {}
        }
    }

    pub fn at_end(life: &Life, day: u8) -> State {
        let mut state = State {
            held: life.before,
            ..State::default()
        };
        let mut minute = 0;
        for step in &life.steps {
            minute += i32::from(step.minutes_later);
            if minute < (i32::from(day) + 1) * 1440 {
                state.take(step);
            }
        }
        state
    }
}

pub fn tenant_in_path(tenant: u8) -> String {
    cased(&tenant_id(tenant), tenant == 1)
}

pub fn dated(day: Day) -> String {
    let date = day.date();
    format!("y={:04}/m={:02}/d={:02}", date.year(), date.month(), date.day())
}

/// A blob of diagnostic settings; some are compressed, and some are in a zip file.
pub fn hour_path(container: &str, tenant: &str, day: Day, hour: i64) -> String {
    let ending = match (i64::from(day.0) + hour).rem_euclid(9) {
        0 | 3 | 6 => ".gz",
        1 => ".zip",
        _ => "",
    };
    format!(
        "insights-logs-{container}/tenantId={tenant}/{}/h={hour:02}/m=00/PT1H.json{ending}",
        dated(day)
    )
}

pub fn plain_sign_in(tenant: u8, id: u16) -> SignIn {
    SignIn {
        tenant,
        user: Some(0),
        at: 0,
        id,
        names: 0,
        resource: Some(0),
        app: Some(0),
        interactive_log: true,
        is_interactive: None,
        code: Code::Success,
        guest: UserType::Member,
        resource_tenant: ResourceTenant::Own,
        comes: Comes::FromHere,
        agent: Agent::NobodySays,
        spelling: Spelling::default(),
        hours_late: 0,
        copies: Vec::new(),
    }
}

/// What a sign-in says of where its user belongs and of agents. A copy may say something else.
pub fn who(fact: &SignIn, copy: &Copy, properties: &mut serde_json::Map<String, Value>) {
    let id = |text: &str| cased(text, fact.spelling.upper_case);
    let mut say = |name: &str, value: Value| drop(properties.insert(name.to_owned(), value));
    match fact.comes {
        Comes::NobodySays => {}
        Comes::FromHere => {
            say("homeTenantId", json!(id(&tenant_id(fact.tenant))));
            say("crossTenantAccessType", json!("none"));
        }
        Comes::FromElsewhere => {
            say("homeTenantId", json!(tenant_id(78)));
            say("crossTenantAccessType", json!("b2bCollaboration"));
        }
        Comes::AsTechnician => say("crossTenantAccessType", json!("serviceProvider")),
    }
    let agent = match fact.agent {
        Agent::NotAgentic if copy.shift == 90 => Agent::Application,
        agent => agent,
    };
    match agent {
        Agent::NobodySays => {}
        Agent::NotAgentic => say("agent", json!({"agentType": "notAgentic", "agentSubjectType": "notAgentic"})),
        Agent::Application => say("agent", json!({"agentType": "agenticAppInstance", "parentAppId": APPS[0]})),
        Agent::WithUserAccount => say("agent", json!({"agentType": "notAgentic", "agentSubjectType": "agentIDuser"})),
    }
}

pub fn sign_in(fact: &SignIn, copy: &Copy, at: Instant) -> Value {
    let spelling = fact.spelling;
    let is_guest = fact.guest == UserType::Guest || copy.shift % 2 != 0;
    let code = match (copy.failed, fact.code) {
        (true, _) => Code::Failed,
        (false, code) => code,
    };
    let resource_tenant = if copy.shift % 5 == 1 {
        ResourceTenant::Foreign
    } else {
        fact.resource_tenant
    };
    let id = |text: &str| cased(text, spelling.upper_case);
    let mut properties = json!({
        "id": id(&guid("e", fact.tenant, fact.id)),
        "createdDateTime": time(at, spelling.time),
        "userId": fact.user.map_or(String::new(), |user| id(&user_id(fact.tenant, user))),
        "userPrincipalName": match (fact.guest, fact.user) {
            (UserType::ByName, _) => "u_else.example#EXT#@kunde.example".to_owned(),
            (_, user) => user_name(user.unwrap_or(0) + fact.names),
        },
        "userType": if is_guest { "Guest" } else { "member" },
        "isInteractive": fact.is_interactive,
        "status": {"errorCode": if code == Code::Success { 0 } else { 50126 }, "failureReason": "Other \"}{\\ ü"},
    });
    let has = properties.as_object_mut().unwrap();
    if let Some(app) = fact.app {
        has.insert("appId".to_owned(), json!(id(APPS[usize::from(app)])));
    }
    if let Some(resource) = fact.resource {
        has.insert("resourceId".to_owned(), json!(id(APPS[usize::from(resource)])));
    }
    if matches!(fact.guest, UserType::Untold | UserType::ByName) && !is_guest {
        has.remove("userType");
    }
    match resource_tenant {
        ResourceTenant::Own => drop(has.insert("resourceTenantId".to_owned(), json!(id(&tenant_id(fact.tenant))))),
        ResourceTenant::Foreign => drop(has.insert("resourceTenantId".to_owned(), json!(tenant_id(77)))),
        ResourceTenant::Word => drop(has.insert("resourceTenantId".to_owned(), json!("common"))),
        ResourceTenant::Missing => {}
    }
    who(fact, copy, has);
    let mut record = json!({
        "time": time(Instant(at.0 + 120_000_000), 0),
        "category": if fact.interactive_log { "SignInLogs" } else { "NonInteractiveUserSignInLogs" },
        "tenantId": id(&tenant_id(fact.tenant)),
        "resultType": "1",
    });
    match code {
        Code::Success | Code::Failed => {}
        Code::SuccessByEnvelope | Code::FailedByEnvelope => {
            has.remove("status");
            record["resultType"] = if code == Code::SuccessByEnvelope {
                json!("0")
            } else {
                json!(50126)
            };
        }
        Code::Nowhere => {
            has.insert("status".to_owned(), json!({}));
            record["resultType"] = Value::Null;
        }
    }
    if spelling.envelope_time {
        has.remove("createdDateTime");
        record["time"] = json!(time(at, spelling.time));
    }
    if fact.id.is_multiple_of(7) && !spelling.hub {
        record.as_object_mut().unwrap().remove("tenantId");
    }
    record["properties"] = if spelling.packed_properties {
        json!(properties.to_string())
    } else {
        properties
    };
    record
}

pub fn name_of(told: Told) -> &'static str {
    match told {
        Told::Lists(..) => "Change user license",
        Told::Delete { hard: true } => "Hard Delete user",
        Told::Delete { hard: false } => "Delete user",
        Told::Restore => "Restore user",
    }
}

pub struct AuditRecord<'a> {
    pub tenant: u8,
    pub user: u8,
    pub id: &'a str,
    pub at: Instant,
    pub name: &'a str,
    pub told: Option<Told>,
    pub failed: bool,
    pub spelling: Spelling,
}

impl AuditRecord<'_> {
    pub fn json(&self) -> Value {
        let spelling = self.spelling;
        let user = cased(&user_id(self.tenant, self.user), spelling.upper_case);
        let mut target = json!({"id": user, "type": "User", "modifiedProperties": []});
        let mut targets = Vec::new();
        if let Some(Told::Lists(old, new)) = self.told {
            target["modifiedProperties"] = json!([
                {"displayName": "Included Updated Properties", "oldValue": null, "newValue": "\"AssignedLicense\""},
                {"displayName": "AssignedLicense", "oldValue": licenses(old, spelling.upper_case), "newValue": licenses(new, spelling.upper_case)},
            ]);
            if spelling.packed_properties {
                let lists = json!([{"displayName": "AssignedLicense", "oldValue": null, "newValue": licenses(63, false)}]);
                targets.push(json!({"id": tenant_id(88), "type": "Group", "modifiedProperties": lists}));
            }
        }
        targets.push(target);
        let name = if spelling.time % 2 == 1 {
            format!("{}.", self.name)
        } else {
            self.name.to_owned()
        };
        let result = match (self.failed, spelling.time) {
            (true, _) => json!("failure"),
            (false, 2) => json!(0),
            (false, _) => json!("success"),
        };
        let mut properties = json!({
            "id": cased(self.id, spelling.upper_case),
            "activityDateTime": time(self.at, spelling.time),
            "activityDisplayName": name,
            "result": result,
            "targetResources": targets,
        });
        let mut record = json!({
            "time": time(Instant(self.at.0 + 60_000_000), 0),
            "category": "AuditLogs",
            "operationName": self.name,
            "tenantId": cased(&tenant_id(self.tenant), spelling.upper_case),
        });
        if spelling.envelope_time {
            properties.as_object_mut().unwrap().remove("activityDateTime");
            record["time"] = json!(time(self.at, spelling.time));
        }
        record["properties"] = if spelling.packed_properties {
            json!(properties.to_string())
        } else {
            properties
        };
        record
    }
}

pub fn skus_of(skus: Skus) -> impl Iterator<Item = (&'static str, &'static str)> {
    SKUS.iter()
        .enumerate()
        .filter(move |(bit, _)| skus >> bit & 1 == 1)
        .map(|(_, sku)| *sku)
}

/// The value of a modified property: JSON text of a list whose items are no JSON.
pub fn licenses(skus: Skus, upper_case: bool) -> Value {
    let items: Vec<String> = skus_of(skus)
        .map(|(id, name)| {
            let id = cased(id, upper_case);
            format!(
                "[SkuName={name}, AccountId={}, SkuId={id}, DisabledPlans=[efb87545-963c-4e0d-99df-69c6916d9eb0]]",
                tenant_id(0)
            )
        })
        .collect();
    if items.is_empty() && upper_case {
        Value::Null
    } else {
        json!(serde_json::to_string_pretty(&items).unwrap())
    }
}

pub fn holder(tenant: u8, names: u8, listed: &ListedUser) -> Vec<u8> {
    let ListedUser {
        user,
        skus,
        states,
        enabled,
        without_a_seat,
    } = *listed;
    let mut record = json!({"id": cased(&user_id(tenant, user), states), "userPrincipalName": user_name(user + names)});
    if let Some(enabled) = enabled {
        record["accountEnabled"] = json!(enabled);
    }
    let assigned: Vec<Value> = skus_of(skus)
        .map(|(id, _)| json!({"skuId": cased(id, states), "disabledPlans": []}))
        .collect();
    record["assignedLicenses"] = json!(assigned.clone());
    if states {
        let group = tenant_id(88);
        // Graph leaves states out: of one SKU only `assignedLicenses` says that it is held.
        let held = skus_of(skus).skip(usize::from(user) % 2).enumerate().flat_map(|(number, (id, _))| {
            let state = if number % 2 == 0 { "Active" } else { "ActiveWithError" };
            [
                json!({"skuId": id, "assignedByGroup": null, "state": state}),
                json!({"skuId": id, "assignedByGroup": group, "state": "Error", "error": "Other"}),
            ]
        });
        let others: Vec<&str> = skus_of(!skus).take(1).map(|(id, _)| id).collect();
        let disabled = others
            .iter()
            .map(|id| json!({"skuId": id, "assignedByGroup": null, "state": "Disabled"}));
        // A state would name the SKU that only `assignedLicenses` is to name.
        let unnamed: Vec<&str> = skus_of(skus).take(usize::from(user) % 2).map(|(id, _)| id).collect();
        let without_a_seat = skus_of(without_a_seat).filter(|(id, _)| !unnamed.contains(id)).map(
            |(id, _)| json!({"skuId": cased(id, user % 2 == 0), "assignedByGroup": group, "state": "Error", "error": "CountViolation"}),
        );
        record["licenseAssignmentStates"] = json!(held.chain(disabled).chain(without_a_seat).collect::<Vec<_>>());
        // Of the SKUs that they name the states decide, whatever this list says.
        let more = others.iter().map(|id| json!({"skuId": id, "disabledPlans": []}));
        record["assignedLicenses"] = json!(assigned.into_iter().chain(more).collect::<Vec<_>>());
    }
    record.to_string().into_bytes()
}

pub fn subscription(tenant: u8, listed: &Subscription, bought_on: Option<Day>, ends_on: Option<Day>) -> Vec<u8> {
    let (sku, part_number) = SKUS[usize::from(listed.sku)];
    let owner = match listed.owner {
        Owner::Partner => json!(cased(PARTNER, listed.upper_case)),
        Owner::Customer => json!(tenant_id(tenant)),
        Owner::Nobody => Value::Null,
        Owner::Somebody => json!(tenant_id(66)),
    };
    json!({
        "id": cased(&guid("c", tenant, listed.id), listed.upper_case),
        "skuId": cased(sku, listed.upper_case),
        "skuPartNumber": part_number,
        "status": listed.status,
        "totalLicenses": listed.seats,
        "isTrial": listed.is_trial,
        "ownerTenantId": owner,
        "createdDateTime": bought_on.map_or(Value::Null, |day| json!(format!("{day}T00:30:00Z"))),
        "nextLifecycleDateTime": ends_on.map_or(Value::Null, |day| json!(format!("{day}T23:30:00Z"))),
    })
    .to_string()
    .into_bytes()
}
