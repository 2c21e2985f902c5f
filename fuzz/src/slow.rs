//! JSON read slowly: one byte at a time, into a tree, by RFC 8259 and nothing of Runward's. It keeps what other readers throw
//! away: names that stand twice, spellings of numbers, and what was read before the text broke off.
use runward::finding::Code;

/// A value, as far as it was read.
pub struct Node {
    /// The value.
    pub value: Slow,
    /// Was it read to its end?
    pub whole: bool,
}

/// A value by its type.
pub enum Slow {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// As it is spelled.
    Number(String),
    /// The text with its escapes resolved, and as it is spelled.
    String(String, Vec<u8>),
    /// The items.
    Array(Vec<Node>),
    /// The members, in the order of the text.
    Object(Vec<Member>),
}

/// A member, as far as it was read; it is one once its colon was seen.
pub struct Member {
    /// The name with its escapes resolved.
    pub name: String,
    /// As it is spelled.
    pub spelled: Vec<u8>,
    /// The value, where one was begun.
    pub value: Option<Node>,
}

/// A whole text.
pub struct Text {
    /// The value, where one was begun.
    pub root: Option<Node>,
    /// What is odd or wrong whatever the text describes, with its pointer.
    pub found: Vec<(Code, String)>,
}

/// Reads a text of one value with at most so many levels open at once.
pub fn read(text: &[u8], depth: usize) -> Text {
    let mut reader = Reader { text, at: 0, path: vec![], found: vec![], depth };
    reader.spaces();
    let (root, end) = reader.value();
    let mut broken = end.err();
    reader.spaces();
    if broken.is_none() && reader.at < text.len() {
        reader.path.clear();
        broken = Some(Code::BadJson);
    }
    if let Some(code) = broken {
        let pointer = reader.pointer();
        reader.found.push((code, pointer));
    }
    Text { root, found: reader.found }
}

/// Appends a member's name to a pointer.
pub fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// The members and items that are open, outermost first.
    path: Vec<String>,
    found: Vec<(Code, String)>,
    depth: usize,
}

type End = Result<(), Code>;

