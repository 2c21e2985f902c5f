//! A receiver of webhooks on loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What came.
#[derive(Debug, Clone)]
pub struct Letter {
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

type Letters = Arc<(Mutex<Vec<Letter>>, Condvar)>;

/// Takes webhooks on a port of its own.
pub struct Receiver {
    pub url: String,
    letters: Letters,
}

impl Receiver {
    /// Answers 500 to the first `refusals`, 200 to the others. Its thread ends with the process.
    pub fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let letters = Letters::default();
        let kept = Arc::clone(&letters);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(&stream, &kept, refusals));
            }
        });
        Self { url, letters }
    }

    /// Waits until so many have come.
    pub fn wait_for(&self, count: usize) -> Vec<Letter> {
        let (letters, came) = &*self.letters;
        let letters = letters.lock().unwrap();
        let (letters, waited) =
            came.wait_timeout_while(letters, Duration::from_secs(30), |letters| letters.len() < count).unwrap();
        assert!(!waited.timed_out(), "{} of {count} came: {letters:#?}", letters.len());
        letters.clone()
    }
}

fn serve(stream: &TcpStream, kept: &Letters, refusals: usize) {
    let mut reader = BufReader::new(stream);
    while let Some(letter) = read(&mut reader) {
        let (letters, came) = &**kept;
        let mut letters = letters.lock().unwrap();
        letters.push(letter);
        let status = if letters.len() <= refusals { "500 No" } else { "200 OK" };
        came.notify_all();
        drop(letters);
        let mut writer = stream;
        if write!(writer, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Letter> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Letter { headers, body: String::from_utf8(body).unwrap() })
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub fn base64_mac(key: &str, text: &str) -> String {
    base64_mac_of(key.as_bytes(), text)
}

pub fn base64_mac_of(key: &[u8], text: &str) -> String {
    BASE64.encode(mac(key, text))
}

pub fn hex_mac(key: &str, text: &str) -> String {
    mac(key.as_bytes(), text).iter().map(|byte| format!("{byte:02x}")).collect()
}
