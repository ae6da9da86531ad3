//! Who counts as a person of which customer, in every format of sign-ins that says it: external
//! users, what members do in other tenants, agents.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{TENANT, known, read_text, unknown};

const USER: &str = "2b6bbd5a-3d5c-4f6f-9a1f-1f0b7a4f6d11";
const OTHER: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const NOBODYS: &str = "00000000-0000-0000-0000-000000000000";

/// What a sign-in says about its user, all of which may be missing.
#[derive(Clone, Copy, Default)]
struct Said<'a> {
    user_type: Option<&'a str>,
    name: Option<&'a str>,
    home: Option<&'a str>,
    resource: Option<&'a str>,
    way: Option<&'a str>,
    /// JSON.
    agent: Option<&'a str>,
}

impl Said<'_> {
    /// The members that are there, under the names of a format: type, name, home tenant, resource
    /// tenant, way.
    fn members(&self, names: [&str; 5]) -> String {
        let values = [self.user_type, self.name, self.home, self.resource, self.way];
        let said = names.iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
        said.map(|(name, value)| format!(",\"{name}\":\"{value}\"")).collect()
    }

    fn cells(&self) -> String {
        [self.user_type, self.name, self.home, self.resource, self.way]
            .map(Option::unwrap_or_default)
            .join(",")
    }

    fn properties(&self) -> String {
        let members = self.members([
            "userType",
            "userPrincipalName",
            "homeTenantId",
            "resourceTenantId",
            "crossTenantAccessType",
        ]);
        let agent = self.agent.map(|agent| format!(",\"agent\":{agent}")).unwrap_or_default();
        format!(
            r#"{{"id":"e","createdDateTime":"2026-09-01T08:02:31Z","userId":"{USER}","resourceId":"{EXCHANGE}","isInteractive":true,"status":{{"errorCode":0}}{members}{agent}}}"#
        )
    }

    fn exported(&self, with_agent: bool) -> String {
        let members = self.members([
            "UserType",
            "UserPrincipalName",
            "HomeTenantId",
            "ResourceTenantId",
            "CrossTenantAccessType",
        ]);
        let packed = self.agent.map(|agent| format!(",\"Agent\":\"{}\"", agent.replace('"', "\\\"")));
        let agent = packed.filter(|_| with_agent).unwrap_or_default();
        format!(
            r#"{{"TimeGenerated":"2026-09-01T08:02:31Z","Id":"e","UserId":"{USER}","ResourceIdentity":"{EXCHANGE}","ResultType":"0","AADTenantId":"{TENANT}"{members}{agent}}}"#
        )
    }

    /// The same sign-in in every format.
    fn forms(&self) -> Vec<(Format, String)> {
        let cells = self.cells();
        let quoted = self.agent.unwrap_or_default().replace('"', "\"\"");
        let azure = format!(
            r#"{{"time":"2026-09-01T08:03:31Z","category":"SignInLogs","tenantId":"{TENANT}","properties":{}}}"#,
            self.properties()
        );
        let table = format!(
            "TimeGenerated,Id,UserId,ResourceIdentity,ResultType,AADTenantId,UserType,UserPrincipalName,HomeTenantId,ResourceTenantId,CrossTenantAccessType,Agent\n\
             2026-09-01T08:02:31Z,e,{USER},{EXCHANGE},0,{TENANT},{cells},\"{quoted}\"\n"
        );
        let mut forms = vec![
            (Format::AzureMonitor, azure),
            (Format::Graph, self.properties()),
            (Format::LogAnalytics, self.exported(true)),
            (Format::LogAnalytics, table),
        ];
        if self.agent.is_none() {
            forms.push((
                Format::PortalCsv,
                format!("Date (UTC),Request ID,User ID,Resource ID,Status,User type,Username,Home tenant ID,Resource tenant ID,Cross tenant access type\n2026-09-01T08:02:31Z,e,{USER},{EXCHANGE},Success,{cells}\n"),
            ));
        }
        forms
    }

    /// The flags of the row, which are the same in every format.
    #[track_caller]
    fn flags(&self) -> String {
        let rows: Vec<String> = self
            .forms()
            .iter()
            .map(|(format, text)| {
                let found = read_text((Feed::Activity, *format), text, &known());
                assert_eq!((found.rows.len(), &found.rejects), (1, &Vec::new()), "{text}");
                found.rows[0].split_once(" interactive ").unwrap().1.to_owned()
            })
            .collect();
        assert!(rows.iter().all(|row| *row == rows[0]), "{rows:?}");
        rows[0].clone()
    }
}

const MEMBER: Said<'_> = Said {
    user_type: Some("Member"),
    name: Some("some.body@example.com"),
    home: Some(TENANT),
    resource: Some(TENANT),
    way: Some("none"),
    agent: None,
};

#[test]
fn a_user_is_external_by_type_by_name_by_home_or_as_the_partners_technician() {
    let upper = TENANT.to_uppercase();
    let members = [
        MEMBER,
        Said::default(),
        Said {
            home: Some(&upper),
            ..MEMBER
        },
        Said { home: Some(""), ..MEMBER },
        Said {
            home: Some("a word"),
            ..MEMBER
        },
        Said {
            way: Some("b2bCollaboration"),
            ..MEMBER
        },
        Said { way: Some(""), ..MEMBER },
        // The type counts more than the name.
        Said {
            name: Some("some.body_x.com#EXT#@example.com"),
            ..MEMBER
        },
    ];
    for said in members {
        assert_eq!(said.flags(), "succeeded", "{}", said.properties());
    }
    let marked = Said {
        name: Some("some.body_x.com#ext#@example.com"),
        ..MEMBER
    };
    let external = [
        Said {
            user_type: Some("guest"),
            ..MEMBER
        },
        Said { user_type: None, ..marked },
        Said {
            user_type: Some(""),
            ..marked
        },
        Said {
            home: Some(OTHER),
            ..MEMBER
        },
        Said {
            way: Some("ServiceProvider"),
            ..MEMBER
        },
        Said {
            way: Some("serviceProvider"),
            ..Said::default()
        },
    ];
    for said in external {
        assert_eq!(said.flags(), "succeeded guest", "{}", said.properties());
    }
}

