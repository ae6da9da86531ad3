//! Conditional access policies.

use crate::sample::chance::Chance;

/// Returns one conditional access policy, as a sign-in reports it.
pub fn policy(chance: &mut Chance, number: usize, country: &str) -> String {
    let purpose = chance.pick(&[
        "Require MFA for all users outside of trusted locations",
        "Block legacy authentication",
        "Require compliant device for Office 365",
        "Sign-in frequency of 12 hours on unmanaged devices",
        "Block access by medium and high risk",
    ]);
    let control = chance.pick(&[
        "\"Mfa\"",
        "\"Block\"",
        "\"RequireCompliantDevice\"",
        "\"Mfa\",\"RequireDomainJoinedDevice\"",
    ]);
    let result = chance.pick(&["notApplied", "success", "notEnabled", "reportOnlyNotApplied"]);
    format!(
        "{{\"id\":\"{}\",\"displayName\":\"{country}-CA{number:03}: {purpose}\",\"enforcedGrantControls\":[{control}],\
         \"enforcedSessionControls\":[],\"result\":\"{result}\",\"conditionsSatisfied\":3,\"conditionsNotSatisfied\":1}}",
        chance.guid()
    )
}
