//! A proxy on loopback that lets every request fail once before it lets it through: with an answer of
//! 500 or 503, with a connection that ends before the answer, or in the middle of its body.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    InternalError,
    SlowDown,
    NoAnswer,
    HalfAnAnswer,
}

const FAULTS: [Fault; 4] = [Fault::InternalError, Fault::SlowDown, Fault::NoAnswer, Fault::HalfAnAnswer];

/// How often requests failed, by what they are.
type Failed = Arc<Mutex<HashMap<String, u32>>>;

pub struct Proxy {
    pub address: SocketAddr,
    failed: Failed,
}

impl Proxy {
    /// In front of the server at this address.
    pub fn before(server: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let failed = Failed::default();
        let shared = failed.clone();
        // It ends with the process of the tests.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let failed = shared.clone();
                thread::spawn(move || answer(client, server, &failed));
            }
        });
        Proxy { address, failed }
    }

    /// How many requests have failed.
    pub fn failures(&self) -> usize {
        self.failed.lock().unwrap().len()
    }
}

/// Answers one request; the connection ends after that. A client that is gone is none of our business.
fn answer(mut client: TcpStream, server: SocketAddr, failed: &Failed) -> Option<()> {
    let (head, body) = request(&mut client)?;
    let what = head.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let fault = {
        let mut failed = failed.lock().unwrap();
        let number = failed.len();
        let times = failed.entry(what).or_default();
        *times += 1;
        (*times == 1).then(|| FAULTS[number % FAULTS.len()])
    };
    match fault {
        Some(Fault::InternalError) => return refuse(&mut client, "500 Internal Server Error"),
        Some(Fault::SlowDown) => return refuse(&mut client, "503 Slow Down"),
        Some(Fault::NoAnswer | Fault::HalfAnAnswer) | None => {}
    }
    let mut upstream = TcpStream::connect(server).ok()?;
    let (first, rest) = head.split_once("\r\n")?;
    let kept = rest
        .split("\r\n")
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = format!("{first}\r\nConnection: close\r\n{}", kept.collect::<Vec<_>>().join("\r\n"));
    upstream.write_all(head.as_bytes()).ok()?;
    upstream.write_all(&body).ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    // The server has done what it was asked for, and the client does not learn that.
    let sent = match fault {
        Some(Fault::NoAnswer) => 0,
        Some(Fault::HalfAnAnswer) => answer.len() / 2,
        _ => answer.len(),
    };
    client.write_all(&answer[..sent]).ok()
}

fn refuse(client: &mut TcpStream, status: &str) -> Option<()> {
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    client.write_all(answer.as_bytes()).ok()
}

/// The head of a request with the empty line that ends it, and its body.
fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut block = [0; 1 << 16];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match client.read(&mut block).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&block[..read]),
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Some(0), |(_, value)| value.trim().parse().ok())?;
    while body.len() < length {
        match client.read(&mut block).ok()? {
            0 => return None,
            read => body.extend_from_slice(&block[..read]),
        }
    }
    Some((head, body))
}
