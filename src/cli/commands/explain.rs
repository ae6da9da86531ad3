//! `uptake explain`: explains a number from the warehouse.

use crate::cli::args::global::Global;
use crate::cli::args::read::ExplainArgs;
use crate::cli::args::values::ExplanationFormat;
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::domain::words::{Words, counted};
use crate::engine::query::explain::{Answer, ExplainRequest, explain};
use crate::explain::render::{customer_list, json, markdown, text, text_product, text_user};
use crate::observe::progress::Progress;
use crate::warehouse::store::Store;

/// Prints the explanation. Fails if the tables disagree with what is counted again.
pub fn run(args: &ExplainArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let progress = Progress::new(global.progress_mode());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let request = ExplainRequest {
        customer: args.customer.clone(),
        product: args.product.clone(),
        workload: args.workload.clone(),
        day: args.day,
        user: args.user.clone(),
        show_raw: args.show_raw,
    };
    let store = Store::at(&context.settings.warehouse);
    let answer = explain(&context.settings, &store, &request)?;
    let words = Words(context.settings.rules.language);
    print(&printed(&answer, args.format, words, global.colored()))?;
    match answer.differences().len() {
        0 => Ok(()),
        count => Err(Failure::new(
            Code::Check,
            format!("the tables differ in {} from what is counted again", counted(count, "place")),
        )
        .hint("where the pipeline file was changed, or a run is at work, `uptake run` brings the tables up to date; where they differ after that, please report it")),
    }
}

fn printed(answer: &Answer, format: ExplanationFormat, words: Words, colored: bool) -> String {
    match (answer, format) {
        (Answer::Product(product), ExplanationFormat::Text) => text_product::product(product, words, colored),
        (Answer::Product(product), ExplanationFormat::Json) => format!("{:#}\n", json::product(product)),
        (Answer::Product(product), ExplanationFormat::Markdown) => markdown::product(product, words),
        (Answer::Customer(customer), ExplanationFormat::Text) => text::customer(customer, words, colored),
        (Answer::Customer(customer), ExplanationFormat::Json) => format!("{:#}\n", json::customer(customer)),
        (Answer::Customer(customer), ExplanationFormat::Markdown) => markdown::customer(customer, words),
        (Answer::Customers(list), ExplanationFormat::Text) => customer_list::text(list, words, colored),
        (Answer::Customers(list), ExplanationFormat::Json) => format!("{:#}\n", customer_list::json(list)),
        (Answer::Customers(list), ExplanationFormat::Markdown) => customer_list::markdown(list, words),
        (Answer::User(user), ExplanationFormat::Text) => text_user::user(user, words, colored),
        (Answer::User(user), ExplanationFormat::Json) => format!("{:#}\n", json::user(user)),
        (Answer::User(user), ExplanationFormat::Markdown) => markdown::user(user, words),
    }
}
