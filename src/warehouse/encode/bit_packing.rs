//! Small numbers as Parquet packs them: runs of equal numbers, and groups of eight numbers packed
//! into as few bits as the largest one needs.
//!
//! This is the hybrid of run lengths and bit packing of the Parquet format ("RLE", encoding 3). Each
//! run or packed part begins with a header in base 128. Its lowest bit is 0 for a run: then come how
//! often, and the number in whole bytes. It is 1 for packed groups: then come how many groups, and
//! the bits, lowest first.

/// How many equal numbers make a run at least: fewer are as small when they are packed.
const MIN_RUN: usize = 16;
/// How many numbers a packed group has.
const GROUP_LEN: usize = 8;

/// How many bits numbers from 0 to `max` need.
pub fn width(max: u32) -> u32 {
    32 - max.leading_zeros()
}

/// Appends numbers of at most `width` bits. A reader knows how many there are and ignores what fills
/// up the last group.
pub fn append(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    let mut pending = 0;
    let mut at = 0;
    while let Some((start, run)) = next_run(numbers, at) {
        at = start;
        // Packed groups have to be whole: the last one before the run takes its first numbers.
        let filling = (GROUP_LEN - (at - pending) % GROUP_LEN) % GROUP_LEN;
        if run < MIN_RUN + filling {
            at += run;
            continue;
        }
        at += filling;
        append_groups(&numbers[pending..at], width, out);
        let run = run - filling;
        append_header((run as u64) << 1, out);
        out.extend_from_slice(&numbers[at].to_le_bytes()[..width.div_ceil(8) as usize]);
        at += run;
        pending = at;
    }
    append_groups(&numbers[pending..], width, out);
}

/// Where the next run that may be long enough begins, from `at` on, and how long it is. Wherever
/// groups begin, a run that is long enough has a whole group of equal numbers in it. So it is enough
/// to look for such groups.
fn next_run(numbers: &[u32], at: usize) -> Option<(usize, usize)> {
    let groups = numbers[at..].as_chunks::<GROUP_LEN>().0;
    let is_equal = |group: &[u32; GROUP_LEN]| group.iter().fold(0, |differing, number| differing | number ^ group[0]) == 0;
    let middle = at + GROUP_LEN * groups.iter().position(is_equal)?;
    let is_other = |number: &u32| *number != numbers[middle];
    let start = at + numbers[at..middle].iter().rposition(is_other).map_or(0, |last| last + 1);
    let end = numbers[middle..]
        .iter()
        .position(is_other)
        .map_or(numbers.len(), |length| middle + length);
    Some((start, end - start))
}

/// Appends numbers of at most `width` bits as runs only, however short these are.
pub fn append_runs(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    for run in numbers.chunk_by(|one, next| one == next) {
        append_header((run.len() as u64) << 1, out);
        out.extend_from_slice(&run[0].to_le_bytes()[..width.div_ceil(8) as usize]);
    }
}

/// How many runs the numbers have.
pub fn count_runs(numbers: &[u32]) -> usize {
    let next = numbers.get(1..).unwrap_or_default();
    usize::from(!numbers.is_empty()) + numbers.iter().zip(next).filter(|(one, next)| one != next).count()
}

fn append_groups(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP_LEN);
    append_header((groups as u64) << 1 | 1, out);
    out.reserve(groups * width as usize);
    if width <= 8 {
        // A group fits into one number.
        let (whole, rest) = numbers.as_chunks::<GROUP_LEN>();
        let last: [u32; GROUP_LEN] = std::array::from_fn(|at| rest.get(at).copied().unwrap_or(0));
        for group in whole.iter().chain((!rest.is_empty()).then_some(&last)) {
            let bits = group.iter().rev().fold(0u64, |bits, number| bits << width | u64::from(*number));
            out.extend_from_slice(&bits.to_le_bytes()[..width as usize]);
        }
        return;
    }
    let (mut bits, mut filled) = (0u64, 0u32);
    for number in numbers
        .iter()
        .copied()
        .chain(std::iter::repeat_n(0, groups * GROUP_LEN - numbers.len()))
    {
        bits |= u64::from(number) << filled;
        filled += width;
        if filled >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            filled -= 32;
        }
    }
    // Eight numbers always fill whole bytes.
    out.extend_from_slice(&bits.to_le_bytes()[..filled as usize / 8]);
}

fn append_header(mut header: u64, out: &mut Vec<u8>) {
    while header >= 0x80 {
        out.push(header as u8 | 0x80);
        header >>= 7;
    }
    out.push(header as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The numbers again, read bit by bit.
    fn read(bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
        let (mut numbers, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            let mut header = 0u64;
            for shift in (0..).step_by(7) {
                header |= u64::from(bytes[at] & 0x7f) << shift;
                at += 1;
                if bytes[at - 1] < 0x80 {
                    break;
                }
            }
            if header & 1 == 0 {
                let mut number = [0; 4];
                let length = width.div_ceil(8) as usize;
                number[..length].copy_from_slice(&bytes[at..at + length]);
                numbers.extend(std::iter::repeat_n(u32::from_le_bytes(number), (header >> 1) as usize));
                at += length;
            } else {
                let packed = (header >> 1) as usize * GROUP_LEN;
                let bit = |place: usize| u32::from(bytes[at + place / 8] >> (place % 8) & 1);
                numbers.extend(
                    (0..packed).map(|number| (0..width as usize).fold(0, |sum, place| sum | bit(number * width as usize + place) << place)),
                );
                at += packed * width as usize / 8;
            }
        }
        assert!(numbers.len() >= count && numbers.len() < count + GROUP_LEN);
        numbers.truncate(count);
        numbers
    }

    proptest! {
        #[test]
        fn numbers_come_back(width in 0u32..=32, runs in prop::collection::vec((any::<u32>(), prop_oneof![1usize..4, 1usize..60]), 0..40)) {
            let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
            let numbers: Vec<u32> = runs.iter().flat_map(|(number, count)| std::iter::repeat_n(number & mask, *count)).collect();
            let mut bytes = Vec::new();
            append(&numbers, width, &mut bytes);
            prop_assert_eq!(&read(&bytes, width, numbers.len()), &numbers);
            bytes.clear();
            append_runs(&numbers, width, &mut bytes);
            prop_assert_eq!(read(&bytes, width, numbers.len()).chunk_by(|one, next| one == next).count(), super::count_runs(&numbers));
            prop_assert_eq!(read(&bytes, width, numbers.len()), numbers);
        }
    }

    #[test]
    fn a_run_takes_the_room_of_one_number() {
        let mut bytes = Vec::new();
        append(&[5; 1000], 3, &mut bytes);
        assert_eq!(bytes, [0xd0, 0x0f, 5]);
    }

    #[test]
    fn no_bits_are_needed_for_zero_alone() {
        assert_eq!((width(0), width(1), width(255), width(256), width(u32::MAX)), (0, 1, 8, 9, 32));
        let mut bytes = Vec::new();
        append(&[0; 5], 0, &mut bytes);
        assert_eq!(bytes, [3]);
    }
}
