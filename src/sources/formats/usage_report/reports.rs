//! Which usage reports are read, and what in each of them proves that a person did something on
//! purpose.
//!
//! Sources: the pages of Microsoft Graph about `reportRoot`, and what public programs read. A count
//! of what others or machines do proves nothing: mails received, files that a client synced, and
//! "other actions" of Teams, which are presence and opening the app. Nor does a license.
//!
//! Most reports have counts and one date, that of the latest action of any kind. Two have a date for
//! each service or application: `getOffice365ActiveUserDetail`, which has no counts, and the one of
//! Copilot, whose dates are those of prompts and the like. Each of these dates is a day of use.
//!
//! Skype for Business is retired: its column is not read. Of Outlook only the installed one is the
//! use of an Office application; the others are a use of the mailbox, which the report about mail
//! knows better.

/// Defines the columns that matter, each with its name in CSV.
macro_rules! columns {
    ($($column:ident = $name:literal),+ $(,)?) => {
        /// A column that matters.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Column { $($column),+ }

        /// The names of the columns, as CSV has them. The first two are in every report.
        pub const NAMES: &[&str] = &[$($name),+];
        /// The columns in the same order.
        pub const COLUMNS: &[Column] = &[$(Column::$column),+];
    };
}

columns! {
    RefreshDate = "Report Refresh Date",
    UserPrincipalName = "User Principal Name",
    LastActivityDate = "Last Activity Date",
    ReportPeriod = "Report Period",
    TeamChatMessageCount = "Team Chat Message Count",
    PrivateChatMessageCount = "Private Chat Message Count",
    CallCount = "Call Count",
    MeetingCount = "Meeting Count",
    PostMessages = "Post Messages",
    ReplyMessages = "Reply Messages",
    UrgentMessages = "Urgent Messages",
    MeetingsOrganizedCount = "Meetings Organized Count",
    MeetingsAttendedCount = "Meetings Attended Count",
    AdHocMeetingsOrganizedCount = "Ad Hoc Meetings Organized Count",
    AdHocMeetingsAttendedCount = "Ad Hoc Meetings Attended Count",
    ScheduledOneTimeMeetingsOrganizedCount = "Scheduled One-time Meetings Organized Count",
    ScheduledOneTimeMeetingsAttendedCount = "Scheduled One-time Meetings Attended Count",
    ScheduledRecurringMeetingsOrganizedCount = "Scheduled Recurring Meetings Organized Count",
    ScheduledRecurringMeetingsAttendedCount = "Scheduled Recurring Meetings Attended Count",
    SendCount = "Send Count",
    ReadCount = "Read Count",
    MeetingCreatedCount = "Meeting Created Count",
    MeetingInteractedCount = "Meeting Interacted Count",
    ViewedOrEditedFileCount = "Viewed Or Edited File Count",
    SharedInternallyFileCount = "Shared Internally File Count",
    SharedExternallyFileCount = "Shared Externally File Count",
    VisitedPageCount = "Visited Page Count",
    PostedCount = "Posted Count",
    LikedCount = "Liked Count",
    Word = "Word",
    Excel = "Excel",
    PowerPoint = "PowerPoint",
    OneNote = "OneNote",
    OutlookWindows = "Outlook (Windows)",
    OutlookMac = "Outlook (Mac)",
    ExchangeLastActivityDate = "Exchange Last Activity Date",
    OneDriveLastActivityDate = "OneDrive Last Activity Date",
    SharePointLastActivityDate = "SharePoint Last Activity Date",
    YammerLastActivityDate = "Yammer Last Activity Date",
    TeamsLastActivityDate = "Teams Last Activity Date",
    CopilotChatLastActivityDate = "Copilot Chat Last Activity Date",
    TeamsCopilotLastActivityDate = "Microsoft Teams Copilot Last Activity Date",
    WordCopilotLastActivityDate = "Word Copilot Last Activity Date",
    ExcelCopilotLastActivityDate = "Excel Copilot Last Activity Date",
    PowerPointCopilotLastActivityDate = "PowerPoint Copilot Last Activity Date",
    OutlookCopilotLastActivityDate = "Outlook Copilot Last Activity Date",
    OneNoteCopilotLastActivityDate = "OneNote Copilot Last Activity Date",
    LoopCopilotLastActivityDate = "Loop Copilot Last Activity Date",
    CopilotChatWorkLastActivityDate = "Copilot Chat (work) Last Activity Date",
    CopilotChatWebLastActivityDate = "Copilot Chat (web) Last Activity Date",
    Microsoft365CopilotLastActivityDate = "Microsoft 365 Copilot Last Activity Date",
    EdgeLastActivityDate = "Edge Last Activity Date",
    CopilotAgentLastActivityDate = "Copilot Agent Last Activity Date",
}

/// A report that is read.
pub struct Report {
    /// Its name in Graph. It stands for the event in `activity_events`.
    pub name: &'static str,
    /// Whichever of these columns is there tells the report from the others.
    pub told_by: &'static [Column],
    pub proof: Proof,
}

/// What proves the use.
pub enum Proof {
    /// Any of these counts, if it is above 0. The day is that of the report or of the row.
    Counts { workload: &'static str, counts: &'static [Column] },
    /// Each of these dates, for the workload beside it.
    Dates(&'static [(Column, &'static str)]),
}

use Column::*;

