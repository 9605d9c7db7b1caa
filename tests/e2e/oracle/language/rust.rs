// SPDX-License-Identifier: BSD-2-Clause
//! Rust's locks, which store no owner. A guard that is forgotten leaves its lock taken.
use std::os::raw::{c_int, c_void};
use std::mem::forget;
use std::sync::{Condvar, Mutex, RwLock};
use std::thread::park_timeout;
use std::time::Duration;

const MUTEX: c_int = 0; // enum object_kind
const COND: c_int = 3;
const RWLOCK: c_int = 5;
const LONG: Duration = Duration::from_secs(1_000_000);

#[repr(C)]
pub struct Lock {
    place: *mut c_void,
    kind: c_int,
    _type: c_int,
}

struct Condition {
    mutex: Mutex<()>,
    changed: Condvar,
}

impl Lock {
    unsafe fn put<T>(&self, thing: T) {
        self.place.cast::<T>().write(thing)
    }

    unsafe fn get<T>(&self) -> &T {
        &*self.place.cast::<T>()
    }
}

#[no_mangle]
pub unsafe extern "C" fn language_init(lock: Lock) -> bool {
    match lock.kind {
        MUTEX => lock.put(Mutex::new(())),
        RWLOCK => lock.put(RwLock::new(())),
        COND => lock.put(Condition { mutex: Mutex::new(()), changed: Condvar::new() }),
        _ => return false,
    }
    true
}

#[no_mangle]
pub unsafe extern "C" fn language_take(lock: Lock, writes: bool, timed: bool) -> bool {
    match lock.kind {
        MUTEX | RWLOCK | COND if timed => park_timeout(LONG),
        MUTEX => forget(lock.get::<Mutex<()>>().lock()),
        RWLOCK if writes => forget(lock.get::<RwLock<()>>().write()),
        RWLOCK => forget(lock.get::<RwLock<()>>().read()),
        COND => {
            let condition = lock.get::<Condition>();
            let guard = condition.mutex.lock().unwrap();
            forget(condition.changed.wait(guard))
        }
        _ => return false,
    }
    true
}
