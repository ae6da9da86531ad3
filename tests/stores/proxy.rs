//! A proxy on loopback. It lets every request fail once before it lets it through: with an answer of
//! 500 or 503, with a connection that ends before the answer or in the middle of its body, is reset
//! there, or stays open without a word. Or it tells somebody of each request first.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    InternalError,
    SlowDown,
    NoAnswer,
    HalfAnAnswer,
    Reset,
    /// Clients wait for it as long as they wait for anything, so it is rarer than the others.
    Silence,
}

const FAULTS: [Fault; 5] = [
    Fault::InternalError,
    Fault::SlowDown,
    Fault::NoAnswer,
    Fault::HalfAnAnswer,
    Fault::Reset,
];
/// How many other faults come before a silence.
const BETWEEN_SILENCES: usize = 150;
/// How long one is; clients give up before.
const SILENCE: Duration = Duration::from_secs(60);

/// Is told of each request, by its method and place, before it goes on.
type Hook = dyn Fn(&str) + Send + Sync;

/// What happens to requests.
enum Way {
    /// Each fails once: how often they came, by what they are.
    FailsOnce(Mutex<HashMap<String, u32>>),
    Told(Box<Hook>),
}

impl Way {
    fn fault(&self, what: &str) -> Option<Fault> {
        let came = match self {
            Way::FailsOnce(came) => came,
            Way::Told(hook) => {
                hook(what);
                return None;
            }
        };
        let mut came = came.lock().unwrap();
        let number = came.len();
        let times = came.entry(what.to_owned()).or_default();
        *times += 1;
        let fault = || match number % BETWEEN_SILENCES {
            0 => Fault::Silence,
            _ => FAULTS[number % FAULTS.len()],
        };
        (*times == 1).then(fault)
    }
}

pub struct Proxy {
    pub address: SocketAddr,
    way: Arc<Way>,
}

impl Proxy {
    /// In front of the server at this address, with faults.
    pub fn before(server: SocketAddr) -> Proxy {
        Proxy::with(server, Way::FailsOnce(Mutex::default()))
    }

    /// The same without faults; `hook` is told of each request before it goes on.
    pub fn told(server: SocketAddr, hook: impl Fn(&str) + Send + Sync + 'static) -> Proxy {
        Proxy::with(server, Way::Told(Box::new(hook)))
    }

    fn with(server: SocketAddr, way: Way) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::new(way);
        let shared = way.clone();
        // It ends with the process of the tests.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = shared.clone();
                thread::spawn(move || answer(client, server, &way));
            }
        });
        Proxy { address, way }
    }

    /// How many requests have failed.
    pub fn failures(&self) -> usize {
        match &*self.way {
            Way::FailsOnce(came) => came.lock().unwrap().len(),
            Way::Told(_) => 0,
        }
    }
}

/// Answers one request; the connection ends after that. A client that is gone is none of our business.
fn answer(mut client: TcpStream, server: SocketAddr, way: &Way) -> Option<()> {
    let (head, body) = request(&mut client)?;
    let what = head.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let fault = way.fault(&what);
    match fault {
        Some(Fault::InternalError) => return refuse(&mut client, "500 Internal Server Error"),
        Some(Fault::SlowDown) => return refuse(&mut client, "503 Slow Down"),
        Some(Fault::NoAnswer | Fault::HalfAnAnswer | Fault::Reset | Fault::Silence) | None => {}
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
        Some(Fault::NoAnswer | Fault::Silence) => 0,
        Some(Fault::HalfAnAnswer | Fault::Reset) => answer.len() / 2,
        _ => answer.len(),
    };
    client.write_all(&answer[..sent]).ok()?;
    match fault {
        Some(Fault::Silence) => thread::sleep(SILENCE),
        Some(Fault::Reset) => reset_when_closed(&client),
        _ => {}
    }
    Some(())
}

/// Lets a connection end with a reset, and not with a word of goodbye.
#[cfg(unix)]
fn reset_when_closed(client: &TcpStream) {
    use std::os::fd::AsRawFd;
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    let length = libc::socklen_t::try_from(size_of::<libc::linger>()).unwrap();
    // SAFETY: the socket is open as long as `client` lives, and the option is as long as it says.
    let set = unsafe {
        let option = std::ptr::from_ref(&linger).cast();
        libc::setsockopt(client.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, option, length)
    };
    assert_eq!(set, 0);
}

#[cfg(not(unix))]
fn reset_when_closed(_client: &TcpStream) {}

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
