/*
 * steal.c: see steal.h
 */
#include "steal.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

/* proc(5): user nice system idle iowait irq softirq steal. Guest times follow,
 * which are part of user and nice already. */
#define FIELDS 8
#define STEAL 7

#define TICKS_LEAST 100

static void
line_parse(struct steal *now, const char *line)
{
	unsigned long long ticks[FIELDS];

	if (sscanf(line, "%llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0],
		    &ticks[1], &ticks[2], &ticks[3], &ticks[4], &ticks[5],
		    &ticks[6], &ticks[7]) != FIELDS)
		return;
	for (int i = 0; i < FIELDS; i++)
		now->total += ticks[i];
	now->stolen = ticks[STEAL];
}

static void
cpu_read(struct steal *now, unsigned cpu)
{
	FILE *f = fopen("/proc/stat", "re");
	char line[512], name[32];

	*now = (struct steal){.cpu = cpu};
	snprintf(name, sizeof(name), "cpu%u ", cpu);
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, strlen(name)) == 0) {
			line_parse(now, line + strlen(name));
			break;
		}
	}
	if (f)
		fclose(f);
}

void
steal_read(struct steal *now)
{
	int cpu = sched_getcpu();

	cpu_read(now, cpu < 0 ? 0 : (unsigned)cpu);
}

double
steal_pct(const struct steal *earlier)
{
	struct steal now;

	cpu_read(&now, earlier->cpu);
	if (now.total < earlier->total + TICKS_LEAST ||
		now.stolen < earlier->stolen)
		return 0;
	return 100.0 * (double)(now.stolen - earlier->stolen) /
	       (double)(now.total - earlier->total);
}
