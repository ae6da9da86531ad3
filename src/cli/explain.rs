//! `uptake explain`: a number taken apart, out of the warehouse.

use crate::cli::args::{ExplainArgs, Global, Paper};
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::say;
use crate::domain::words::{Words, counted};
use crate::engine::query::explain::{Answer, ExplainRequest, explain};
use crate::explain::customer_list;
use crate::explain::render::{json, markdown, text, text_product, text_user};
use crate::observe::progress::Progress;
use crate::warehouse::store::Store;

/// Prints the explanation; fails where the tables say something else than what is counted again.
pub fn run(args: &ExplainArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let progress = Progress::new(global.look());
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
    say(&printed(&answer, args.format, words, global.colored()))?;
    match answer.differences().len() {
        0 => Ok(()),
        count => Err(Failure::new(
            Code::Check,
            format!("the tables differ in {} from what is counted again", counted(count, "place")),
        )
        .hint("where the pipeline file was changed, or a run is at work, `uptake run` brings the tables up to date; where they differ after that, please report it")),
    }
}

fn printed(answer: &Answer, paper: Paper, words: Words, colored: bool) -> String {
    match (answer, paper) {
        (Answer::Product(product), Paper::Text) => text_product::product(product, words, colored),
        (Answer::Product(product), Paper::Json) => format!("{:#}\n", json::product(product)),
        (Answer::Product(product), Paper::Markdown) => markdown::product(product, words),
        (Answer::Customer(customer), Paper::Text) => text::customer(customer, words, colored),
        (Answer::Customer(customer), Paper::Json) => format!("{:#}\n", json::customer(customer)),
        (Answer::Customer(customer), Paper::Markdown) => markdown::customer(customer, words),
        (Answer::Customers(list), Paper::Text) => customer_list::text(list, words, colored),
        (Answer::Customers(list), Paper::Json) => format!("{:#}\n", customer_list::json(list)),
        (Answer::Customers(list), Paper::Markdown) => customer_list::markdown(list, words),
        (Answer::User(user), Paper::Text) => text_user::user(user, words, colored),
        (Answer::User(user), Paper::Json) => format!("{:#}\n", json::user(user)),
        (Answer::User(user), Paper::Markdown) => markdown::user(user, words),
    }
}
