//! Expressions: the probabilities of basic events.

use std::collections::HashMap;

use super::super::problem;
use super::super::xml::Element;
use crate::diag::Diagnostic;

/// Parameters may refer to parameters in chains so long.
const DEEPEST: usize = 200;
/// Expressions may lie in each other so deep, through parameters as well: what they are in is kept on the stack.
const DEEPEST_EXPRESSION: usize = 500;

/// A parameter's definition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'e> {
    pub(super) element: &'e Element,
    /// The container in which it is defined.
    pub(super) scope: usize,
}

/// Finds the parameter of a name, seen from a container.
pub(super) type Find<'f> = &'f dyn Fn(&str, usize) -> Option<usize>;

/// Evaluates expressions.
pub(super) struct Figures<'e, 'f> {
    pub(super) parameters: &'e [Parameter<'e>],
    pub(super) find: Find<'f>,
    /// Hours.
    pub(super) mission_time: f64,
    /// Parameters that are known.
    pub(super) known: HashMap<usize, f64>,
    /// Parameters that are being evaluated.
    pub(super) open: Vec<usize>,
    /// How many expressions are being evaluated, each as a part of the one before.
    pub(super) depth: usize,
}

/// Elements that stand beside an expression without being one.
const BESIDE: [&str; 2] = ["label", "attributes"];

/// The expression in a definition, if there is one.
///
/// # Errors
/// There are more.
pub(super) fn expression(definition: &Element) -> Result<Option<&Element>, Diagnostic> {
    let mut expressions = definition.children.iter().filter(|child| !BESIDE.contains(&child.name.as_str()));
    let first = expressions.next();
    match expressions.next() {
        None => Ok(first),
        Some(second) => {
            let name = definition.get("name").unwrap_or_default();
            Err(problem(second.place, format!("`{name}` is defined by more than one thing"))
                .label("expected a single one"))
        }
    }
}

impl<'e> Figures<'e, '_> {
    /// The probability that a basic event's definition gives it.
    pub(super) fn probability(
        &mut self,
        definition: &'e Element,
        scope: usize,
    ) -> Result<Option<f64>, Diagnostic> {
        let Some(expression) = expression(definition)? else { return Ok(None) };
        let value = self.value(expression, scope)?;
        if (0.0..=1.0).contains(&value) {
            return Ok(Some(value));
        }
        Err(problem(expression.place, format!("a probability of {value}"))
            .label("expected a number in 0..=1"))
    }

    fn value(&mut self, expression: &'e Element, scope: usize) -> Result<f64, Diagnostic> {
        if self.depth >= DEEPEST_EXPRESSION {
            let message = format!("more than {DEEPEST_EXPRESSION} expressions lie in each other");
            return Err(problem(expression.place, message));
        }
        self.depth += 1;
        let value = self.value_within(expression, scope);
        self.depth -= 1;
        value
    }

    fn value_within(&mut self, expression: &'e Element, scope: usize) -> Result<f64, Diagnostic> {
        let wrong = |message: String| Err(problem(expression.place, message));
        match expression.name.as_str() {
            "float" | "int" => {
                let text = expression.get("value").unwrap_or_default();
                match text.trim().parse::<f64>() {
                    Ok(value) if value.is_finite() => return Ok(value),
                    _ => return wrong(format!("`{text}` is no number")),
                }
            }
            "bool" => {
                return match expression.get("value") {
                    Some("true") => Ok(1.0),
                    Some("false") => Ok(0.0),
                    other => wrong(format!("`{}` is neither true nor false", other.unwrap_or_default())),
                };
            }
            "pi" => return Ok(std::f64::consts::PI),
            "system-mission-time" => return Ok(self.mission_time),
            "parameter" => return self.parameter(expression, scope),
            _ => {}
        }
        let mut inputs = Vec::with_capacity(expression.children.len());
        for child in &expression.children {
            inputs.push(self.value(child, scope)?);
        }
        let value = match (expression.name.as_str(), &inputs[..]) {
            ("exponential", [rate, time]) => exponential(*rate, *time),
            ("GLM", [gamma, lambda, mu, time]) => {
                let rate = lambda + mu;
                (lambda - (lambda - gamma * rate) * (-rate * time).exp()) / rate
            }
            ("Weibull", [scale, shape, start, time]) => {
                if time <= start {
                    0.0
                } else {
                    -(-((time - start) / scale).powf(*shape)).exp_m1()
                }
            }
            ("periodic-test", [rate, interval, first, time]) => {
                let since = if time <= first {
                    *time
                } else {
                    let since = (time - first) % interval;
                    if since == 0.0 { *interval } else { since }
                };
                exponential(*rate, since)
            }
            // Of a figure that is not sure the mean counts.
            ("uniform-deviate", [low, high]) => f64::midpoint(*low, *high),
            ("normal-deviate", [mean, _]) | ("lognormal-deviate", [mean, _, _]) => *mean,
            ("neg", [one]) => -one,
            ("abs", [one]) => one.abs(),
            ("exp", [one]) => one.exp(),
            ("log", [one]) => one.ln(),
            ("log10", [one]) => one.log10(),
            ("sqrt", [one]) => one.sqrt(),
            ("pow", [base, power]) => base.powf(*power),
            ("add", [_, ..]) => inputs.iter().sum(),
            ("mul", [_, ..]) => inputs.iter().product(),
            ("sub", [first, rest @ ..]) => rest.iter().fold(*first, |value, input| value - input),
            ("div", [first, rest @ ..]) => rest.iter().fold(*first, |value, input| value / input),
            ("min", [first, rest @ ..]) => rest.iter().copied().fold(*first, f64::min),
            ("max", [first, rest @ ..]) => rest.iter().copied().fold(*first, f64::max),
            #[expect(clippy::cast_precision_loss, reason = "nobody writes 2^52 arguments")]
            ("mean", [_, ..]) => inputs.iter().sum::<f64>() / inputs.len() as f64,
            (name, inputs) => {
                let message = format!("no figure: <{name}> with {} arguments", inputs.len());
                return Err(problem(expression.place, message).hint(
                    "known are float, int, bool, parameter, system-mission-time, exponential, GLM, Weibull, \
                     periodic-test with 4 arguments, deviates by their mean, and arithmetic",
                ));
            }
        };
        if value.is_finite() { Ok(value) } else { wrong(format!("<{}> gives no number", expression.name)) }
    }

    fn parameter(&mut self, reference: &'e Element, scope: usize) -> Result<f64, Diagnostic> {
        let name = reference.get("name").unwrap_or_default();
        let Some(index) = (self.find)(name, scope) else {
            return Err(problem(reference.place, format!("there is no parameter `{name}`")));
        };
        if let Some(known) = self.known.get(&index) {
            return Ok(*known);
        }
        if self.open.contains(&index) {
            return Err(problem(reference.place, format!("the parameter `{name}` depends on itself")));
        }
        if self.open.len() >= DEEPEST {
            return Err(problem(
                reference.place,
                format!("more than {DEEPEST} parameters refer to each other"),
            ));
        }
        let Parameter { element, scope } = self.parameters[index];
        let Some(expression) = expression(element)? else {
            return Err(problem(element.place, format!("the parameter `{name}` has no value")));
        };
        self.open.push(index);
        let value = self.value(expression, scope);
        self.open.pop();
        let value = value?;
        self.known.insert(index, value);
        Ok(value)
    }
}

/// The probability that something with a constant failure rate has failed by a time.
pub(super) fn exponential(rate: f64, time: f64) -> f64 {
    -(-rate * time).exp_m1()
}
