/* SPDX-License-Identifier: BSD-2-Clause */
/* Near miss: a parent is in vfork while its child sleeps. */
#include "hang.h"

int main(void)
{
	go();
	ready("main", getpid(), NULL);
	if (vfork() == 0) {
		sleep(1000);
		_exit(0);
	}
	return 0;
}
