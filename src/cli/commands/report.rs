//! `uptake report`: writes pages for people from the published files.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rust_xlsxwriter::XlsxError;

use crate::cli::args::global::Global;
use crate::cli::args::report::ReportArgs;
use crate::cli::args::values::ReportFormat;
use crate::cli::context::{Context, check_url};
use crate::cli::exit::{Code, Failure};
use crate::cli::{output, print};
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::{Words, counted};
use crate::engine::error::EngineError;
use crate::engine::query::customers::pick;
use crate::engine::query::explain::people;
use crate::engine::query::name_lookup::Named;
use crate::explain::view::everyone::Everyone;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::read::read;
use crate::pages::names::file_name;
use crate::pages::xlsx::DayTables;
use crate::pages::{html, xlsx};
use crate::reports::dimensions::CustomerEntry;
use crate::reports::error::ReportError;
use crate::reports::manifest::Manifest;
use crate::reports::published_reader::PublishedReader;
use crate::storage;
use crate::storage::error::StorageError;
use crate::storage::interface::Storage;
use crate::storage::names::text_of;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// How often the files are read anew when a run publishes meanwhile.
const ATTEMPTS: usize = 3;

/// Writes the report that was asked for, and says where it is.
pub fn run(args: &ReportArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let published = storage::at(&context.settings.published);
    if args.users && format(args) == ReportFormat::Xlsx {
        return Err(Failure::new(
            Code::Usage,
            "`--users` is for a page: a workbook has the published tables, which name no user",
        )
        .hint("leave `--users` out, or ask for `--format html`"));
    }
    match &args.per_customer {
        None => output::check(&path(args))?,
        Some(folder) => check_url("--per-customer", folder)?,
    }
    let mut attempt = 1;
    let files = loop {
        let before = manifest(&*published)?;
        let files = files(args, &context, &*published);
        // Who reads while a run publishes can see files of two nights.
        if Manifest::of_whole(&*published).as_ref() == Some(&before) {
            break files?;
        }
        if attempt == ATTEMPTS {
            return Err(Failure::new(Code::Input, "a run publishes at this moment").hint("wait until it is done, and try again"));
        }
        attempt += 1;
    };
    match &args.per_customer {
        Some(folder) => write_all(folder, &files)?,
        None => files.iter().try_for_each(|(path, bytes)| output::write(path, bytes))?,
    }
    if global.quiet {
        return Ok(());
    }
    match (&args.per_customer, files.as_slice()) {
        (None, [(path, _)]) => print(&format!("{}\n", path.display())),
        (folder, files) => {
            let folder = folder.as_deref().unwrap_or(Path::new("."));
            print(&format!("{} in {}\n", counted(files.len(), "file"), folder.display()))
        }
    }
}

fn manifest(published: &dyn Storage) -> Result<Manifest, Failure> {
    let shown = published.shown("");
    Manifest::of_whole(published)
        .filter(|manifest| !manifest.published.is_empty())
        .ok_or_else(|| {
            Failure::new(
                Code::Input,
                format!("there are no published files in `{}`, or not all of them", shown.display()),
            )
            .hint("`uptake run` publishes them; where one is at work, wait until it is done")
        })
}

/// The files with the paths at which they belong.
fn files(args: &ReportArgs, context: &Context, published: &dyn Storage) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let open = |name: &str| published.open(name);
    let reader = PublishedReader::new(&open);
    let (first, last) = reader.days().map_err(failed)?.ok_or_else(no_days)?;
    let day = args.day.unwrap_or(last);
    if !(first..=last).contains(&day) {
        return Err(Failure::new(
            Code::Usage,
            format!("`--day {day}` is not published: the published days are {first} to {last}"),
        ));
    }
    let customer = args.customer.as_deref().map(|written| find(&reader, written)).transpose()?;
    let stale_days = context.settings.rules.snapshot_stale_days;
    let figures = read(&reader, (first, day), stale_days, customer).map_err(failed)?;
    let words = Words(args.language.unwrap_or(context.settings.rules.language));
    let format = format(args);
    let tables = match format {
        ReportFormat::Html => None,
        ReportFormat::Xlsx => Some(DayTables::read(&reader, day).map_err(failed)?),
    };
    let everyone = customer.filter(|_| args.users);
    let everyone = everyone.map(|customer| everyone_of(context, customer, day)).transpose()?;
    let of_customer = |customer: &CustomerFigures| match &tables {
        None => {
            let everyone = everyone.as_ref();
            everyone.map_or(Ok(()), |everyone| are_the_published(everyone, customer))?;
            Ok(html::customer::write(words, &figures, customer, everyone).into_bytes())
        }
        Some(tables) => xlsx::write(words, &figures, tables, Some(customer.id())).map_err(no_workbook),
    };
    if let Some(folder) = &args.per_customer {
        let file = |customer: &CustomerFigures| Ok((folder.join(file_name(customer, format.ending())), of_customer(customer)?));
        return figures.customers.par_iter().map(file).collect();
    }
    let bytes = match (customer, figures.customers.first(), &tables) {
        (None, _, None) => html::portfolio::write(words, &figures).into_bytes(),
        (None, _, Some(tables)) => xlsx::write(words, &figures, tables, None).map_err(no_workbook)?,
        (Some(_), Some(customer), _) => of_customer(customer)?,
        (Some(id), None, _) => return Err(absent(id, day)),
    };
    Ok(vec![(path(args), bytes)])
}

