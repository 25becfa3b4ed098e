//! One function: its text, and how to call it.

use crate::parameter::{Needs, Parameter, parameter};
use crate::random::Random;

/// Where a function stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Free,
    Method,
    TraitMethod,
}

pub(crate) struct Function {
    name: String,
    /// Everything in front of `fn`, but the attribute.
    front: String,
    is_async: bool,
    generics: String,
    receiver: &'static str,
    parameters: Vec<Parameter>,
    output: &'static str,
    conditions: String,
    body: String,
    /// Inside of the attribute's parentheses.
    options: String,
}

pub(crate) fn function(number: usize, place: Place, random: &mut Random) -> Function {
    const FRONTS: [&str; 6] =
        ["", "", "#[inline]", "/// Documented.", "#[allow(dead_code)]", "#[must_use]"];
    const RECEIVERS: [&str; 6] =
        ["&self", "self", "mut self", "self: Arc<Self>", "self: Box<Self>", ""];
    let is_async = place != Place::TraitMethod && random.one_in(4);
    let mut needs = Needs::default();
    let lend = place == Place::Free && random.one_in(5);
    let parameters: Vec<_> = (0..random.below(5))
        .map(|at| parameter(at, lend, place != Place::TraitMethod, &mut needs, random))
        .collect();
    let receiver = match place {
        Place::Free => "",
        Place::Method => random.pick(&RECEIVERS),
        Place::TraitMethod => "&self",
    };
    let timed = place == Place::Free && random.one_in(6);
    let options = match place {
        Place::Free => options(timed, needs.lend, random),
        Place::Method | Place::TraitMethod => String::new(),
    };
    let (output, result) = result(timed, receiver, &parameters, random);
    let mut body = String::new();
    for parameter in &parameters {
        body += &parameter.statement;
    }
    body += if is_async { "std::future::ready(()).await; " } else { "" };
    body += &result;
    let (generics, conditions) = generics(&needs, random);
    let visibility = if place == Place::TraitMethod { "" } else { "pub " };
    Function {
        name: format!("f{number}"),
        front: format!("{}\n{visibility}", random.pick(&FRONTS)),
        is_async,
        generics,
        receiver,
        parameters,
        output,
        conditions,
        body,
        options,
    }
}

fn options(timed: bool, lends: bool, random: &mut Random) -> String {
    let mut options = Vec::new();
    if lends {
        options.push("lend");
    }
    if timed {
        options.push("timeout = \"80s\"");
    }
    match random.below(6) {
        0 => options.push("limit = 3"),
        1 => options.push("limit = { 1 + 1 }"),
        _ => {}
    }
    match random.below(6) {
        0 => options.push("executor = &asyncify_runtime::Inline"),
        1 => options.push("executor = asyncify_runtime::cpu()"),
        _ => {}
    }
    // A detached body has nobody to give back what was lent.
    if !lends && random.one_in(6) {
        options.push("detach");
    }
    if random.one_in(8) {
        options.push("crate = ::asyncify_runtime");
    }
    options.join(", ")
}

/// A return type, and an expression of it that shows all parameters.
fn result(
    timed: bool,
    receiver: &str,
    parameters: &[Parameter],
    random: &mut Random,
) -> (&'static str, String) {
    let shown: String = parameters.iter().map(|parameter| parameter.shown.clone() + ", ").collect();
    let seed = if receiver.is_empty() { "0" } else { "self.seed" };
    let show = format!("format!(\"{{:?}}\", ({seed}, ({shown})))");
    if timed {
        return ("Result<String, Failure>", format!("Ok({show})"));
    }
    match random.below(7) {
        0 => ("usize", format!("{show}.len()")),
        1 => ("Option<String>", format!("let shown = Some({show})?; return Some(shown);")),
        2 => ("Result<Vec<String>, String>", format!("Err({show})?")),
        3 => ("(String, u8)", format!("({show}, 1)")),
        4 => ("Box<dyn std::fmt::Debug + Send>", format!("Box::new({show})")),
        _ => ("String", show),
    }
}

