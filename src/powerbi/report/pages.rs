//! Which pages there are, and what is on them.

use crate::domain::words::Phrase;
use crate::domain::words::powerbi as phrases;
use crate::powerbi::report::visual::{Area, Field, Shape, Visual};

pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 720;

/// A page of the report.
pub struct Page {
    pub name: &'static str,
    pub title: Phrase,
    pub visuals: &'static [Visual],
}

const DAY: Field = Field::Column("calendar", "day");
const CUSTOMER: Field = Field::Column("customers", "customer");
const PRODUCT: Field = Field::Column("products", "product");

const fn area(x: u32, y: u32, width: u32, height: u32) -> Area {
    Area { x, y, width, height }
}

const fn card(name: &'static str, place: u32, measure: Phrase) -> Visual {
    Visual {
        name,
        area: area(20 + place * 250, 20, 230, 110),
        shape: Shape::Card(Field::Measure(measure)),
        title: None,
        is_of_last_day: false,
    }
}

const fn slicer(name: &'static str, area: Area, field: Field) -> Visual {
    Visual {
        name,
        area,
        shape: Shape::Slicer(field),
        title: None,
        is_of_last_day: false,
    }
}

pub const PAGES: &[Page] = &[
    Page {
        name: "overview",
        title: phrases::PAGE_OVERVIEW,
        visuals: &[
            card("customers", 0, phrases::CUSTOMERS),
            card("seats_sold", 1, phrases::SEATS_SOLD),
            card("deployment", 2, phrases::DEPLOYMENT),
            card("usage", 3, phrases::USAGE),
            card("active_people", 4, phrases::PEOPLE_RATIO),
            Visual {
                name: "trend",
                area: area(20, 150, 780, 310),
                shape: Shape::Line {
                    along: DAY,
                    values: &[Field::Measure(phrases::DEPLOYMENT), Field::Measure(phrases::USAGE)],
                },
                title: Some(phrases::TREND),
                is_of_last_day: false,
            },
            slicer("days", area(820, 150, 430, 90), DAY),
            slicer("segment", area(820, 250, 430, 100), Field::Column("customers", "segment")),
            slicer("country", area(820, 360, 430, 100), Field::Column("customers", "country")),
            Visual {
                name: "by_workload",
                area: area(20, 480, 610, 220),
                shape: Shape::Bars {
                    of: Field::Column("workload_adoption", "workload"),
                    value: Field::Measure(phrases::WORKLOAD_USAGE),
                },
                title: Some(phrases::BY_WORKLOAD),
                is_of_last_day: false,
            },
            Visual {
                name: "by_product",
                area: area(640, 480, 610, 220),
                shape: Shape::Bars {
                    of: PRODUCT,
                    value: Field::Measure(phrases::USAGE),
                },
                title: Some(phrases::BY_PRODUCT),
                is_of_last_day: false,
            },
        ],
    },
    Page {
        name: "customers",
        title: phrases::PAGE_CUSTOMERS,
        visuals: &[
            slicer("days", area(20, 20, 400, 90), DAY),
            slicer("product", area(440, 20, 400, 90), PRODUCT),
            slicer("segment", area(860, 20, 390, 90), Field::Column("customers", "segment")),
            Visual {
                name: "customers",
                area: area(20, 130, 1230, 570),
                shape: Shape::Table(&[
                    CUSTOMER,
                    Field::Measure(phrases::SEATS_SOLD),
                    Field::Measure(phrases::SEATS_ASSIGNED),
                    Field::Measure(phrases::DEPLOYMENT),
                    Field::Measure(phrases::USAGE),
                    Field::Measure(phrases::USAGE_ADJUSTED),
                    Field::Measure(phrases::PEOPLE_RATIO),
                    Field::Measure(phrases::SEATS_STOPPED),
                    Field::Measure(phrases::NEXT_STEPS),
                ]),
                title: None,
                is_of_last_day: false,
            },
        ],
    },
    Page {
        name: "next_steps",
        title: phrases::PAGE_STEPS,
        visuals: &[
            card("steps", 0, phrases::NEXT_STEPS),
            card("new_steps", 1, phrases::NEW_STEPS),
            slicer("code", area(520, 20, 360, 110), Field::Column("next_steps", "code")),
            slicer("customer", area(890, 20, 360, 110), CUSTOMER),
            Visual {
                name: "steps_in_words",
                area: area(20, 150, 1230, 550),
                shape: Shape::Table(&[
                    CUSTOMER,
                    PRODUCT,
                    Field::Column("next_steps", "code"),
                    Field::Column("next_steps", "seats_concerned"),
                    Field::Column("next_steps", "money_per_month"),
                    Field::Column("next_steps", "currency"),
                    Field::Column("next_steps", "since"),
                    Field::Column("next_steps", "cause"),
                    Field::Column("next_steps", "strategies"),
                ]),
                title: None,
                is_of_last_day: true,
            },
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visuals_lie_on_their_page_and_not_on_each_other() {
        for page in PAGES {
            for (number, visual) in page.visuals.iter().enumerate() {
                let Area { x, y, width, height } = visual.area;
                assert!(x + width <= WIDTH && y + height <= HEIGHT, "{} of {}", visual.name, page.name);
                for other in &page.visuals[..number] {
                    assert_ne!(visual.name, other.name, "{}", page.name);
                    let beside = x + width <= other.area.x || other.area.x + other.area.width <= x;
                    let below = y + height <= other.area.y || other.area.y + other.area.height <= y;
                    assert!(beside || below, "{} lies on {} of {}", visual.name, other.name, page.name);
                }
            }
        }
    }
}
