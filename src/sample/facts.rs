//! Facts about the real world: Microsoft's products, applications and error codes. Also the words
//! from which names are composed.

use crate::domain::day::Day;
use crate::domain::guid::Guid;

/// A product with a few of its service plans (name and id), as a subscription page names them.
pub struct Sku {
    pub id: Guid,
    pub part_number: &'static str,
    pub plans: &'static [(&'static str, &'static str)],
}

const EXCHANGE_ENTERPRISE: (&str, &str) = ("EXCHANGE_S_ENTERPRISE", "efb87545-963c-4e0d-99df-69c6916d9eb0");
const EXCHANGE: (&str, &str) = ("EXCHANGE_S_STANDARD", "9aaf7827-d63c-4b61-89c3-182f06f82e5c");
const SHAREPOINT: (&str, &str) = ("SHAREPOINTSTANDARD", "c7699d2e-19aa-44de-8edf-1736da088ca1");
const TEAMS: (&str, &str) = ("TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929");

/// Indices into [`SKUS`].
pub const E3: usize = 0;
pub const E5: usize = 1;
pub const F3: usize = 2;
pub const OFFICE_E3: usize = 3;
pub const BUSINESS_PREMIUM: usize = 4;
pub const BUSINESS_STANDARD: usize = 5;
pub const BUSINESS_BASIC: usize = 6;
pub const APPS_FOR_BUSINESS: usize = 7;
pub const EXCHANGE_PLAN_1: usize = 8;
pub const VISIO: usize = 9;
pub const POWER_BI_FREE: usize = 10;
pub const FLOW_FREE: usize = 11;
/// A product that no catalogue has.
pub const UNKNOWN: usize = 12;

#[rustfmt::skip]
pub static SKUS: [Sku; 13] = [
    Sku { id: Guid(0x05e9a617_0261_4cee_bb44_138d3ef5d965), part_number: "SPE_E3", plans: &[EXCHANGE_ENTERPRISE, TEAMS] },
    Sku { id: Guid(0x06ebc4ee_1bb5_47dd_8120_11324bc54e06), part_number: "SPE_E5", plans: &[EXCHANGE_ENTERPRISE, TEAMS] },
    Sku { id: Guid(0x66b55226_6b4f_492c_910c_a3b7a3c9d993), part_number: "SPE_F1", plans: &[TEAMS] },
    Sku { id: Guid(0x6fd2c87f_b296_42f0_b197_1e91e994b900), part_number: "ENTERPRISEPACK", plans: &[EXCHANGE_ENTERPRISE, TEAMS] },
    Sku { id: Guid(0xcbdc14ab_d96c_4c30_b9f4_6ada7cdc1d46), part_number: "SPB", plans: &[EXCHANGE, SHAREPOINT, TEAMS] },
    Sku { id: Guid(0xf245ecc8_75af_4f8e_b61f_27d8114de5f3), part_number: "O365_BUSINESS_PREMIUM", plans: &[EXCHANGE, SHAREPOINT, TEAMS] },
    Sku { id: Guid(0x3b555118_da6a_4418_894f_7df1e2096870), part_number: "O365_BUSINESS_ESSENTIALS", plans: &[EXCHANGE, TEAMS] },
    Sku { id: Guid(0xcdd28e44_67e3_425e_be4c_737fab2899d3), part_number: "O365_BUSINESS", plans: &[OFFICE] },
    Sku { id: Guid(0x4b9405b0_7788_4568_add1_99614e613b69), part_number: "EXCHANGESTANDARD", plans: &[EXCHANGE] },
    Sku { id: Guid(0xc5928f49_12ba_48f7_ada3_0d743a3601d5), part_number: "VISIOCLIENT", plans: &[VISIO_CLIENT] },
    Sku { id: Guid(0xa403ebcc_fae0_4ca2_8c8c_7a907fd6c235), part_number: "POWER_BI_STANDARD", plans: &[POWER_BI] },
    Sku { id: Guid(0xf30db892_07e9_47e9_837c_80727f46fd3d), part_number: "FLOW_FREE", plans: &[FLOW] },
    Sku { id: Guid(0x5c0ffee5_7a2b_4c1d_9e3f_0b8d6a4c2e10), part_number: "PLANT_FLOOR_PREVIEW", plans: &[] },
];
const OFFICE: (&str, &str) = ("OFFICE_BUSINESS", "094e7854-93fc-4d55-b2c0-3ab5369ebdc1");
const VISIO_CLIENT: (&str, &str) = ("VISIO_CLIENT_SUBSCRIPTION", "663a804f-1c30-4ff0-9915-9db84f0d1cea");
const POWER_BI: (&str, &str) = ("BI_AZURE_P0", "2049e525-b859-401b-b2a0-e0a31c4b1fe4");
const FLOW: (&str, &str) = ("FLOW_P2_VIRAL", "50e68c76-46c6-4674-81f9-75456511b170");

