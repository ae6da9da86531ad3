//! How much is listed of an archive of years.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

use crate::storage::interface::{Progress, Selection};
use crate::storage::remote::runtime;
use crate::storage::remote::testing::over;

/// Looks at an archive as a run with `rescan_days` does.
struct Lately;

impl Selection for Lately {
    fn readers(&self, _name: &str) -> Vec<usize> {
        vec![0]
    }

    fn wants(&self, _name: &str, _readers: &[usize]) -> bool {
        true
    }

    fn enters(&self, folder: &str) -> bool {
        let mut names = folder.rsplit('/');
        let (month, year) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let is_month = month.starts_with("m=") && year.starts_with("y=");
        !is_month || (year, month) >= ("y=2026", "m=11")
    }

    fn progress(&self, _folder: &str) -> Option<Progress> {
        Some(Progress(vec![vec![0]]))
    }

    fn leaves_out_days(&self) -> bool {
        true
    }

    fn goes_on(&self) -> bool {
        true
    }

    fn warn(&self, text: String) {
        panic!("{text}");
    }
}

#[test]
fn an_archive_of_years_is_listed_only_where_the_days_are_that_are_looked_at() {
    let store = Arc::new(Counted::default());
    let put = |name: String| runtime::wait_for(async { store.inner.put(&name.as_str().into(), "x".into()).await.unwrap() }).unwrap();
    for tenant in 0..40 {
        for (year, month) in (2024..=2026).flat_map(|year| (1..=12).map(move |month| (year, month))) {
            for day in 1..=2 {
                put(format!("raw/logs/tenantId={tenant:02}/y={year}/m={month:02}/d={day:02}/PT1H.json"));
            }
        }
        put(format!("raw/users/tenantId={tenant:02}/2024-01-01/users.json"));
        put(format!("raw/logs/tenantId={tenant:02}/y=2024/undated.json"));
    }
    let walked = over(store.clone(), "raw").walk(&Lately).unwrap();
    // Two months of two days, a list of users, and what is of no day.
    assert_eq!(walked.objects.len(), 40 * (2 * 2 + 1 + 1));
    let (lists, listed) = (store.lists.load(Ordering::Relaxed), store.listed.load(Ordering::Relaxed));
    // The folders above, each folder of a tenant, its years, the two months, and its list of users.
    assert_eq!(lists, 3 + 80 + 40 * 3 + 40 * 2 + 40);
    assert_eq!(listed, walked.objects.len());
}

/// A store in memory that counts what is listed.
#[derive(Default, Debug)]
struct Counted {
    inner: InMemory,
    lists: AtomicUsize,
    listed: Arc<AtomicUsize>,
}

impl fmt::Display for Counted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a store that counts")
    }
}

/// What an asynchronous method of a trait gives.
type Answer<'f, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'f>>;

impl ObjectStore for Counted {
    fn put_opts<'s, 'p, 'f>(&'s self, path: &'p Path, payload: PutPayload, options: PutOptions) -> Answer<'f, PutResult>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        self.inner.put_opts(path, payload, options)
    }

    fn put_multipart_opts<'s, 'p, 'f>(&'s self, path: &'p Path, options: PutMultipartOptions) -> Answer<'f, Box<dyn MultipartUpload>>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        self.inner.put_multipart_opts(path, options)
    }

    fn get_opts<'s, 'p, 'f>(&'s self, path: &'p Path, options: GetOptions) -> Answer<'f, GetResult>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        self.inner.get_opts(path, options)
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        let listed = self.listed.clone();
        let count = move |_: &Result<ObjectMeta>| {
            listed.fetch_add(1, Ordering::Relaxed);
        };
        self.inner.list(prefix).inspect(count).boxed()
    }

    fn list_with_delimiter<'s, 'p, 'f>(&'s self, prefix: Option<&'p Path>) -> Answer<'f, ListResult>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let found = self.inner.list_with_delimiter(prefix).await?;
            self.lists.fetch_add(1, Ordering::Relaxed);
            self.listed.fetch_add(found.objects.len(), Ordering::Relaxed);
            Ok(found)
        })
    }

    fn copy_opts<'s, 'p, 'q, 'f>(&'s self, from: &'p Path, to: &'q Path, options: CopyOptions) -> Answer<'f, ()>
    where
        's: 'f,
        'p: 'f,
        'q: 'f,
        Self: 'f,
    {
        self.inner.copy_opts(from, to, options)
    }
}