/// The people of a customer, out of the warehouse.
fn everyone_of(context: &Context, customer: Guid, day: Day) -> Result<Everyone, Failure> {
    let store = Store::at(&context.settings.warehouse);
    let everyone = people(&context.settings, &store, customer, day)?;
    match everyone.differences.len() {
        0 => Ok(everyone),
        count => Err(Failure::new(
            Code::Check,
            format!("the tables differ in {} from what is counted again", counted(count, "place")),
        )
        .hint("where the pipeline file was changed, or a run is at work, `uptake run` brings the tables up to date")),
    }
}

/// The people are to be those behind the figures of the page, which were published by a run. The
/// warehouse may have gone on since then.
fn are_the_published(everyone: &Everyone, customer: &CustomerFigures) -> Result<(), Failure> {
    let published: Vec<_> = customer
        .in_scope()
        .map(|product| (product.row.sku_id, product.row.seats_assigned, product.row.parts()))
        .collect();
    let counted: Vec<_> = everyone
        .products
        .iter()
        .map(|product| (product.sku, product.numbers.assigned, product.numbers.parts))
        .collect();
    match published == counted {
        true => Ok(()),
        false => Err(
            Failure::new(Code::Check, "the warehouse has other numbers than the published files")
                .hint("`uptake run` publishes what the warehouse has"),
        ),
    }
}

fn no_workbook(error: XlsxError) -> Failure {
    Failure::new(Code::Bug, format!("cannot write the workbook: {error}")).hint("please report this")
}

/// Where the one file belongs.
fn path(args: &ReportArgs) -> PathBuf {
    let named = args.out.clone();
    named.unwrap_or_else(|| PathBuf::from(format!("report.{}", format(args).ending())))
}

/// The format that is asked for, or that the name of the file says.
fn format(args: &ReportArgs) -> ReportFormat {
    let ending = args.out.as_deref().and_then(Path::extension);
    let by_name = match ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
        true => ReportFormat::Xlsx,
        false => ReportFormat::Html,
    };
    args.format.unwrap_or(by_name)
}

fn find(reader: &PublishedReader<'_>, written: &str) -> Result<Guid, Failure> {
    let mut named = Named::new();
    for customer in reader.whole::<CustomerEntry>().map_err(failed)? {
        let id = customer.tenant_id.to_string();
        for name in [customer.name.as_deref(), customer.domain.as_deref(), Some(id.as_str())]
            .into_iter()
            .flatten()
        {
            named.add(name, customer.tenant_id);
        }
    }
    Ok(pick(&named, written)?)
}

fn absent(customer: Guid, day: Day) -> Failure {
    Failure::new(
        Code::Usage,
        format!("nothing was published about the customer `{customer}` on {day}"),
    )
    .hint("it had no product and no list on that day, or it had left; `--day` names another one")
}

fn no_days() -> Failure {
    Failure::new(Code::Input, "no day is published yet")
        .hint("`uptake run` publishes as soon as there is a sign-in or a list of subscriptions")
}

fn failed(error: ReportError) -> Failure {
    match error {
        ReportError::Frame { .. } | ReportError::Warehouse(WarehouseError::Contract(_)) => {
            let message = format!("the published files are not of this version of uptake: {error}");
            Failure::new(Code::Input, message).hint("`uptake run` publishes them again")
        }
        error => EngineError::from(error).into(),
    }
}

/// Writes the files of a folder, which is made where it is not there.
fn write_all(folder: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), Failure> {
    let pages = storage::at(folder);
    for (path, bytes) in files {
        let name = text_of(path.file_name().unwrap_or_default());
        let failed = |error: StorageError| {
            Failure::new(Code::Store, format!("cannot write `{}`: {}", path.display(), error.error)).hint("name another folder")
        };
        pages.put_synced(&name, bytes).map_err(failed)?;
    }
    Ok(())
}
