//! XML-RPC as far as SAMP needs it: values are texts, lists and maps of values (section 3.3 of the standard). Numbers and
//! flags, which some programs send all the same, are taken as the texts that they are written by.

use std::collections::BTreeMap;

use quick_xml::{
    Reader,
    escape::{escape, unescape},
    events::Event,
};

/// Values within values, at most.
const DEEPEST: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SampValue {
    Text(String),
    /// Values in order.
    List(Vec<SampValue>),
    /// Values by name.
    Map(BTreeMap<String, SampValue>),
}

impl From<&str> for SampValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl SampValue {
    /// A map of these.
    pub fn map<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Map(members.map(|(name, value)| (name.into(), value)).into())
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The values in order, where it is a list.
    pub fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            Self::Text(_) | Self::Map(_) => None,
        }
    }

    /// The member of that name, where it is a map that has it.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(name),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    fn write(&self, xml: &mut String) {
        xml.push_str("<value>");
        match self {
            Self::Text(text) => {
                // XML 1.0 has no way to write other control characters, and SAMP allows none.
                let is_allowed = |sign: &char| !sign.is_control() || "\t\n\r".contains(*sign);
                let text: String = text.chars().filter(is_allowed).collect();
                xml.push_str("<string>");
                xml.push_str(&escape(text.as_str()));
                xml.push_str("</string>");
            }
            Self::List(list) => {
                xml.push_str("<array><data>");
                for value in list {
                    value.write(xml);
                }
                xml.push_str("</data></array>");
            }
            Self::Map(map) => {
                xml.push_str("<struct>");
                for (name, value) in map {
                    xml.push_str("<member><name>");
                    xml.push_str(&escape(name.as_str()));
                    xml.push_str("</name>");
                    value.write(xml);
                    xml.push_str("</member>");
                }
                xml.push_str("</struct>");
            }
        }
        xml.push_str("</value>");
    }
}

pub fn call(method: &str, parameters: &[SampValue]) -> String {
    let mut xml =
        format!("<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>");
    for value in parameters {
        xml.push_str("<param>");
        value.write(&mut xml);
        xml.push_str("</param>");
    }
    xml.push_str("</params></methodCall>");
    xml
}

/// The answer to a call.
pub fn answer(value: &SampValue) -> String {
    let mut xml = String::from("<?xml version=\"1.0\"?><methodResponse><params><param>");
    value.write(&mut xml);
    xml.push_str("</param></params></methodResponse>");
    xml
}

/// The method and its parameters.
///
/// # Errors
/// Where it is no call.
pub fn read_call(xml: &str) -> Result<(String, Vec<SampValue>), String> {
    let mut reading = Reading::of(xml);
    let mut method = None;
    let mut parameters = Vec::new();
    while let Some(name) = reading.next_start()? {
        match name.as_str() {
            "methodName" => method = Some(reading.text_to_end()?),
            "value" => parameters.push(reading.value(0)?),
            _ => {}
        }
    }
    Ok((
        method.ok_or("a call without the name of a method")?,
        parameters,
    ))
}

/// The value of an answer.
///
/// # Errors
/// The reason that the other side gives, or where it is no answer.
pub fn read_answer(xml: &str) -> Result<SampValue, String> {
    let mut reading = Reading::of(xml);
    let mut is_fault = false;
    while let Some(name) = reading.next_start()? {
        match name.as_str() {
            "fault" => is_fault = true,
            "value" => {
                let value = reading.value(0)?;
                if !is_fault {
                    return Ok(value);
                }
                let why = value.member("faultString").and_then(SampValue::text);
                return Err(why.unwrap_or("refused without a reason").to_owned());
            }
            _ => {}
        }
    }
    Err("an answer without a value".into())
}

