//! A web page over HTTP/1.1 (RFC 9112): its status, and whether it holds a text. What is read of it is bounded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dialogue, KEPT_TEXT, Measured, Reading, Row, Service, Step, Way};
use crate::language::Language;
use crate::line::one_line;

/// The kind.
pub const ROW: Row =
    Row { way: Way::Tcp, port: Some(80), keys: &["path", "status", "text"], begin: Some(|service| Box::new(Get::new(service))) };

/// Bytes of the head, and of the page, that are read: a server may send without end.
const HEAD: usize = 64 << 10;
const BODY: usize = 1 << 20;
/// Header fields that are read.
const FIELDS: usize = 100;

/// What a web server answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// The status code.
    pub status: u16,
    /// Where it sends the browser, cleaned and cut; `None` where nowhere.
    pub location: Option<String>,
    /// Whether the text of the plan stands in what was read; `None` where the plan names none.
    pub text_found: Option<bool>,
    /// Bytes of the page that were read.
    pub bytes: u32,
    /// There was more, and it was not read.
    pub cut: bool,
}

impl Page {
    /// Whether it is what the plan expects.
    pub fn as_planned(&self, service: &Service) -> bool {
        let status = service.status.map_or((200..400).contains(&self.status), |status| status == self.status);
        status && self.text_found != Some(false)
    }
}

impl Reading for Page {
    fn say(&self, language: Language) -> String {
        let (status, bytes) = (self.status, self.bytes);
        let found = match self.text_found {
            Some(true) => language.pick(", text found", ", texte trouvé"),
            Some(false) => language.pick(", text not found", ", texte absent"),
            None => "",
        };
        let cut = if self.cut { "≥ " } else { "" };
        language.pick(format!("status {status}{found}, {cut}{bytes} bytes"), format!("statut {status}{found}, {cut}{bytes} octets"))
    }
}

/// The question for one page.
pub struct Get {
    request: String,
    text: Option<String>,
    heard: Vec<u8>,
}

impl Get {
    /// The page of the plan.
    pub fn new(service: &Service) -> Get {
        let host = match service.address() {
            Some(ip @ std::net::IpAddr::V6(_)) => format!("[{ip}]"),
            _ => service.host.clone(),
        };
        let usual = service.kind.row().port;
        let port = service.port.filter(|port| Some(*port) != usual).map(|port| format!(":{port}")).unwrap_or_default();
        let path = service.path.as_deref().unwrap_or("/");
        // A server that closes when it has said everything spares us to ask for its length.
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}{port}\r\nUser-Agent: trousse/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            env!("CARGO_PKG_VERSION")
        );
        Get { request, text: service.text.clone(), heard: Vec::new() }
    }

    fn page(&self, head: &Head, body: &[u8], cut: bool) -> Step {
        let found = |text: &String| body.windows(text.len()).any(|window| window == text.as_bytes());
        Step::Done(Measured::Page(Page {
            status: head.status,
            location: head.location.clone(),
            text_found: self.text.as_ref().map(found),
            bytes: u32::try_from(body.len()).unwrap_or(u32::MAX),
            cut,
        }))
    }
}

impl Dialogue for Get {
    fn say(&mut self, _: i64) -> Vec<u8> {
        self.request.clone().into_bytes()
    }

    fn hear(&mut self, _: i64, heard: &[u8]) -> Step {
        let closed = heard.is_empty();
        let room = (HEAD + 2 * BODY).saturating_sub(self.heard.len());
        self.heard.extend_from_slice(&heard[..heard.len().min(room)]);
        let head = match Head::read(&self.heard) {
            Some(Ok(head)) => head,
            Some(Err(())) => return Step::Garbled,
            None if closed || self.heard.len() > HEAD => return Step::Garbled,
            None => return Step::More,
        };
        let rest = &self.heard[head.length..];
        let (body, whole) = match head.body {
            Body::Chunked => match dechunked(rest) {
                Some(read) => read,
                None => return Step::Garbled,
            },
            Body::Long(length) => (rest[..rest.len().min(length)].to_vec(), rest.len() >= length),
            Body::UntilClosed => (rest.to_vec(), closed),
        };
        let enough = body.len() >= BODY;
        // Who closes in the middle has not said the page (RFC 9112, 8).
        match whole || enough || room == 0 {
            true => self.page(&head, &body[..body.len().min(BODY)], !whole || body.len() > BODY),
            false => Step::More,
        }
    }
}

/// What the head of an answer says.
struct Head {
    length: usize,
    status: u16,
    location: Option<String>,
    body: Body,
}

/// How long the page is (RFC 9112, 6.3).
enum Body {
    Chunked,
    Long(usize),
    UntilClosed,
}

