// SPDX-License-Identifier: BSD-2-Clause
//! Two threads of a Rust program take two locks of the program's in opposite order, in a function
//! and in a method of a generic type.
use std::io::{self, Read};
use std::sync::{mpsc, Barrier, Mutex};
use std::thread;

extern "C" {
    fn gettid() -> i32;
}

mod bank {
    use super::*;

    pub static CHECKING: Mutex<u64> = Mutex::new(0);
    pub static SAVINGS: Mutex<u64> = Mutex::new(0);

    pub struct Clerk<'a, T> {
        pub both: &'a Barrier,
        pub amount: T,
    }

    #[inline(never)]
    pub fn transfer(both: &Barrier) {
        let mut from = CHECKING.lock().unwrap();
        both.wait();
        *SAVINGS.lock().unwrap() += 1; // here it hangs
        *from -= 1;
    }

    impl<T: Into<u64> + Copy> Clerk<'_, T> {
        #[inline(never)]
        pub fn save(&self) {
            let mut from = SAVINGS.lock().unwrap();
            self.both.wait();
            *CHECKING.lock().unwrap() += self.amount.into(); // here it hangs
            *from -= 1;
        }
    }
}

fn main() {
    let both: &'static Barrier = Box::leak(Box::new(Barrier::new(2)));
    let (send, receive) = mpsc::channel();
    let (mut byte, other) = ([0], send.clone());
    let tid = || unsafe { gettid() };

    while io::stdin().read(&mut byte).unwrap() == 1 && byte != *b"\n" {}
    let a = thread::spawn(move || {
        send.send(("a", tid())).unwrap();
        bank::transfer(both);
    });
    thread::spawn(move || {
        other.send(("b", tid())).unwrap();
        bank::Clerk { both, amount: 1u32 }.save();
    });
    let tids = receive.iter().take(2);
    let roles: Vec<_> = tids.map(|(role, tid)| format!("\"{role}\": {tid}")).collect();
    println!("{{\"ready\": true, \"roles\": {{\"main\": {}, {}}}}}", tid(), roles.join(", "));
    a.join().unwrap();
}
