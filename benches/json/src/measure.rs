//! Processor time of several contenders in turn.

use crate::batch::Batch;
use crate::contender::Contender;

/// Measures each contender once a round, each round in another order; gives the seconds of each, by
/// round.
pub fn in_turn(rounds: usize, contenders: &mut [Box<dyn Contender>], mut seconds: impl FnMut(&mut dyn Contender) -> f64) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::new(); contenders.len()];
    for round in 0..rounds {
        for place in 0..contenders.len() {
            let number = (place + round) % contenders.len();
            times[number].push(seconds(&mut *contenders[number]));
        }
    }
    times
}

/// The processor seconds of reading all lines. Putting them into the buffer is not in it.
pub fn scan(batches: &[Batch], contender: &mut dyn Contender) -> f64 {
    let mut buffer = Vec::new();
    let mut seconds = 0.0;
    for batch in batches {
        batch.load(&mut buffer);
        let began = clock();
        contender.pass(&mut buffer, &batch.lines);
        seconds += clock() - began;
    }
    seconds
}

/// The processor seconds that this thread has taken.
fn clock() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written into a value of its type.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The processor seconds, user and system, that programs which have ended took.
pub fn clock_of_children() -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the call writes all of the value where it succeeds.
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()), 0);
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

pub fn median(list: &[f64]) -> f64 {
    let mut sorted = list.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

pub fn least(list: &[f64]) -> f64 {
    list.iter().copied().fold(f64::INFINITY, f64::min)
}
