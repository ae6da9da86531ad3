//! A server on loopback that speaks as much of S3 as reading takes: lists and objects. It answers from
//! memory, so what is measured is who asks.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How many keys a list has.
const PAGE: usize = 1_000;

/// Objects by key.
pub type Objects = BTreeMap<String, Arc<[u8]>>;

pub struct Server {
    pub address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    lists: AtomicU64,
    reads: AtomicU64,
}

impl Server {
    /// Serves the objects of one bucket. Each answer comes after some time, as from a store that is
    /// far away.
    pub fn start(objects: Objects, delay: Duration) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (objects, counts) = (Arc::new(objects), Arc::<Counts>::default());
        let shared = counts.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (objects, counts) = (objects.clone(), shared.clone());
                thread::spawn(move || while answer(&client, &objects, &counts, delay).is_some() {});
            }
        });
        Server { address, counts }
    }

    /// The lists and the reads since the last time.
    pub fn counted(&self) -> (u64, u64) {
        let Counts { lists, reads } = &*self.counts;
        (lists.swap(0, Ordering::Relaxed), reads.swap(0, Ordering::Relaxed))
    }
}

/// Answers a request; nothing where there is none any more.
fn answer(client: &TcpStream, objects: &Objects, counts: &Counts, delay: Duration) -> Option<()> {
    // A client sends one request and waits, so a buffer keeps nothing of the next one.
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut header = String::new();
    while header != "\r\n" {
        header.clear();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
    }
    thread::sleep(delay);
    let mut words = line.split(' ');
    let (method, place) = (words.next()?, words.next()?);
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    let key = decoded(path).splitn(3, '/').nth(2).unwrap_or_default().to_owned();
    let mut client = client;
    if query.contains("list-type=2") {
        counts.lists.fetch_add(1, Ordering::Relaxed);
        let body = list(objects, query);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        return client.write_all(&[head.as_bytes(), body.as_bytes()].concat()).ok();
    }
    counts.reads.fetch_add(1, Ordering::Relaxed);
    let Some(bytes) = objects.get(&key) else {
        return client.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").ok();
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nETag: \"{}\"\r\nLast-Modified: Tue, 01 Sep 2026 00:00:00 GMT\r\nContent-Length: {}\r\n\r\n",
        bytes.len(),
        bytes.len()
    );
    client.write_all(head.as_bytes()).ok()?;
    if method == "GET" {
        client.write_all(bytes).ok()?;
    }
    Some(())
}

/// A page of a list.
fn list(objects: &Objects, query: &str) -> String {
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    };
    let (prefix, delimiter) = (value("prefix").unwrap_or_default(), value("delimiter"));
    let mut after = value("continuation-token").or_else(|| value("start-after")).unwrap_or_default();
    let (mut body, mut entries, mut is_truncated) = (String::new(), 0, false);
    let from = |after: &str| match after < prefix.as_str() {
        true => std::ops::Bound::Included(prefix.clone()),
        false => std::ops::Bound::Excluded(after.to_owned()),
    };
    while let Some((key, bytes)) = objects.range((from(&after), std::ops::Bound::Unbounded)).next() {
        if !key.starts_with(&prefix) {
            break;
        }
        if entries == PAGE {
            is_truncated = true;
            break;
        }
        entries += 1;
        match delimiter.as_ref().and_then(|_| key[prefix.len()..].find('/')) {
            Some(at) => {
                let folder = &key[..prefix.len() + at + 1];
                body += &format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
                // Behind every key of that folder: `0` follows `/`.
                after = format!("{}0", folder.trim_end_matches('/'));
                if objects.contains_key(&after) {
                    after = format!("{}/\u{10ffff}", folder.trim_end_matches('/'));
                }
            }
            None => {
                let size = bytes.len();
                body += &format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-09-01T00:00:00.000Z</LastModified><ETag>&quot;{size}&quot;</ETag>\
                     <Size>{size}</Size></Contents>"
                );
                after.clone_from(key);
            }
        }
    }
    let next = if is_truncated {
        format!("<NextContinuationToken>{after}</NextContinuationToken>")
    } else {
        String::new()
    };
    format!(
        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>{is_truncated}</IsTruncated><KeyCount>{entries}</KeyCount>{next}{body}\
         </ListBucketResult>"
    )
}

/// A text without `%HH`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = (*first == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
