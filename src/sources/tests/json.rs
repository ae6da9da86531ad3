//! Values of JSON, decoded on demand.

use crate::sources::json::key_set::Keys;
use crate::sources::json::structure::Structure;
use crate::sources::json::value::{Json, Node, Value};

fn with<T>(text: &str, look: impl FnOnce(Node<'_>) -> T) -> T {
    let mut structure = Structure::default();
    structure.find(text.as_bytes()).unwrap();
    look(Node::outermost(&Json {
        text: text.as_bytes(),
        structure: &structure,
    }))
}

fn show(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Instant(at) => at.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Number(token) => String::from_utf8_lossy(token).into_owned(),
        Value::Text(text) => text
            .decode(&mut String::new())
            .map_or("bad escape".to_owned(), |text| format!("'{text}'")),
        Value::Object(node) => {
            let members = node
                .members()
                .into_iter()
                .map(|(key, value)| format!("{key}={}", show(value.value())));
            format!("{{{}}}", members.collect::<Vec<_>>().join(" "))
        }
        Value::Array(node) => format!("[{}]", node.items().map(|item| show(item.value())).collect::<Vec<_>>().join(" ")),
        Value::Unreadable => "unreadable".to_owned(),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(with(text, |node| show(node.value())), expected, "{text}");
}

#[test]
fn members_and_items_of_all_kinds_are_found() {
    check(
        r#"{"a":1,"b":"x","c":[true,false,null,{"d":[]},[]],"e":{}}"#,
        "{a=1 b='x' c=[true false null {d=[]} []] e={}}",
    );
    check("\n { \"a\" : \t 1 ,\r\n \"b\" : [ 1 , \"x\" , { } ] } ", "{a=1 b=[1 'x' {}]}");
    check("[]", "[]");
    check("{}", "{}");
}

#[test]
fn keys_and_brackets_within_strings_are_text() {
    check(r#"{"a":"\"b\":1,{[","b":"}\\","c":":"}"#, r#"{a='"b":1,{[' b='}\' c=':'}"#);
}

#[test]
fn a_member_of_a_nested_object_is_not_a_member() {
    with(r#"{"x":{"id":1},"y":[{"id":2}],"id":3}"#, |node| {
        assert_eq!(node.field(&Keys::of(["id"])).map(|id| show(id.value())), Some("3".to_owned()))
    });
    with(r#"{"x":{"id":1}}"#, |node| assert!(node.field(&Keys::of(["id"])).is_none()));
}

#[test]
fn of_repeated_keys_the_last_counts_and_case_matters() {
    with(r#"{"id":1,"ID":2,"id":[]}"#, |node| {
        assert_eq!(node.field(&Keys::of(["id"])).map(|id| show(id.value())), Some("[]".to_owned()))
    });
}

#[test]
fn escapes_are_decoded_in_keys_and_values() {
    check(
        r#"{"\u0069d":"\u00e9\n\t\"\\\/\b\f\r\ud83d\ude00"}"#,
        "{id='é\n\t\"\\/\u{8}\u{c}\r😀'}",
    );
    check(
        r#"["\ud83d","\ude00","\ud83dx","\ud83d\u0041","\ud83d\ud83d\ude00"]"#,
        "['\u{fffd}' '\u{fffd}' '\u{fffd}x' '\u{fffd}A' '\u{fffd}😀']",
    );
    check(
        r#"["\x","\u12","\u12g4","\u+123"]"#,
        "[bad escape bad escape bad escape bad escape]",
    );
}

#[test]
fn a_value_that_is_no_json_is_unreadable() {
    check(
        r#"[tru,nul,01,1.,.5,1e,-,+1,'x',0x1,NaN]"#,
        &format!("[{}]", ["unreadable"; 11].join(" ")),
    );
    check(r#"[0,-0,10,1.5,-1.25e+10,2E-3]"#, "[0 -0 10 1.5 -1.25e+10 2E-3]");
    check(
        r#"{"a":1 2,"b":"x" "y","c":{} [],"d":,"e":}"#,
        "{a=unreadable b=unreadable c=unreadable d=unreadable e=unreadable}",
    );
}

#[test]
fn what_is_between_the_brackets_is_not_judged_where_nobody_asks() {
    check(
        r#"{"a":1;"b":2 "c":3,,"d" "e":4, {"f":5} "g":6}"#,
        "{a=unreadable b=unreadable c=3 e=4 g=6}",
    );
    check(r#"{:1,"a"::2,"b":3}"#, "{a=unreadable b=3}");
}

#[test]
fn long_keys_and_values_cross_blocks() {
    let (key, value) = ("k".repeat(200), "v".repeat(500));
    for blanks in 0..70 {
        check(
            &format!("{{{}\"{key}\":\"{value}\",\"x\":\"\\\\\"}}", " ".repeat(blanks)),
            &format!("{{{key}='{value}' x='\\'}}"),
        );
    }
}

#[test]
fn a_key_is_found_however_it_is_spelled() {
    for spelled in [
        "userId",
        "\\u0075serId",
        "us\\u0065rId",
        "use\\u0072Id",
        "user\\u0049d",
        "userI\\u0064",
        "user\\u0049\\u0064",
        "\\u0075\\u0073\\u0065\\u0072\\u0049\\u0064",
    ] {
        for before in ["", "\"x\":1,", "\"a long key before it\":[\"text\"],"] {
            for after in ["", " ", "\n\t"] {
                with(&format!("{{{before}\"{spelled}\"{after}:7}}"), |node| {
                    assert!(node.field(&Keys::of(["userId"])).is_some(), "{spelled}")
                });
            }
        }
    }
    for other in ["userId2", "xuserId", "UserId", "user\\u0069d", "\\\"userId", "user\\\\Id"] {
        with(&format!("{{\"{other}\":7}}"), |node| {
            assert!(node.field(&Keys::of(["userId"])).is_none(), "{other}")
        });
    }
}

#[test]
fn a_backslash_outside_strings_does_not_turn_strings_inside_out() {
    // Found by fuzzing: the quote after the backslash begins no string, so the bracket is in one.
    check(r#"[\", "x{}", 1]"#, "[unreadable 'x{}' 1]");
    check(r#"[n\ull, "[", 2,]"#, "[unreadable '[' 2]");
    check(r#"[a\\"{b", 3]"#, "[unreadable '{b' 3]");
    let items = |text| with(text, |node| node.items().map(|item| item.raw().to_vec()).collect::<Vec<_>>());
    assert_eq!(items(r#"[\]"#), [br"\"]);
    assert_eq!(items(r#"[\{},1]"#).len(), 3);
}
