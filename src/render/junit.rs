//! `JUnit`'s XML, which nearly every CI system shows: a suite a policy, a case a capability and scenario.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::visible;
use crate::report::{CaseReport, CasesReport, SuiteReport, Verdict};

/// A check as `JUnit`. What is waived or in a baseline is skipped; warnings are no failures, and stand in the case's
/// output.
pub fn junit(report: &CasesReport) -> String {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.put(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let all = report.suites.iter().map(Counts::of).fold(Counts::default(), Counts::and);
    let name = format!("linchpin: {}", report.model);
    xml.open("testsuites", &all.attributes(&name));
    for suite in &report.suites {
        xml.open("testsuite", &Counts::of(suite).attributes(&suite.name));
        suite.cases.iter().for_each(|case| xml.case(case));
        if suite.unlisted > 0 {
            let name = format!("{} more cases pass", suite.unlisted);
            xml.empty("testcase", &[("classname", "unlisted".to_owned()), ("name", name)]);
        }
        xml.close("testsuite");
    }
    xml.close("testsuites");
    let mut text = String::from_utf8(xml.0.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Counts {
    fn of(suite: &SuiteReport) -> Self {
        let count =
            |keep: &dyn Fn(&Verdict) -> bool| suite.cases.iter().filter(|case| keep(&case.verdict)).count();
        Self {
            // What is not listed shares one case.
            tests: suite.cases.len() + usize::from(suite.unlisted > 0),
            failures: count(&|verdict| matches!(verdict, Verdict::Failed(..))),
            skipped: count(&|verdict| matches!(verdict, Verdict::Skipped(_))),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            skipped: self.skipped + other.skipped,
        }
    }

    fn attributes(self, name: &str) -> [(&'static str, String); 5] {
        [
            ("name", name.to_owned()),
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", "0".to_owned()),
            ("skipped", self.skipped.to_string()),
        ]
    }
}

/// Writes XML into memory, which does not fail.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn put(&mut self, event: Event<'_>) {
        // Writing to memory is the only thing that could fail here.
        let _ = self.0.write_event(event);
    }

    fn start<'n>(name: &'n str, attributes: &[(&str, String)]) -> BytesStart<'n> {
        let mut start = BytesStart::new(name);
        attributes.iter().for_each(|(key, value)| start.push_attribute((*key, harmless(value).as_str())));
        start
    }

    fn open(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.put(Event::Start(Self::start(name, attributes)));
    }

    fn close(&mut self, name: &str) {
        self.put(Event::End(BytesEnd::new(name)));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.put(Event::Empty(Self::start(name, attributes)));
    }

    fn text(&mut self, name: &str, attributes: &[(&str, String)], lines: &[String]) {
        self.open(name, attributes);
        let text = lines.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n");
        self.put(Event::Text(BytesText::new(&text)));
        self.close(name);
    }

    fn case(&mut self, case: &CaseReport) {
        let attributes = [("classname", case.capability.clone()), ("name", case.scenario.clone())];
        if case.verdict == Verdict::Passed {
            self.empty("testcase", &attributes);
            return;
        }
        self.open("testcase", &attributes);
        match &case.verdict {
            Verdict::Passed => {}
            Verdict::Skipped(why) => self.empty("skipped", &[("message", why.clone())]),
            Verdict::Warned(messages) => {
                let lines: Vec<_> = messages.iter().map(|message| format!("warning: {message}")).collect();
                self.text("system-out", &[], &lines);
            }
            Verdict::Failed(rule, messages) => {
                let first = messages.first().cloned().unwrap_or_default();
                self.text("failure", &[("message", first), ("type", (*rule).to_owned())], messages);
            }
        }
        self.close("testcase");
    }
}

/// Text that XML can hold: hidden characters are spelt out, and so are those that Unicode gives no meaning.
fn harmless(text: &str) -> String {
    let is_no_character = |c: char| u32::from(c) & 0xFFFE == 0xFFFE;
    let mut out = String::new();
    for c in visible(text).chars() {
        if is_no_character(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}
