/*
 * machine_none.c: where no decoder is installed, nothing is emulated
 */
#include "machine.h"

uint32_t
machine_emulated(void)
{
	return 0;
}

void
machine_emulate_traps(void)
{
}
