/*
 * report_judge.c: the sentences a reader sees first, and what must not be
 * missed beside them
 */
#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "judge.h"

const char report_emulated[] =
	"The target was ordinary memory standing in for persistent memory. "
	"What instructions cost is real: stores, flushes and fences ran on "
	"this CPU. What media cost is not: a persistent DIMM or CXL device is "
	"slower and has a bandwidth of its own, which can move a threshold. "
	"Nothing here survives a power loss. Aim the run at a file on a DAX "
	"file system or at a device (--target) before relying on a threshold.";

bool
report_is_emulated(const struct report *r)
{
	const char *value = provenance_find(
		&r->measurements.provenance, "target_emulated");

	return value && (strcmp(value, "1") == 0 || strcmp(value, "yes") == 0 ||
				strcmp(value, "true") == 0);
}

const char *
report_streaming(const char *verdict)
{
	if (strcmp(verdict, "retained") == 0)
		return "stay in the cache";
	if (strcmp(verdict, "not_promised") == 0)
		return "seen to leave the cache, which is no promise";
	return verdict;
}

const char *
report_table_title(const char *table)
{
	if (strcmp(table, "equal") == 0)
		return "Equal promises";
	if (strcmp(table, "trusting") == 0)
		return "Both trusting streaming stores";
	if (strcmp(table, "eadr") == 0)
		return "Caches persistent";
	return table;
}

int
notice_add(struct notice **notices, size_t *count, bool warning,
	const char *format, ...)
{
	struct notice *more = realloc(*notices, (*count + 1) * sizeof(*more));
	va_list args;
	char *text;
	int n;

	if (!more)
		return -ENOMEM;
	*notices = more;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	more[(*count)++] = (struct notice){warning, text};
	return 0;
}

/* The row that says most: of the tuned build, else of the first library that
 * is no control; over everything, with equal promises if it was measured. */
const struct comparison *
report_headline(const struct comparisons *all)
{
	const struct comparison *best = NULL;
	int best_rank = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct comparison *c = &all->rows[i];
		int rank = 1 + 2 * (strcmp(c->lib, "tuned") == 0) +
			   (strcmp(c->table, "equal") == 0);

		if (comparison_is_overall(c) && rank > best_rank &&
			!comparison_label_is_control(c->lib) &&
			strcmp(c->lib, c->baseline) != 0) {
			best = c;
			best_rank = rank;
		}
	}
	return best;
}

static const struct comparison *
control_of(const struct comparisons *all, const char *table)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct comparison *c = &all->rows[i];

		if (comparison_is_overall(c) && strcmp(c->table, table) == 0 &&
			comparison_label_is_control(c->lib))
			return c;
	}
	return NULL;
}

/* A gain that a library shows against its own copy, too, is none. */
static const char *
comparison_words(const struct comparison *c, const struct comparison *aa)
{
	double noise_lo = aa ? fmin(aa->ratio_lo, 1) : 1;
	double noise_hi = aa ? fmax(aa->ratio_hi, 1) : 1;

	if (c->ratio_lo > noise_hi)
		return "is faster than";
	if (c->ratio_hi < noise_lo)
		return "is slower than";
	return "is not proven to differ from";
}

static int
say_comparison(struct report *r)
{
	const struct comparison *c = report_headline(&r->comparisons), *aa;
	char noise[128] = "no A/A control was measured";
	int n;

	if (!c) {
		r->verdict[0] = strdup(
			"This run compared no libraries, so no gain over "
			"another build is proven.");
		return r->verdict[0] ? 0 : -ENOMEM;
	}
	aa = control_of(&r->comparisons, c->table);
	if (aa)
		snprintf(noise, sizeof(noise), "A/A control %s to %s",
			format_ratio(aa->ratio_lo).text,
			format_ratio(aa->ratio_hi).text);
	n = asprintf(&r->verdict[0],
		"The %s library %s %s: %s its speed over all sizes and "
		"operations (95 %% interval %s to %s; %s).",
		c->lib, comparison_words(c, aa), c->baseline,
		format_ratio(c->ratio).text, format_ratio(c->ratio_lo).text,
		format_ratio(c->ratio_hi).text, noise);
	return n < 0 ? -ENOMEM : 0;
}

