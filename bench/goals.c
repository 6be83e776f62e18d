/*
 * goals.c: see goals.h
 */
#include "goals.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static double
judged(const struct goal *g)
{
	bool high = g->judge == GOAL_BY_INTERVAL ? g->at_most : !g->at_most;

	if (g->judge == GOAL_BY_VALUE || isnan(g->value.low))
		return g->value.middle;
	return high ? g->value.high : g->value.low;
}

bool
goal_is_met(const struct goal *g)
{
	return g->at_most ? judged(g) <= g->target : judged(g) >= g->target;
}

void
goal_tell(struct goal *g, const char *format, ...)
{
	size_t used = strlen(g->evidence);
	va_list args;

	va_start(args, format);
	vsnprintf(g->evidence + used, sizeof(g->evidence) - used, format, args);
	va_end(args);
}

void
goals_header(FILE *out)
{
	fprintf(out, "goal\tunit\ttarget\tvalue\tlo\thi\tmet\tevidence\n");
}

static const char *
verdict(const struct goal *g)
{
	if (!g->measured)
		return "unknown";
	return goal_is_met(g) ? "met" : "not met";
}

static void
number_write(bool known, double n, FILE *out)
{
	if (known)
		fprintf(out, "\t%.3f", n);
	else
		fprintf(out, "\t-");
}

void
goal_write(const struct goal *g, FILE *out)
{
	bool ranges = g->measured && !isnan(g->value.low);

	fprintf(out, "%s\t%s\t%s %g", g->about, g->unit,
		g->at_most ? "<=" : ">=", g->target);
	number_write(g->measured, g->value.middle, out);
	number_write(ranges, g->value.low, out);
	number_write(ranges, g->value.high, out);
	fprintf(out, "\t%s\t%s\n", verdict(g), g->evidence);
}
