// SPDX-License-Identifier: BSD-2-Clause
//! Rust's own locks: locks SCENE [N].
//!
//! mutex    N threads sit in a ring, each has one mutex and waits for the next
//! lively   the same, beside a thread that sleeps and works
//! upgrade  two readers of an RwLock both want to write
//! cond     two threads wait for a condition that nobody is left to signal
//! park     two threads are parked
//! recv     two threads receive from a channel whose sender the other one has
//! once     two cells initialise each other
//! join     two threads wait for each other's end through a third
//! slow     near miss: the holder of a mutex sleeps with it
//! timed    near miss: a condition waits for a minute
//! passed   near miss: two threads take two mutexes in the same order; another one sleeps
//!          with the second
use std::io::BufRead;
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::Duration;

extern "C" {
    fn gettid() -> i32;
}

fn tid() -> i32 {
    unsafe { gettid() }
}

/// Starts the threads, says who they are, and joins the first.
fn run(work: Vec<Box<dyn FnOnce() + Send>>) {
    let (tell, told) = mpsc::channel();
    let threads: Vec<_> = work
        .into_iter()
        .enumerate()
        .map(|(seat, body)| {
            let tell = tell.clone();
            thread::spawn(move || {
                tell.send((seat, tid())).unwrap();
                drop(tell);
                body()
            })
        })
        .collect();
    let mut tids: Vec<_> = (0..threads.len()).map(|_| told.recv().unwrap()).collect();
    tids.sort();
    let mut roles = format!("\"main\": {}", tid());
    for (seat, tid) in tids {
        roles += &format!(", \"{}\": {}", (b'a' + seat as u8) as char, tid);
    }
    println!("{{\"ready\": true, \"roles\": {{{}}}}}", roles);
    for thread in threads {
        thread.join().unwrap();
    }
}

fn boxed(body: impl FnOnce() + Send + 'static) -> Box<dyn FnOnce() + Send> {
    Box::new(body)
}

fn ring(seats: usize) -> Vec<Box<dyn FnOnce() + Send>> {
    let forks: Vec<_> = (0..seats).map(|_| Arc::new(Mutex::new(0u64))).collect();
    let seated = Arc::new(Barrier::new(seats));
    (0..seats)
        .map(|seat| {
            let left = forks[seat].clone();
            let right = forks[(seat + 1) % seats].clone();
            let seated = seated.clone();
            boxed(move || {
                let mut one = left.lock().unwrap();
                seated.wait();
                let mut two = right.lock().unwrap();
                *one += 1;
                *two += 1;
            })
        })
        .collect()
}

fn work() {
    thread::spawn(|| loop {
        thread::sleep(Duration::from_millis(20))
    });
}

fn upgrade() -> Vec<Box<dyn FnOnce() + Send>> {
    let lock = Arc::new(RwLock::new(0u64));
    let both = Arc::new(Barrier::new(2));
    (0..2)
        .map(|_| {
            let (lock, both) = (lock.clone(), both.clone());
            boxed(move || {
                let seen = lock.read().unwrap();
                both.wait();
                *lock.write().unwrap() += *seen;
            })
        })
        .collect()
}

fn wait_cond(timed: bool) -> Vec<Box<dyn FnOnce() + Send>> {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    (0..2)
        .map(|_| {
            let pair = pair.clone();
            boxed(move || {
                let mut done = pair.0.lock().unwrap();
                while !*done {
                    done = if timed {
                        pair.1.wait_timeout(done, Duration::from_secs(1000)).unwrap().0
                    } else {
                        pair.1.wait(done).unwrap()
                    };
                }
            })
        })
        .collect()
}

fn receive() -> Vec<Box<dyn FnOnce() + Send>> {
    let (to_b, from_a) = mpsc::channel::<u64>();
    let (to_a, from_b) = mpsc::channel::<u64>();
    let one = boxed(move || to_b.send(from_b.recv().unwrap()).unwrap());
    let two = boxed(move || to_a.send(from_a.recv().unwrap()).unwrap());
    vec![one, two]
}

static ONE: Once = Once::new();
static TWO: Once = Once::new();

fn initialise() -> Vec<Box<dyn FnOnce() + Send>> {
    let both = Arc::new(Barrier::new(2));
    let other = both.clone();
    let one = boxed(move || {
        ONE.call_once(|| {
            both.wait();
            TWO.call_once(|| ());
        })
    });
    let two = boxed(move || {
        TWO.call_once(|| {
            other.wait();
            ONE.call_once(|| ());
        })
    });
    vec![one, two]
}

fn slow() -> Vec<Box<dyn FnOnce() + Send>> {
    let lock = Arc::new(Mutex::new(0u64));
    let both = Arc::new(Barrier::new(2));
    let (same, other) = (lock.clone(), both.clone());
    let one = boxed(move || {
        both.wait();
        *lock.lock().unwrap() += 1;
    });
    let two = boxed(move || {
        let mut held = same.lock().unwrap();
        other.wait();
        thread::sleep(Duration::from_secs(3600));
        *held += 1;
    });
    vec![one, two]
}

#[inline(never)]
fn take_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    let mut one = first.lock().unwrap();
    let mut two = second.lock().unwrap();
    *one += 1;
    *two += 1;
}

fn passed() -> Vec<Box<dyn FnOnce() + Send>> {
    let locks = Arc::new((Mutex::new(0u64), Mutex::new(0u64)));
    let held = Arc::new(Barrier::new(3));
    let mut work = vec![];
    for _ in 0..2 {
        let (locks, held) = (locks.clone(), held.clone());
        work.push(boxed(move || {
            held.wait();
            take_both(&locks.0, &locks.1)
        }));
    }
    work.push(boxed(move || {
        let mut second = locks.1.lock().unwrap();
        held.wait();
        thread::sleep(Duration::from_secs(3600));
        *second += 1;
    }));
    work
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let scene = arguments.get(1).map_or("mutex", |scene| scene);
    let seats = arguments.get(2).map_or(5, |seats| seats.parse().unwrap());
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    run(match scene {
        "mutex" => ring(seats),
        "lively" => {
            work();
            ring(seats)
        }
        "upgrade" => upgrade(),
        "cond" => wait_cond(false),
        "timed" => wait_cond(true),
        "park" => (0..2).map(|_| boxed(thread::park)).collect(),
        "recv" => receive(),
        "once" => initialise(),
        "slow" => slow(),
        "passed" => passed(),
        _ => panic!("no scene {}", scene),
    });
}