#[test]
fn a_table_of_our_own_may_say_who_is_external() {
    let guest = |home: &str, way: &str| {
        let text = format!(
            "event_id,event_time,user_id,error_code,home_tenant_id,cross_tenant_access_type\ne,2026-09-01T08:02:31Z,{USER},0,{home},{way}\n"
        );
        read_text((Feed::Activity, Format::Csv), &text, &known()).rows[0].ends_with("succeeded guest")
    };
    assert!(!guest("", "") && !guest(TENANT, "none"));
    assert!(guest(OTHER, "") && guest(TENANT, "serviceProvider"));
}

#[test]
fn without_a_tenant_in_the_path_a_member_belongs_to_the_home_and_a_guest_to_the_resource() {
    let of = |said: Said<'_>| {
        let rows: Vec<String> = said
            .forms()
            .iter()
            .filter(|(format, _)| matches!(format, Format::Graph | Format::PortalCsv))
            .map(|(format, text)| {
                let found = read_text((Feed::Activity, *format), text, &unknown());
                let row = found.rows.first().unwrap_or_else(|| &found.rejects[0]);
                let (tenant, rest) = row.split_once(' ').unwrap().1.split_once(' ').unwrap_or((row, ""));
                format!("{tenant} {}", rest.split_once(" interactive ").map_or("", |(_, flags)| flags))
            })
            .collect();
        // The position of a reject depends on the format.
        assert!(rows.iter().all(|row| row.get(2..) == rows[0].get(2..)), "{rows:?}");
        rows[0].clone()
    };
    let abroad = Said {
        resource: Some(OTHER),
        ..MEMBER
    };
    let visitor = Said {
        user_type: Some("Guest"),
        home: Some(OTHER),
        ..MEMBER
    };
    assert_eq!(of(MEMBER), format!("{TENANT} succeeded"));
    assert_eq!(of(abroad), format!("{TENANT} succeeded foreign"));
    assert_eq!(of(Said { user_type: None, ..abroad }), format!("{TENANT} succeeded foreign"));
    assert_eq!(of(visitor), format!("{TENANT} succeeded guest"));
    let technician = Said {
        way: Some("serviceProvider"),
        home: Some(OTHER),
        ..MEMBER
    };
    assert_eq!(of(technician), format!("{TENANT} succeeded guest"));
    // The other tenant counts where the right one is missing. The id of zeros counts as missing.
    for nobodys in ["", NOBODYS] {
        assert_eq!(
            of(Said {
                home: Some(nobodys),
                way: None,
                ..MEMBER
            })
            .split_once(' ')
            .unwrap()
            .0,
            TENANT
        );
        assert_eq!(
            of(Said {
                resource: Some(nobodys),
                home: Some(TENANT),
                ..visitor
            })
            .split_once(' ')
            .unwrap()
            .0,
            TENANT
        );
    }
    assert!(
        of(Said {
            home: None,
            resource: None,
            ..MEMBER
        })
        .contains("missing_tenant")
    );
}

#[test]
fn an_agents_sign_in_is_kept_as_an_agents() {
    let flags = |agent: &str| {
        Said {
            agent: Some(agent),
            ..MEMBER
        }
        .flags()
    };
    for people in [
        "{}",
        r#"{"agentType":"notAgentic","agentSubjectType":"notAgentic"}"#,
        r#"{"agentType":"NotAgentic"}"#,
        r#"{"agentType":"","agentSubjectType":""}"#,
        r#"{"agentType":null,"agentSubjectType":null,"parentAppId":"x"}"#,
    ] {
        assert_eq!(flags(people), "succeeded", "{people}");
    }
    for agent in [
        r#"{"agentType":"notAgentic","agentSubjectType":"agentIDuser"}"#,
        r#"{"agentSubjectType":"AgentIdUser"}"#,
        r#"{"agentType":"agenticAppInstance"}"#,
        r#"{"parentAppId":"x","agentType":"agenticApp","agentSubjectType":"notAgentic"}"#,
    ] {
        assert_eq!(flags(agent), "succeeded agent", "{agent}");
    }
}

#[test]
fn an_agent_that_cannot_be_read_is_a_reject_and_an_empty_one_is_none() {
    let read = |agent: &str| {
        read_text(
            (Feed::Activity, Format::Graph),
            &Said {
                agent: Some(agent),
                ..MEMBER
            }
            .properties(),
            &known(),
        )
    };
    for none in ["null", "\"\"", r#""{}""#] {
        assert!(read(none).rows[0].ends_with(" succeeded"), "{none}");
    }
    assert!(read(r#""{\"agentSubjectType\":\"agentIDuser\"}""#).rows[0].ends_with(" succeeded agent"));
    for bad in ["7", "\"x\"", r#"{"agentType":7}"#] {
        assert_eq!(read(bad).rejects, ["1 unreadable_value"], "{bad}");
    }
}