/// What a seat of a product costs a month, in euros; made up, but of the size of real prices. What
/// is free and what no catalogue has is not listed.
const PRICES: [(usize, &str); 10] = [
    (E3, "36.70"),
    (E5, "57.10"),
    (F3, "7.50"),
    (OFFICE_E3, "22.40"),
    (BUSINESS_PREMIUM, "20.60"),
    (BUSINESS_STANDARD, "11.70"),
    (BUSINESS_BASIC, "5.60"),
    (APPS_FOR_BUSINESS, "9.80"),
    (EXCHANGE_PLAN_1, "3.70"),
    (VISIO, "13.90"),
];

/// How the file of the price list is called.
pub const PRICE_LIST: &str = "prices.csv";

/// The price list as a pipeline file names one.
pub fn price_list() -> String {
    let rows = PRICES
        .iter()
        .map(|(sku, price)| format!("{},{price},EUR\n", SKUS[*sku].part_number));
    std::iter::once("part_number,price_per_month,currency\n".to_owned())
        .chain(rows)
        .collect()
}

/// An application or a resource.
pub struct App {
    pub id: Guid,
    pub name: &'static str,
}

const EXCHANGE_ONLINE: App = App {
    id: Guid(0x00000002_0000_0ff1_ce00_000000000000),
    name: "Office 365 Exchange Online",
};
const SHAREPOINT_ONLINE: App = App {
    id: Guid(0x00000003_0000_0ff1_ce00_000000000000),
    name: "Office 365 SharePoint Online",
};
const SKYPE: App = App {
    id: Guid(0x00000004_0000_0ff1_ce00_000000000000),
    name: "Skype for Business Online",
};
const YAMMER: App = App {
    id: Guid(0x00000005_0000_0ff1_ce00_000000000000),
    name: "Office 365 Yammer",
};
const PORTAL: App = App {
    id: Guid(0x00000006_0000_0ff1_ce00_000000000000),
    name: "Microsoft Office 365 Portal",
};
const TEAMS_SERVICES: App = App {
    id: Guid(0xcc15fd57_2c6c_4117_a88c_83b1d56b4bbe),
    name: "Microsoft Teams Services",
};
pub const GRAPH: App = App {
    id: Guid(0x00000003_0000_0000_c000_000000000000),
    name: "Microsoft Graph",
};
const AZURE: App = App {
    id: Guid(0x797f4846_ba00_4fd7_ba43_dac1f8f63013),
    name: "Windows Azure Service Management API",
};
const OFFICE_CLIENT: App = App {
    id: Guid(0xd3590ed6_52b3_4102_aeff_aad2292ab01c),
    name: "Microsoft Office",
};
const OUTLOOK_MOBILE: App = App {
    id: Guid(0x27922004_5251_4030_b22d_91ecd9a37ea4),
    name: "Outlook Mobile",
};
const OUTLOOK_WEB: App = App {
    id: Guid(0x9199bf20_a13f_4107_85dc_02114787ef48),
    name: "One Outlook Web",
};
const ONEDRIVE: App = App {
    id: Guid(0xab9b8c07_8f02_4f72_87fa_80105867a763),
    name: "OneDrive SyncEngine",
};
const TEAMS_CLIENT: App = App {
    id: Guid(0x1fec8e78_bce4_4aaf_ab1b_5451cc387264),
    name: "Microsoft Teams",
};
const TEAMS_WEB: App = App {
    id: Guid(0x5e3ce6c0_2b1f_4285_8d4b_75ee78787346),
    name: "Microsoft Teams Web Client",
};
const YAMMER_WEB: App = App {
    id: Guid(0xc1c74fed_04c9_4704_80dc_9f79a2e515cb),
    name: "Yammer Web",
};
const OFFICE_HOME: App = App {
    id: Guid(0x4765445b_32c6_49b0_83e6_1d93765276ca),
    name: "OfficeHome",
};
const AZURE_PORTAL: App = App {
    id: Guid(0xc44b4083_3bb0_49c1_b47d_974e53cbdf3c),
    name: "Azure Portal",
};

/// What people do: a client application signs in to a resource. Each persona does so with some
/// weight.
pub struct Use {
    pub app: App,
    pub resource: App,
    pub client: &'static str,
    /// The weights of the [`Persona`]s, in their order.
    pub weights: [u32; 4],
}

/// The habits of a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Persona {
    /// Mail, files, meetings, Office.
    Office,
    /// Chat and shifts on a shared device.
    Frontline,
    /// Mail only.
    Mail,
    /// The company's social network, also without a license for it.
    Social,
}

