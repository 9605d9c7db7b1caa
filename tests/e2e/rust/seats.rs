// SPDX-License-Identifier: BSD-2-Clause
//! Threads that take and pass on mutexes as they are told: seats LAYOUT SEAT...
//!
//! LAYOUT, of the mutexes and of how they are reached:
//!   apart    each has its own Arc
//!   array    they lie in one vector
//!   scoped   they lie in the frame of the main thread, and are borrowed
//!   boxed    apart, and guards are kept in a vector
//! SEAT is TOUCHES:HOLDS:THEN: the mutexes that it takes and gives back before, with commas; those
//! that it holds; and what it then does: lN waits for mutex N, s sleeps and works, p is parked.
//! All touch first, then take what they hold, and then go on.
use std::io::BufRead;
use std::sync::{mpsc, Arc, Barrier, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

extern "C" {
    fn gettid() -> i32;
}

#[derive(Clone)]
struct Seat {
    touches: Vec<usize>,
    holds: Vec<usize>,
    then: String,
}

fn numbers(text: &str) -> Vec<usize> {
    text.split(',').filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect()
}

fn parse(text: &str) -> Seat {
    let parts: Vec<_> = text.split(':').collect();
    Seat { touches: numbers(parts[0]), holds: numbers(parts[1]), then: parts[2].to_string() }
}

/// Deeper frames than those of the waits to come, so that something stays behind.
#[inline(never)]
fn touch(lock: &Mutex<u64>, depth: usize) -> u64 {
    let mut room = [depth as u64; 24];
    if depth > 0 {
        room[depth % 24] = touch(lock, depth - 1);
        return unsafe { std::ptr::read_volatile(&room) }.iter().sum();
    }
    let mut guard = lock.lock().unwrap();
    *guard += 1;
    *guard
}

#[inline(never)]
fn go_on<'a>(then: &str, lock: &dyn Fn(usize) -> &'a Mutex<u64>) {
    match then.split_at(1) {
        ("l", number) => *lock(number.parse().unwrap()).lock().unwrap() += 1,
        ("p", _) => thread::park(),
        _ => loop {
            thread::sleep(Duration::from_millis(50))
        },
    }
}

#[inline(never)]
fn hold<'a>(holds: &[usize], seat: &Seat, lock: &dyn Fn(usize) -> &'a Mutex<u64>, all: &Barrier) {
    match holds.split_first() {
        None => {
            all.wait();
            go_on(&seat.then, lock)
        }
        Some((first, rest)) => {
            let mut guard = lock(*first).lock().unwrap();
            hold(rest, seat, lock, all);
            *guard += 1;
        }
    }
}

fn sit<'a>(seat: &Seat, boxed: bool, lock: &dyn Fn(usize) -> &'a Mutex<u64>, all: &Barrier) {
    for (n, touched) in seat.touches.iter().enumerate() {
        touch(lock(*touched), n % 4);
    }
    all.wait();
    if boxed {
        let guards: Vec<MutexGuard<u64>> =
            seat.holds.iter().map(|held| lock(*held).lock().unwrap()).collect();
        hold(&[], seat, lock, all);
        drop(guards);
    } else {
        hold(&seat.holds, seat, lock, all);
    }
}

fn tell(told: mpsc::Receiver<(usize, i32)>, count: usize) {
    let mut tids: Vec<_> = (0..count).map(|_| told.recv().unwrap()).collect();
    tids.sort();
    let mut roles = format!("\"main\": {}", unsafe { gettid() });
    for (seat, tid) in tids {
        roles += &format!(", \"{}\": {}", seat, tid);
    }
    println!("{{\"ready\": true, \"roles\": {{{}}}}}", roles);
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let layout = arguments[1].clone();
    let seats: Vec<_> = arguments[2..].iter().map(|text| parse(text)).collect();
    let count = 1 + seats.iter().flat_map(|seat| seat.holds.iter().chain(&seat.touches)).max().unwrap_or(&0);
    let all = Arc::new(Barrier::new(seats.len()));
    let (teller, told) = mpsc::channel();
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();

    if layout == "scoped" {
        let locks: [Mutex<u64>; 8] = Default::default();
        thread::scope(|scope| {
            for (n, seat) in seats.iter().enumerate() {
                let (teller, locks, all) = (teller.clone(), &locks, all.clone());
                scope.spawn(move || {
                    teller.send((n, unsafe { gettid() })).unwrap();
                    sit(seat, false, &|i| &locks[i], &all)
                });
            }
            tell(told, seats.len());
        });
        return;
    }
    let apart: Vec<_> = (0..count).map(|_| Arc::new(Mutex::new(0u64))).collect();
    let array: Arc<Vec<_>> = Arc::new((0..count).map(|_| Mutex::new(0u64)).collect());
    let threads: Vec<_> = seats
        .iter()
        .cloned()
        .enumerate()
        .map(|(n, seat)| {
            let (teller, all, layout) = (teller.clone(), all.clone(), layout.clone());
            let (apart, array) = (apart.clone(), array.clone());
            thread::spawn(move || {
                teller.send((n, unsafe { gettid() })).unwrap();
                if layout == "array" {
                    sit(&seat, false, &|i| &array[i], &all)
                } else {
                    sit(&seat, layout == "boxed", &|i| &apart[i], &all)
                }
            })
        })
        .collect();
    tell(told, seats.len());
    for thread in threads {
        thread.join().unwrap();
    }
}