impl Reader<'_> {
    fn byte(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |pointer, name| join(&pointer, name))
    }

    fn spaces(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn value(&mut self) -> (Option<Node>, End) {
        let (value, end) = match self.byte() {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => match self.string() {
                Ok((text, spelled)) => (Slow::String(text, spelled), Ok(())),
                Err(code) => return (None, Err(code)),
            },
            b'-' | b'0'..=b'9' => match self.number() {
                Some(number) => (Slow::Number(number), Ok(())),
                None => return (None, Err(Code::BadJson)),
            },
            _ => match self.literal() {
                Some(value) => (value, Ok(())),
                None => return (None, Err(Code::BadJson)),
            },
        };
        (Some(Node { value, whole: end.is_ok() }), end)
    }

    fn literal(&mut self) -> Option<Slow> {
        let rest = &self.text[self.at.min(self.text.len())..];
        let (literal, value) = match () {
            () if rest.starts_with(b"null") => ("null", Slow::Null),
            () if rest.starts_with(b"true") => ("true", Slow::Boolean),
            () if rest.starts_with(b"false") => ("false", Slow::Boolean),
            () => return None,
        };
        self.at += literal.len();
        Some(value)
    }

    fn number(&mut self) -> Option<String> {
        let start = self.at;
        self.skip(b'-');
        if !self.skip(b'0') {
            self.digits()?;
        } else if self.byte().is_ascii_digit() {
            return None;
        }
        if self.skip(b'.') {
            self.digits()?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            let _sign = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
        }
        let number = String::from_utf8(self.text[start..self.at].to_vec()).unwrap();
        let digits = number.trim_start_matches('-');
        let beyond_exact = || digits.parse::<u128>().map_or(digits.len() > 30, |value| value > 1 << 53);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) && beyond_exact() {
            self.found.push((Code::NumberBeyond2To53, self.pointer()));
        }
        if number.parse::<f64>().unwrap().is_infinite() {
            self.found.push((Code::NumberBeyondDouble, self.pointer()));
        }
        Some(number)
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is = self.byte() == byte && self.at < self.text.len();
        self.at += usize::from(is);
        is
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// A string: its text, and its spelling between the quotes.
    fn string(&mut self) -> Result<(String, Vec<u8>), Code> {
        let lone = self.found.len();
        let read = self.string_at();
        let pointer = self.pointer();
        self.found[lone..].iter_mut().for_each(|(_, place)| pointer.clone_into(place));
        read
    }

    fn string_at(&mut self) -> Result<(String, Vec<u8>), Code> {
        if !self.skip(b'"') {
            return Err(Code::BadJson);
        }
        let start = self.at;
        let mut text = String::new();
        loop {
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    return Ok((text, self.text[start..self.at - 1].to_vec()));
                }
                b'\\' => text.push(self.escape()?),
                ..0x20 => return Err(Code::BadJson),
                0x20..0x80 => {
                    text.push(char::from(self.byte()));
                    self.at += 1;
                }
                0x80.. => text.push(self.character().ok_or(Code::BadUtf8)?),
            }
        }
    }

    /// The character of several bytes that stands here.
    fn character(&mut self) -> Option<char> {
        let of = |len: usize| std::str::from_utf8(self.text.get(self.at..self.at + len)?).ok()?.chars().next();
        let character = (2..=4).find_map(of)?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn escape(&mut self) -> Result<char, Code> {
        let letter = self.text.get(self.at + 1).copied().unwrap_or(0);
        if letter != b'u' {
            let place = b"\"\\/bfnrt".iter().position(|known| *known == letter).ok_or(Code::BadJson)?;
            self.at += 2;
            return Ok(['"', '\\', '/', '\u{8}', '\u{c}', '\n', '\r', '\t'][place]);
        }
        let first = self.unit(self.at).ok_or(Code::BadJson)?;
        let second = self.unit(self.at + 6).unwrap_or(0);
        self.at += 6;
        if let Some(Ok(character)) = char::decode_utf16([first, second]).next() {
            self.at += if character > '\u{ffff}' { 6 } else { 0 };
            return Ok(character);
        }
        self.found.push((Code::LoneSurrogate, String::new()));
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// The unit that the escape at a place spells.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u16::from_str_radix(digits, 16).ok()
    }

    /// Opens one more level.
    fn open(&mut self) -> End {
        self.depth = self.depth.checked_sub(1).ok_or(Code::TooDeep)?;
        self.at += 1;
        self.spaces();
        Ok(())
    }

    fn close(&mut self) -> End {
        self.at += 1;
        self.depth += 1;
        Ok(())
    }

    fn array(&mut self) -> (Slow, End) {
        let mut items = vec![];
        let end = self.items(&mut items);
        (Slow::Array(items), end)
    }

    fn items(&mut self, items: &mut Vec<Node>) -> End {
        self.open()?;
        if self.byte() == b']' {
            return self.close();
        }
        loop {
            self.path.push(items.len().to_string());
            let (item, end) = self.value();
            items.extend(item);
            end?;
            self.spaces();
            match self.byte() {
                b',' => self.at += 1,
                b']' => {
                    self.path.pop();
                    return self.close();
                }
                _ => return Err(Code::BadJson),
            }
            self.path.pop();
            self.spaces();
        }
    }

    fn object(&mut self) -> (Slow, End) {
        let mut members = vec![];
        let end = self.members(&mut members);
        (Slow::Object(members), end)
    }

    fn members(&mut self, members: &mut Vec<Member>) -> End {
        self.open()?;
        if self.byte() == b'}' {
            return self.close();
        }
        loop {
            let odd = self.found.len();
            let (name, spelled) = self.string()?;
            self.path.push(name.clone());
            // what is odd about a name that can be read is odd about its member
            let pointer = self.pointer();
            self.found[odd..].iter_mut().for_each(|(_, place)| pointer.clone_into(place));
            self.spaces();
            if !self.skip(b':') {
                return Err(Code::BadJson);
            }
            self.spaces();
            members.push(Member { name, spelled, value: None });
            let (value, end) = self.value();
            members.last_mut().unwrap().value = value;
            end?;
            self.spaces();
            match self.byte() {
                b',' => self.at += 1,
                b'}' => {
                    self.path.pop();
                    return self.close();
                }
                _ => return Err(Code::BadJson),
            }
            self.path.pop();
            self.spaces();
        }
    }
}