/// The parameters in angle brackets, and the `where` behind.
fn generics(needs: &Needs, random: &mut Random) -> (String, String) {
    const BOUNDS: &str = "std::fmt::Debug + Clone + Send + Sync + 'static";
    let mut list = Vec::new();
    let mut conditions = String::new();
    if needs.lifetime {
        list.push("'a".to_owned());
    }
    if needs.ty && random.one_in(2) {
        list.push("T".to_owned());
        conditions = format!(" where T: {BOUNDS}");
    } else if needs.ty {
        list.push(format!("T: {BOUNDS}"));
    }
    if needs.count {
        list.push("const N: usize".to_owned());
    }
    let generics = if list.is_empty() { String::new() } else { format!("<{}>", list.join(", ")) };
    (generics, conditions)
}

impl Function {
    /// As a free function, with the attribute or without.
    pub(crate) fn alone(&self, annotated: bool) -> String {
        let attribute = match (annotated, self.options.as_str()) {
            (false, _) => String::new(),
            (true, "") => "#[asyncify_runtime::sync_to_async]\n".to_owned(),
            (true, options) => format!("#[asyncify_runtime::sync_to_async({options})]\n"),
        };
        attribute + &self.member()
    }

    /// In an `impl`, or of a trait in one.
    pub(crate) fn member(&self) -> String {
        format!("{}{} {{ {} }}\n", self.front, self.signature(false), self.body)
    }

    /// In a trait, where patterns may not be.
    pub(crate) fn declaration(&self) -> String {
        format!("{}{};\n", self.front, self.signature(true))
    }

    fn signature(&self, without_patterns: bool) -> String {
        let Self { name, is_async, generics, receiver, output, conditions, .. } = self;
        let mut list = vec![(*receiver).to_owned()];
        list.retain(|receiver| !receiver.is_empty());
        for (at, Parameter { pattern, ty, .. }) in self.parameters.iter().enumerate() {
            let declared =
                if without_patterns { format!("_{at}: {ty}") } else { format!("{pattern}: {ty}") };
            list.push(declared);
        }
        let keyword = if *is_async { "async fn" } else { "fn" };
        format!("{keyword} {name}{generics}({}) -> {output}{conditions}", list.join(", "))
    }

    /// A test that calls both and compares what they give, and what was lent to them. `value` makes
    /// the `Store` that has the method.
    pub(crate) fn test(&self, value: Option<&str>) -> String {
        let [expected, actual] = ["plain", "annotated"].map(|module| self.call(module, value));
        let name = &self.name;
        format!(
            "#[test]
            fn {name}() {{
                let expected = {expected};
                let actual = {actual};
                assert_eq!(format!(\"{{actual:?}}\"), format!(\"{{expected:?}}\"), \"seed {{SEED}}\");
            }}
            "
        )
    }

    /// A block that gives the output, and what was lent.
    fn call(&self, module: &str, value: Option<&str>) -> String {
        let mut variables = String::new();
        let mut arguments = Vec::new();
        let mut lent = Vec::new();
        for (at, parameter) in self.parameters.iter().enumerate() {
            if parameter.lent {
                variables += &format!("let mut lent_{at} = {}; ", parameter.value);
                lent.push(format!("lent_{at}"));
                arguments.push(format!("&mut lent_{at}"));
            } else {
                arguments.push(parameter.value.clone());
            }
        }
        let name = &self.name;
        let callee = match (value, self.receiver) {
            (None, _) => format!("{module}::{name}"),
            (Some(_), "") => format!("{module}::Store::{name}"),
            (Some(value), "self: Arc<Self>") => format!("Arc::new({module}::{value}).{name}"),
            (Some(value), "self: Box<Self>") => format!("Box::new({module}::{value}).{name}"),
            (Some(value), _) => format!("({module}::{value}).{name}"),
        };
        let mut call = format!("{callee}({})", arguments.join(", "));
        if self.is_async || module == "annotated" {
            call = format!("block_on({call})");
        }
        let (lent, count) = (lent.join(", "), lent.len());
        format!(
            "{{ {variables}let output = {call}; (output, [{lent}] as [Vec<String>; {count}]) }}"
        )
    }
}