struct Reading<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Reading<'a> {
    fn of(xml: &'a str) -> Self {
        let mut reader = Reader::from_str(xml);
        // `<value/>` comes as its beginning and its end.
        reader.config_mut().expand_empty_elements = true;
        Self { reader }
    }

    fn next(&mut self) -> Result<Event<'a>, String> {
        self.reader
            .read_event()
            .map_err(|why| format!("no XML-RPC: {why}"))
    }

    /// The name of the next element that begins, whatever ends before it; none at the end.
    fn next_start(&mut self) -> Result<Option<String>, String> {
        loop {
            match self.next()? {
                Event::Start(tag) => return Ok(Some(local(tag.name().as_ref()))),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// What stands in a `<value>` that has begun, and its end.
    fn value(&mut self, depth: usize) -> Result<SampValue, String> {
        if depth > DEEPEST {
            return Err(format!("values in values, more than {DEEPEST} deep"));
        }
        // Without an element it is a text.
        let mut text = String::new();
        let mut value = None;
        loop {
            match self.next()? {
                Event::Start(tag) => {
                    value = Some(match local(tag.name().as_ref()).as_str() {
                        "array" => SampValue::List(self.list(depth)?),
                        "struct" => SampValue::Map(self.members(depth)?),
                        _ => SampValue::Text(self.text_to_end()?),
                    });
                }
                Event::End(_) => return Ok(value.unwrap_or(SampValue::Text(text))),
                Event::Eof => return Err("a value that does not end".into()),
                other => text.push_str(&characters(&other)?),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<SampValue>, String> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                Event::Start(tag) if local(tag.name().as_ref()) == "value" => {
                    list.push(self.value(depth + 1)?);
                }
                Event::End(tag) if local(tag.name().as_ref()) == "array" => return Ok(list),
                Event::Eof => return Err("a list that does not end".into()),
                _ => {}
            }
        }
    }

    fn members(&mut self, depth: usize) -> Result<BTreeMap<String, SampValue>, String> {
        let mut members = BTreeMap::new();
        let mut of = String::new();
        loop {
            match self.next()? {
                Event::Start(tag) => match local(tag.name().as_ref()).as_str() {
                    "name" => of = self.text_to_end()?,
                    "value" => {
                        members.insert(of.clone(), self.value(depth + 1)?);
                    }
                    _ => {}
                },
                Event::End(tag) if local(tag.name().as_ref()) == "struct" => return Ok(members),
                Event::Eof => return Err("a map that does not end".into()),
                _ => {}
            }
        }
    }

    /// The text of an element that has begun, and its end.
    fn text_to_end(&mut self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.next()? {
                Event::End(_) => return Ok(text),
                Event::Start(tag) => {
                    let name = local(tag.name().as_ref());
                    return Err(format!("<{name}> where a text was expected"));
                }
                Event::Eof => return Err("a text that does not end".into()),
                other => text.push_str(&characters(&other)?),
            }
        }
    }
}

fn local(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The characters that a piece of text stands for; none of comments and the like.
fn characters(event: &Event<'_>) -> Result<String, String> {
    let raw = match event {
        Event::Text(text) => local(text),
        Event::CData(text) => return Ok(local(text)),
        Event::GeneralRef(name) => format!("&{};", local(name)),
        _ => return Ok(String::new()),
    };
    let text = unescape(&raw).map_err(|why| format!("no XML-RPC: {why}"))?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich() -> SampValue {
        SampValue::map([
            ("name", "M 31 & \"friends\" <NGC 224>".into()),
            (
                "list",
                SampValue::List(vec!["0".into(), SampValue::List(Vec::new()), "".into()]),
            ),
            ("map", SampValue::map([("a", "é".into())])),
        ])
    }

    #[test]
    fn calls_and_answers_come_back_as_they_were() {
        let parameters = [SampValue::from("key"), rich()];
        let (method, read) = read_call(&call("samp.hub.notifyAll", &parameters)).unwrap();
        assert_eq!(method, "samp.hub.notifyAll");
        assert_eq!(read, parameters);
        assert_eq!(read_answer(&answer(&rich())), Ok(rich()));
    }

    #[test]
    fn other_ways_of_writing_the_same_are_read() {
        // Without <string>, with blanks between the elements, with numbers, and with an empty element.
        let xml = "<?xml version='1.0'?>\n<methodResponse> <params>\n<param><value><struct>
            <member><name>a</name><value>bare &lt;text&#65;</value></member>
            <member><name>n</name><value><int>7</int></value></member>
            <member><name>e</name><value/></member>
            <member><name>l</name><value><array><data> <value><boolean>1</boolean></value> </data></array></value></member>
            </struct></value></param></params></methodResponse>";
        let read = read_answer(xml).unwrap();
        let of = |name: &str| read.member(name).unwrap();
        assert_eq!(of("a").text(), Some("bare <textA"));
        assert_eq!(of("n").text(), Some("7"));
        assert_eq!(of("e").text(), Some(""));
        assert_eq!(of("l").list(), Some(&["1".into()][..]));
    }

    #[test]
    fn a_refusal_is_its_reason_and_damage_is_refused() {
        let fault = "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member>\
                     <member><name>faultString</name><value><string>no such client</string></value></member></struct></value></fault></methodResponse>";
        assert_eq!(read_answer(fault), Err("no such client".into()));
        for damaged in [
            "",
            "hello",
            "<methodResponse><params><param><value><string>half",
            "<a><b></a>",
        ] {
            assert!(read_answer(damaged).is_err(), "{damaged}");
            assert!(read_call(damaged).is_err(), "{damaged}");
        }
        let deep = "<value><array><data>".repeat(60);
        assert!(read_answer(&deep).unwrap_err().contains("deep"));
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        let text = SampValue::from("a\u{0}b\u{7}c\n");
        assert_eq!(read_answer(&answer(&text)), Ok("abc\n".into()));
    }
}
