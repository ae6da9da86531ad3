//! The colours of the style sheet: texts and lines can be told from what is behind them.

use std::collections::BTreeMap;

use super::*;

/// The colours of a block of the style sheet: light, dark and paper, in this order.
fn colours() -> Vec<BTreeMap<String, [f64; 3]>> {
    let blocks = STYLE.split(":root {").skip(1);
    let block = |text: &str| {
        let declarations = text.split('}').next().unwrap().split(';');
        let colour = |declaration: &str| {
            let (name, value) = declaration.trim().split_once(": #")?;
            let digits = if value.len() == 3 {
                value.chars().flat_map(|digit| [digit, digit]).collect()
            } else {
                value.to_owned()
            };
            let part = |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
            Some((name.trim_start_matches("--").to_owned(), [part(0), part(2), part(4)]))
        };
        declarations.filter_map(colour).collect()
    };
    blocks.map(block).collect()
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| {
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: [f64; 3], two: [f64; 3]) -> f64 {
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[test]
fn texts_and_shapes_can_be_told_from_what_is_behind_them() {
    let blocks = colours();
    assert_eq!(blocks.len(), 3, "light, dark and paper");
    for colours in blocks {
        for behind in ["page", "card", "hover", "shade"] {
            for text in ["text", "soft", "link", "good", "bad", "s0", "s1", "s2"] {
                let found = contrast(colours[text], colours[behind]);
                assert!(found >= 4.5, "{text} on {behind}: {found:.2}");
            }
        }
        for shape in ["p0", "p1", "p2", "p3", "p4", "p5"] {
            let found = contrast(colours[shape], colours["page"]);
            assert!(found >= 3.0, "{shape} on page: {found:.2}");
        }
    }
}

#[test]
fn every_colour_that_is_used_is_there_in_light_dark_and_on_paper() {
    let names: Vec<&str> = STYLE.split("var(--").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    for colours in colours() {
        assert!(names.iter().all(|name| colours.contains_key(*name)), "{names:?}");
    }
}
