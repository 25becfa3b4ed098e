//! Parameters that meet the attribute's rules, and what to pass for them.

use crate::random::Random;

/// What a function needs for its parameters.
#[derive(Default)]
pub(crate) struct Needs {
    pub(crate) lifetime: bool,
    pub(crate) ty: bool,
    pub(crate) count: bool,
    pub(crate) lend: bool,
}

pub(crate) struct Parameter {
    /// `mut name`
    pub(crate) pattern: String,
    pub(crate) ty: String,
    /// What the body shows of it.
    pub(crate) shown: String,
    /// Stands before the body's result.
    pub(crate) statement: String,
    /// An expression of its type.
    pub(crate) value: String,
    /// Passed as `&mut` of a variable that holds the value.
    pub(crate) lent: bool,
}

const NAMES: [&str; 14] = [
    "value", "text", "executor", "timeout", "limit", "self_", "__p0", "__call", "__run", "__self",
    "r#type", "r#async", "runtime", "späte",
];

/// The parameter at this place; `lend` allows `&mut`.
pub(crate) fn parameter(
    place: usize,
    lend: bool,
    generic: bool,
    needs: &mut Needs,
    random: &mut Random,
) -> Parameter {
    // Distinct within a function.
    let name = NAMES[(place * 3 + random.below(3)) % NAMES.len()].to_owned();
    if lend && random.one_in(3) {
        needs.lend = true;
        let ty = "&mut Vec<String>".to_owned();
        let statement = format!("{name}.push({name}.len().to_string());");
        let shown = format!("&*{name}");
        let value = "vec![\"first\".to_owned()]".to_owned();
        return Parameter { pattern: name, ty, shown, statement, value, lent: true };
    }
    let (ty, value) = top(generic, needs, random);
    // What such a value shows is what it converts to.
    let converted = if ty.starts_with("impl Into") {
        Some(format!("Into::<String>::into({name})"))
    } else if ty.starts_with("impl AsRef") {
        Some(format!("AsRef::<str>::as_ref(&{name})"))
    } else {
        None
    };
    let (pattern, shown, statement) = match random.below(6) {
        0 if converted.is_none() => {
            (format!("mut {name}"), format!("&{name}"), format!("let _ = &mut {name};"))
        }
        1 if converted.is_none() => (format!("_{place}"), format!("&_{place}"), String::new()),
        2 if converted.is_none() => ("_".to_owned(), "()".to_owned(), String::new()),
        3 if ty.starts_with('(') && ty.ends_with(",)") && ty != "()" => {
            (format!("({name}, ..)"), format!("&{name}"), String::new())
        }
        _ => {
            let shown = converted.unwrap_or_else(|| format!("&{name}"));
            (name.clone(), shown, String::new())
        }
    };
    Parameter { pattern, ty, shown, statement, value, lent: false }
}

/// A type as it stands in a signature, where borrows and generics may.
fn top(generic: bool, needs: &mut Needs, random: &mut Random) -> (String, String) {
    let (ty, value) = owned(2, random);
    match random.below(if generic { 18 } else { 11 }) {
        0 => ("&str".to_owned(), "\"borrowed\"".to_owned()),
        1 => (format!("&{ty}"), format!("&{value}")),
        2 => (format!("&[{ty}]"), format!("&[{value}]")),
        3 => ("&Path".to_owned(), "Path::new(\"a/b\")".to_owned()),
        4 => ("&'static str".to_owned(), "\"static\"".to_owned()),
        5 => ("&CStr".to_owned(), "c\"text\"".to_owned()),
        6 => (format!("&Option<{ty}>"), format!("&Some({value})")),
        7 => (format!("(&'static str, {ty},)"), format!("(\"a\", {value},)")),
        11 => {
            needs.ty = true;
            match random.below(3) {
                0 => ("T".to_owned(), "7_u16".to_owned()),
                1 => ("&T".to_owned(), "&8_u16".to_owned()),
                _ => ("Vec<T>".to_owned(), "vec![9_u16]".to_owned()),
            }
        }
        12 => {
            needs.count = true;
            ("[u8; N]".to_owned(), "[5_u8; 4]".to_owned())
        }
        13 => {
            needs.lifetime = true;
            (format!("&'a {ty}"), format!("&{value}"))
        }
        14 => ("impl Into<String> + Send + 'static".to_owned(), "\"into\"".to_owned()),
        15 => ("impl Into<String> + Send".to_owned(), "\"into\"".to_owned()),
        16 => ("impl AsRef<str> + Send".to_owned(), "\"as ref\"".to_owned()),
        17 => {
            let ty = "impl std::fmt::Debug + Clone + Send + Sync + 'static".to_owned();
            (ty, value)
        }
        _ => (ty, value),
    }
}

/// A type without borrows, and a value.
fn owned(depth: usize, random: &mut Random) -> (String, String) {
    const PLAIN: [(&str, &str); 9] = [
        ("u8", "1_u8"),
        ("i64", "-2_i64"),
        ("bool", "true"),
        ("char", "'x'"),
        ("()", "()"),
        ("String", "\"owned\".to_owned()"),
        ("PathBuf", "PathBuf::from(\"p\")"),
        ("std::time::Duration", "std::time::Duration::from_millis(3)"),
        ("Cow<'static, str>", "Cow::Borrowed(\"cow\")"),
    ];
    if depth == 0 || random.one_in(2) {
        let (ty, value) = PLAIN[random.below(PLAIN.len())];
        return (ty.to_owned(), value.to_owned());
    }
    let (ty, value) = owned(depth - 1, random);
    let (other, another) = owned(depth - 1, random);
    match random.below(8) {
        0 => (format!("Vec<{ty}>"), format!("vec![{value}]")),
        1 => (format!("Option<{ty}>"), format!("Some({value})")),
        2 => (format!("Result<{ty}, {other}>"), format!("Err::<{ty}, {other}>({another})")),
        3 => (format!("({ty}, {other},)"), format!("({value}, {another},)")),
        4 => (format!("[{ty}; 2]"), format!("[{value}, {value}]")),
        5 => (format!("Box<{ty}>"), format!("Box::new({value})")),
        6 => (format!("Arc<{ty}>"), format!("Arc::new({value})")),
        _ => {
            let value = format!("BTreeMap::from([({another:?}.to_owned(), {value})])");
            (format!("BTreeMap<String, {ty}>"), value)
        }
    }
}