impl Head {
    /// `None` where more must come.
    fn read(bytes: &[u8]) -> Option<Result<Head, ()>> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut answer = httparse::Response::new(&mut fields);
        let length = match answer.parse(&bytes[..bytes.len().min(HEAD)]) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return None,
            Err(_) => return Some(Err(())),
        };
        let status = answer.code?;
        let field = |name: &str| answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value);
        let text = |value: &[u8]| one_line(&String::from_utf8_lossy(value)).chars().take(KEPT_TEXT).collect::<String>();
        let said = |name: &str| field(name).map(text);
        let body = match said("transfer-encoding") {
            Some(coding) if coding.to_ascii_lowercase().ends_with("chunked") => Body::Chunked,
            _ if status < 200 || status == 204 || status == 304 => Body::Long(0),
            _ => said("content-length").and_then(|length| length.parse().ok()).map_or(Body::UntilClosed, Body::Long),
        };
        Some(Ok(Head { length, status, location: said("location"), body }))
    }
}

/// The page in chunks (RFC 9112, 7.1), as far as it has come, and whether that is all; `None` where it is no such thing.
fn dechunked(mut rest: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut body = Vec::new();
    loop {
        let (start, length) = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((start, length))) => (start, usize::try_from(length).unwrap_or(usize::MAX)),
            Ok(httparse::Status::Partial) => return Some((body, false)),
            Err(_) => return None,
        };
        if length == 0 {
            return Some((body, true));
        }
        rest = &rest[start..];
        body.extend_from_slice(&rest[..rest.len().min(length)]);
        if body.len() > BODY {
            return Some((body, false));
        }
        // The chunk ends with CRLF.
        match length.checked_add(2).and_then(|length| rest.get(length..)) {
            Some(next) => rest = next,
            None => return Some((body, false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::service;
    use super::*;

    fn page(keys: &str, said: &[&[u8]]) -> Step {
        let mut get = Get::new(&service(&format!("kind = \"http\"\n{keys}")));
        said.iter().fold(Step::More, |step, said| if step == Step::More { get.hear(0, said) } else { step })
    }

    fn known(step: Step) -> (u16, Option<bool>, u32, bool) {
        let Step::Done(Measured::Page(page)) = step else { panic!("{step:?}") };
        (page.status, page.text_found, page.bytes, page.cut)
    }

    #[test]
    fn the_question_names_the_host_as_the_plan_does() {
        let asked = |keys: &str| String::from_utf8(Get::new(&service(keys)).say(0)).expect("text");
        let usual = asked("kind = \"http\"\npath = \"/etat?x=1\"");
        assert!(usual.starts_with("GET /etat?x=1 HTTP/1.1\r\nHost: 10.0.0.7\r\n") && usual.ends_with("\r\n\r\n"), "{usual}");
        assert!(asked("kind = \"http\"\nport = 8080").contains("\r\nHost: 10.0.0.7:8080\r\n"));
    }

    #[test]
    fn a_page_is_read_by_its_length_in_chunks_or_until_it_closes_however_it_is_cut() {
        let long: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nbonjour and more";
        let chunks: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbon\r\n4;x=y\r\njour\r\n0\r\n\r\n";
        for said in [long, chunks] {
            let pieces: Vec<&[u8]> = said.chunks(1).collect();
            assert_eq!(known(page("text = \"bonjour\"", &pieces)), (200, Some(true), 7, false));
        }
        let open: &[u8] = b"HTTP/1.0 500 Oops\r\n\r\nbon";
        assert_eq!(page("", &[open]), Step::More);
        assert_eq!(known(page("text = \"jour\"", &[open, b"jo", b""])), (500, Some(false), 5, false));
    }

    #[test]
    fn a_page_that_breaks_off_in_the_middle_is_none() {
        let long: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nbonjour";
        let chunks: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nbonjour\r\n";
        for said in [long, chunks] {
            assert_eq!(page("text = \"bonjour\"", &[said, b""]), Step::More);
        }
    }

    #[test]
    fn a_server_that_sends_without_end_is_cut_short() {
        let head: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n";
        let much = vec![b'x'; 100_000];
        let mut said = vec![head];
        said.resize(20, &much);
        assert_eq!(known(page("", &said)), (200, None, BODY as u32, true));
        let endless: Vec<&[u8]> = std::iter::once(&b"HTTP/1.1 200 OK\r\n"[..]).chain(std::iter::repeat_n(&much[..], 9)).collect();
        assert_eq!(page("", &endless), Step::Garbled);
    }

    #[test]
    fn what_is_no_answer_is_garbled() {
        for said in [&b"SSH-2.0-OpenSSH_9.9\r\n"[..], b"\x16\x03\x01\x00\x02\x02\x28", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"] {
            assert_eq!(page("", &[said]), Step::Garbled, "{said:?}");
        }
        assert_eq!(page("", &[b""]), Step::Garbled);
    }

    #[test]
    fn what_is_expected_is_any_success_or_what_the_plan_says() {
        let step = page("", &[b"HTTP/1.1 302 Found\r\nLocation: /\x1b[31mlogin\r\nContent-Length: 0\r\n\r\n"]);
        assert_eq!(step, Step::Garbled, "no server writes an escape there");
        let Step::Done(Measured::Page(page)) = page("", &[b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"]) else { panic!() };
        assert_eq!(page.location.as_deref(), Some("/login"));
        let planned = |keys: &str| page.as_planned(&service(&format!("kind = \"http\"\n{keys}")));
        assert!(planned("") && planned("status = 302") && !planned("status = 200"));
    }
}