bool
report_is_left_out(const struct decision *d)
{
	return d->own.verdict == VERDICT_REFUSED &&
	       strcmp(d->own.reason, JUDGE_LEFT_OUT) == 0;
}

/* What a program does not do at all is not refused to it. */
static bool
is_refused(const struct decision *d)
{
	return d->own.verdict == VERDICT_REFUSED && !report_is_left_out(d);
}

static int
say_decisions(struct report *r)
{
	size_t count[VERDICT_COUNT] = {0}, left_out = 0;
	int n;

	for (size_t i = 0; i < r->decisions.count; i++) {
		const struct decision *d = &r->decisions.rows[i];

		left_out += report_is_left_out(d);
		count[d->own.verdict] += !report_is_left_out(d);
	}
	if (r->decisions.count == 0)
		n = asprintf(&r->verdict[1],
			"Nothing has been decided from these measurements.");
	else
		n = asprintf(&r->verdict[1],
			"Of %zu decisions %zu %s tuned, %zu %s the default "
			"because a gain is not proven, and %zu %s refused.",
			r->decisions.count - left_out, count[VERDICT_TUNED],
			count[VERDICT_TUNED] == 1 ? "is" : "are",
			count[VERDICT_KEPT],
			count[VERDICT_KEPT] == 1 ? "keeps" : "keep",
			count[VERDICT_REFUSED],
			count[VERDICT_REFUSED] == 1 ? "is" : "are");
	return n < 0 ? -ENOMEM : 0;
}

static int
notice_refusals(struct report *r)
{
	size_t left_out = 0;
	int err = 0;

	for (size_t i = 0; !err && i < r->decisions.count; i++) {
		const struct decision *d = &r->decisions.rows[i];

		left_out += report_is_left_out(d);
		if (is_refused(d))
			err = notice_add(&r->notices, &r->notice_count, true,
				"Refused: %s on CPU node %u, memory node %u, "
				"domain %s: %s. The default stands.",
				op_names[d->op], d->cpu_node, d->mem_node,
				domain_names[d->domain], d->own.reason);
	}
	if (!err && left_out > 0)
		err = notice_add(&r->notices, &r->notice_count, false,
			"%zu more rows keep the default: the weights leave "
			"their operations out.",
			left_out);
	return err;
}

static int
notice_platform(struct report *r)
{
	const char *verdict = provenance_find(&r->platform, "movnt_verdict");
	const char *there = provenance_find(&r->platform, "platform_id");
	const char *measured = provenance_find(
		&r->measurements.provenance, "platform_id");
	int err = 0;

	if (there && measured && strcmp(there, measured) != 0)
		err = notice_add(&r->notices, &r->notice_count, true,
			"platform.tsv is of %s, the measurements are of %s.",
			there, measured);
	if (!err && verdict && strcmp(verdict, "retained") == 0)
		err = notice_add(&r->notices, &r->notice_count, true,
			"Streaming stores stay in this CPU's cache. Where only "
			"the memory controller is persistent (ADR), a copy by "
			"streaming stores without a flush is not durable.");
	if (!err && report_is_emulated(r))
		err = notice_add(&r->notices, &r->notice_count, false, "%s",
			report_emulated);
	return err;
}

static int
notice_missing(struct report *r)
{
	int err = 0;

	if (r->decisions.count == 0)
		err = notice_add(&r->notices, &r->notice_count, true,
			"No decisions.tsv: run pmem-tune decide. Thresholds "
			"and what they are worth are not known.");
	if (!err && r->comparisons.count == 0)
		err = notice_add(&r->notices, &r->notice_count, true,
			"No compare.tsv: run pmem-bench compare. No gain is "
			"shown beside other builds.");
	if (!err && !r->header)
		err = notice_add(&r->notices, &r->notice_count, true,
			"No pmem_tuned.h: run pmem-tune emit.");
	if (!err && r->measurements.count == 0)
		err = notice_add(&r->notices, &r->notice_count, true,
			"measurements.tsv holds no repetition.");
	return err;
}

int
report_judge(struct report *r)
{
	int err = say_comparison(r);

	if (!err)
		err = say_decisions(r);
	if (!err)
		err = notice_refusals(r);
	if (!err)
		err = notice_platform(r);
	if (!err)
		err = notice_missing(r);
	return err;
}