const RICH: &str = "Mobile Apps and Desktop clients";
const WEB: &str = "Browser";
#[rustfmt::skip]
pub static USES: [Use; 16] = [
    Use { app: OFFICE_CLIENT, resource: EXCHANGE_ONLINE, client: RICH, weights: [20, 0, 30, 2] },
    Use { app: OUTLOOK_MOBILE, resource: EXCHANGE_ONLINE, client: RICH, weights: [10, 4, 20, 2] },
    Use { app: OUTLOOK_WEB, resource: EXCHANGE_ONLINE, client: WEB, weights: [4, 6, 20, 0] },
    Use { app: OFFICE_CLIENT, resource: SHAREPOINT_ONLINE, client: RICH, weights: [10, 0, 0, 0] },
    Use { app: ONEDRIVE, resource: SHAREPOINT_ONLINE, client: RICH, weights: [12, 0, 0, 0] },
    Use { app: TEAMS_CLIENT, resource: TEAMS_SERVICES, client: RICH, weights: [14, 40, 0, 0] },
    Use { app: TEAMS_WEB, resource: TEAMS_SERVICES, client: WEB, weights: [3, 10, 0, 0] },
    Use { app: TEAMS_CLIENT, resource: SKYPE, client: RICH, weights: [3, 2, 0, 0] },
    // Graph is no workload. Only the client tells which workload is used.
    Use { app: TEAMS_CLIENT, resource: GRAPH, client: RICH, weights: [6, 10, 0, 0] },
    Use { app: OFFICE_CLIENT, resource: GRAPH, client: RICH, weights: [8, 0, 0, 0] },
    Use { app: ONEDRIVE, resource: GRAPH, client: RICH, weights: [3, 0, 0, 0] },
    Use { app: YAMMER_WEB, resource: YAMMER, client: WEB, weights: [2, 1, 0, 60] },
    Use { app: TEAMS_WEB, resource: YAMMER, client: WEB, weights: [0, 0, 0, 10] },
    // No workload at all.
    Use { app: OFFICE_HOME, resource: PORTAL, client: WEB, weights: [4, 3, 6, 6] },
    Use { app: AZURE_PORTAL, resource: AZURE, client: WEB, weights: [1, 0, 1, 0] },
    Use { app: OFFICE_HOME, resource: GRAPH, client: WEB, weights: [2, 1, 2, 2] },
];

/// Sign-ins that fail: error code and reason. The first is a wrong password, the second an
/// interruption before a success.
pub const WRONG_PASSWORD: (u32, &str) = (50126, "Error validating credentials due to invalid username or password.");
pub const INTERRUPTED: (u32, &str) = (
    50140,
    "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
);
pub const UNKNOWN_USER: (u32, &str) = (50034, "The user account does not exist in the directory.");

pub static AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Dalvik/2.1.0 (Linux; U; Android 15; SM-A546B Build/UP1A.231005.007) PKeyAuth/1.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/25153.1010 Safari/537.36",
];

