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

/* What became of a reading until now: the time on the CPUs left and on this
 * one, unless its counts went backwards. */
static struct steal
since(const struct steal *earlier)
{
	struct steal now;

	cpu_read(&now, earlier->cpu);
	now.left_stolen = earlier->left_stolen;
	now.left_total = earlier->left_total;
	if (now.total >= earlier->total && now.stolen >= earlier->stolen) {
		now.left_stolen += now.stolen - earlier->stolen;
		now.left_total += now.total - earlier->total;
	}
	return now;
}

void
steal_follow(struct steal *s)
{
	struct steal until = since(s);

	steal_read(s);
	s->left_stolen = until.left_stolen;
	s->left_total = until.left_total;
}

double
steal_pct(const struct steal *earlier)
{
	struct steal until = since(earlier);

	if (until.left_total < TICKS_LEAST)
		return 0;
	return 100.0 * (double)until.left_stolen / (double)until.left_total;
}
