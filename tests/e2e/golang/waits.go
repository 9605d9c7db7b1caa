// SPDX-License-Identifier: BSD-2-Clause

// Go's goroutines: waits SCENE.
//
// mutex  two goroutines take two mutexes in opposite order, a third keeps the runtime alive
// chan   two goroutines receive from each other's channels, beside the same third
// timer  nothing but a timer is waited for
//
// Which goroutine waits for what only its runtime knows; the threads below sleep because there is
// nothing to run. Each is a near miss: nothing may be found.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sync"
	"time"
)

func take(mine, other *sync.Mutex, both *sync.WaitGroup) {
	mine.Lock()
	both.Done()
	both.Wait()
	other.Lock()
}

func main() {
	scene := "mutex"
	if len(os.Args) > 1 {
		scene = os.Args[1]
	}
	bufio.NewReader(os.Stdin).ReadString('\n')
	switch scene {
	case "mutex":
		var left, right sync.Mutex
		var both sync.WaitGroup
		both.Add(2)
		go take(&left, &right, &both)
		go take(&right, &left, &both)
	case "chan":
		one, two := make(chan int), make(chan int)
		go func() { two <- <-one }()
		go func() { one <- <-two }()
	}
	time.Sleep(50 * time.Millisecond)
	fmt.Printf("{\"ready\": true, \"roles\": {\"main\": %d}}\n", os.Getpid())
	for {
		time.Sleep(time.Hour)
	}
}