/// A city: name, state, country, latitude, longitude.
pub type City = (&'static str, &'static str, &'static str, f64, f64);

pub static CITIES: [City; 9] = [
    ("Hamburg", "Hamburg", "DE", 53.55, 9.99),
    ("Innsbruck", "Tirol", "AT", 47.27, 11.39),
    ("Lyon", "Auvergne-Rhône-Alpes", "FR", 45.76, 4.83),
    ("Leeds", "England", "GB", 53.8, -1.55),
    ("Bergen", "Vestland", "NO", 60.39, 5.32),
    ("Modena", "Emilia-Romagna", "IT", 44.65, 10.93),
    ("Valencia", "Comunitat Valenciana", "ES", 39.47, -0.38),
    ("Utrecht", "Utrecht", "NL", 52.09, 5.12),
    ("Zürich", "Zürich", "CH", 47.37, 8.54),
];

/// First names, as displayed and as in a mail address.
#[rustfmt::skip]
pub static FIRST_NAMES: [(&str, &str); 36] = [
    ("Mia", "mia"), ("Jonas", "jonas"), ("Zoë", "zoe"), ("Jürgen", "juergen"), ("Aylin", "aylin"), ("Paul", "paul"),
    ("Clara", "clara"), ("Mateo", "mateo"), ("Ingrid", "ingrid"), ("Luca", "luca"), ("Amélie", "amelie"), ("Tom", "tom"),
    ("Sofia", "sofia"), ("Henrik", "henrik"), ("Noor", "noor"), ("Elif", "elif"), ("Marta", "marta"), ("David", "david"),
    ("Freya", "freya"), ("Giulia", "giulia"), ("Oskar", "oskar"), ("Lena", "lena"), ("Pablo", "pablo"), ("Ruth", "ruth"),
    ("Björn", "bjoern"), ("Chiara", "chiara"), ("Emil", "emil"), ("Hannah", "hannah"), ("Igor", "igor"), ("Julia", "julia"),
    ("Karim", "karim"), ("Lotte", "lotte"), ("Nils", "nils"), ("Olivia", "olivia"), ("Rosa", "rosa"), ("Samuel", "samuel"),
];

/// Last names, likewise.
#[rustfmt::skip]
pub static LAST_NAMES: [(&str, &str); 40] = [
    ("Becker", "becker"), ("Hofmann", "hofmann"), ("Martin", "martin"), ("Øvrebø", "oevreboe"), ("Rossi", "rossi"), ("Whitfield", "whitfield"),
    ("García", "garcia"), ("de Vries", "devries"), ("Lindqvist", "lindqvist"), ("Okafor", "okafor"), ("Yılmaz", "yilmaz"), ("Keller", "keller"),
    ("Dubois", "dubois"), ("O'Brien", "obrien"), ("Nowak", "nowak"), ("Schäfer", "schaefer"), ("Moreau", "moreau"), ("Hansen", "hansen"),
    ("Conti", "conti"), ("Ibáñez", "ibanez"), ("Jansen", "jansen"), ("Brandt", "brandt"), ("Farouk", "farouk"), ("Huber", "huber"),
    ("Ivanova", "ivanova"), ("Johansen", "johansen"), ("Krüger", "krueger"), ("Laurent", "laurent"), ("Mancini", "mancini"), ("Novák", "novak"),
    ("Petit", "petit"), ("Quinn", "quinn"), ("Ricci", "ricci"), ("Sato", "sato"), ("Thorsen", "thorsen"), ("Ulrich", "ulrich"),
    ("Vidal", "vidal"), ("Weber", "weber"), ("Zhang", "zhang"), ("Ziegler", "ziegler"),
];

/// The customers of the small sample: name, domain, country, segment.
pub static COMPANIES: [(&str, &str, &str, &str); 8] = [
    ("Nordwind Logistik GmbH", "nordwind-logistik", "DE", "Corporate"),
    ("Alpenblick Hotels AG", "alpenblick-hotels", "AT", "SMB"),
    ("Brassard, Fils & Cie SARL", "brassard-fils", "FR", "SMB"),
    ("Kestrel Legal LLP", "kestrel-legal", "GB", "SMB"),
    ("Fjordlys Energi AS", "fjordlys-energi", "NO", "Corporate"),
    ("Tessera Ceramiche S.r.l.", "tessera-ceramiche", "IT", "SMB"),
    ("Puente Digital, S.L.", "puente-digital", "ES", "SMB"),
    ("Lumen Tandartsen B.V.", "lumen-tandartsen", "NL", "Micro"),
];

/// Parts of the names of further customers: a name, a branch, and the legal form of a country.
#[rustfmt::skip]
pub static COMPANY_NAMES: [&str; 37] = [
    "Aurora", "Birke", "Cassini", "Delphin", "Eiche", "Falken", "Granit", "Halden", "Isar", "Juno", "Kranich", "Lorbeer", "Meridian",
    "Nebel", "Orion", "Pinnacle", "Quarz", "Rhodan", "Salina", "Tauber", "Ulmen", "Vesper", "Wieland", "Xenia", "Ypsilon", "Zander",
    "Amber", "Basalt", "Castell", "Dunmore", "Elster", "Ferro", "Garonne", "Hibernia", "Ivory", "Jasper", "Krone",
];
#[rustfmt::skip]
pub static COMPANY_BRANCHES: [(&str, &str); 23] = [
    ("Logistics", "logistics"), ("Werkzeugbau", "werkzeugbau"), ("Architects", "architects"), ("Foods", "foods"), ("Dental", "dental"),
    ("Textil", "textil"), ("Solar", "solar"), ("Consulting", "consulting"), ("Immobilien", "immobilien"), ("Marine", "marine"),
    ("Pharma", "pharma"), ("Robotics", "robotics"), ("Travel", "travel"), ("Verlag", "verlag"), ("Winery", "winery"), ("Optics", "optics"),
    ("Metals", "metals"), ("Clinic", "clinic"), ("Legal", "legal"), ("Studio", "studio"), ("Cycles", "cycles"), ("Insurance", "insurance"),
    ("Printing", "printing"),
];
#[rustfmt::skip]
pub static LEGAL_FORMS: [(&str, &str); 9] = [
    ("GmbH", "DE"), ("AG", "CH"), ("SARL", "FR"), ("Ltd", "GB"), ("AS", "NO"), ("S.r.l.", "IT"), ("S.L.", "ES"), ("B.V.", "NL"), ("GmbH", "AT"),
];

/// Returns whether a day is a Saturday or a Sunday.
pub fn is_weekend(day: Day) -> bool {
    // 1970-01-01 was a Thursday.
    (day.0 + 3).rem_euclid(7) >= 5
}