/// The reports, in the order in which they are tried.
pub static REPORTS: &[Report] = &[
    Report {
        name: "getTeamsUserActivityUserDetail",
        told_by: &[PrivateChatMessageCount, TeamChatMessageCount],
        proof: Proof::Counts {
            workload: "teams",
            counts: &[
                TeamChatMessageCount,
                PrivateChatMessageCount,
                CallCount,
                MeetingCount,
                PostMessages,
                ReplyMessages,
                UrgentMessages,
                MeetingsOrganizedCount,
                MeetingsAttendedCount,
                AdHocMeetingsOrganizedCount,
                AdHocMeetingsAttendedCount,
                ScheduledOneTimeMeetingsOrganizedCount,
                ScheduledOneTimeMeetingsAttendedCount,
                ScheduledRecurringMeetingsOrganizedCount,
                ScheduledRecurringMeetingsAttendedCount,
            ],
        },
    },
    Report {
        name: "getEmailActivityUserDetail",
        told_by: &[SendCount],
        proof: Proof::Counts {
            workload: "exchange",
            counts: &[SendCount, ReadCount, MeetingCreatedCount, MeetingInteractedCount],
        },
    },
    Report {
        name: "getSharePointActivityUserDetail",
        told_by: &[VisitedPageCount],
        proof: Proof::Counts {
            workload: "sharepoint",
            counts: &[
                ViewedOrEditedFileCount,
                SharedInternallyFileCount,
                SharedExternallyFileCount,
                VisitedPageCount,
            ],
        },
    },
    // OneDrive is SharePoint.
    Report {
        name: "getOneDriveActivityUserDetail",
        told_by: &[ViewedOrEditedFileCount],
        proof: Proof::Counts {
            workload: "sharepoint",
            counts: &[ViewedOrEditedFileCount, SharedInternallyFileCount, SharedExternallyFileCount],
        },
    },
    Report {
        name: "getYammerActivityUserDetail",
        told_by: &[PostedCount, LikedCount],
        proof: Proof::Counts {
            workload: "yammer",
            counts: &[PostedCount, ReadCount, LikedCount],
        },
    },
    Report {
        name: "getMicrosoft365CopilotUsageUserDetail",
        told_by: &[
            WordCopilotLastActivityDate,
            TeamsCopilotLastActivityDate,
            CopilotChatLastActivityDate,
            CopilotChatWorkLastActivityDate,
        ],
        proof: Proof::Dates(&[
            (LastActivityDate, "copilot"),
            (CopilotChatLastActivityDate, "copilot"),
            (TeamsCopilotLastActivityDate, "copilot"),
            (WordCopilotLastActivityDate, "copilot"),
            (ExcelCopilotLastActivityDate, "copilot"),
            (PowerPointCopilotLastActivityDate, "copilot"),
            (OutlookCopilotLastActivityDate, "copilot"),
            (OneNoteCopilotLastActivityDate, "copilot"),
            (LoopCopilotLastActivityDate, "copilot"),
            (CopilotChatWorkLastActivityDate, "copilot"),
            (CopilotChatWebLastActivityDate, "copilot"),
            (Microsoft365CopilotLastActivityDate, "copilot"),
            (EdgeLastActivityDate, "copilot"),
            (CopilotAgentLastActivityDate, "copilot"),
        ]),
    },
    Report {
        name: "getOffice365ActiveUserDetail",
        told_by: &[ExchangeLastActivityDate, TeamsLastActivityDate],
        proof: Proof::Dates(&[
            (ExchangeLastActivityDate, "exchange"),
            (OneDriveLastActivityDate, "sharepoint"),
            (SharePointLastActivityDate, "sharepoint"),
            (YammerLastActivityDate, "yammer"),
            (TeamsLastActivityDate, "teams"),
        ]),
    },
    Report {
        name: "getM365AppUserDetail",
        told_by: &[Word],
        proof: Proof::Counts {
            workload: "office_apps",
            counts: &[Word, Excel, PowerPoint, OneNote, OutlookWindows, OutlookMac],
        },
    },
];

/// The columns of which a report has one, by their numbers.
pub const TOLD_BY: &[usize] = &[
    PrivateChatMessageCount as usize,
    TeamChatMessageCount as usize,
    SendCount as usize,
    VisitedPageCount as usize,
    ViewedOrEditedFileCount as usize,
    PostedCount as usize,
    LikedCount as usize,
    WordCopilotLastActivityDate as usize,
    TeamsCopilotLastActivityDate as usize,
    CopilotChatLastActivityDate as usize,
    CopilotChatWorkLastActivityDate as usize,
    ExchangeLastActivityDate as usize,
    TeamsLastActivityDate as usize,
    Word as usize,
];

/// Whether an event has the id that rows of a report give: the report's name, and where the row has
/// a date for each service, the service.
pub fn is_of_report(event_id: &str) -> bool {
    let name = event_id.split('/').next().unwrap_or_default();
    REPORTS.iter().any(|report| report.name == name)
}

/// A name without its case, its blanks and its signs: `Outlook (Windows)` of CSV is `outlookWindows`
/// of JSON.
pub fn folded(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_distinct_without_case_blanks_and_signs() {
        let folded: BTreeSet<String> = NAMES.iter().map(|name| folded(name)).collect();
        assert_eq!(folded.len(), NAMES.len());
        assert_eq!((COLUMNS.len(), COLUMNS[3] as usize), (NAMES.len(), 3));
    }

    #[test]
    fn what_tells_a_report_is_in_the_list_of_all_that_do() {
        let told: Vec<usize> = REPORTS
            .iter()
            .flat_map(|report| report.told_by)
            .map(|column| *column as usize)
            .collect();
        assert_eq!(told, TOLD_BY);
    }
}
