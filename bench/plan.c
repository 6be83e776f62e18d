/*
 * plan.c: see plan.h
 */
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "flush.h"

#define SIZES(name, ...) static const size_t sizes_##name[] = {__VA_ARGS__, 0};
#include "plan.def"

/* clang-format off */
#define PLAN(name_, budget_s_, patience_s_, starts_, rounds_most_, isas_most_, \
	aligned_, unaligned_, compare_s_, compare_rounds_most_) \
	{ \
		.name = #name_, \
		.budget_s = budget_s_, \
		.patience_s = patience_s_, \
		.starts = starts_, \
		.rounds_most = rounds_most_, \
		.isas_most = isas_most_, \
		.aligned = sizes_##aligned_, \
		.unaligned = sizes_##unaligned_, \
		.compare_s = compare_s_, \
		.compare_rounds_most = compare_rounds_most_, \
	},
/* clang-format on */

static const struct plan plans[] = {
#include "plan.def"
};

const struct plan *
plan_find(const char *name)
{
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		if (strcmp(plans[i].name, name) == 0)
			return &plans[i];
	}
	return NULL;
}

static int
filter_add_size(struct plan_filter *filter, const char *word)
{
	size_t most = sizeof(filter->sizes_bytes) / sizeof(size_t) - 1;
	size_t count = 0;
	char *end;

	while (filter->sizes_bytes[count])
		count++;
	if (count == most || *word < '0' || *word > '9')
		return -EINVAL;
	errno = 0;
	filter->sizes_bytes[count] = strtoul(word, &end, 10);
	if (errno || *end || filter->sizes_bytes[count] == 0)
		return -EINVAL;
	return 0;
}

static int
filter_add(struct plan_filter *filter, const char *word)
{
	int op = op_find(word), residency = residency_find(word);
	int drain = drain_find(word);

	if (op >= 0)
		filter->ops[op] = true;
	else if (residency >= 0)
		filter->residencies[residency] = true;
	else if (drain >= 0)
		filter->drains[drain] = true;
	else
		return filter_add_size(filter, word);
	return 0;
}

/* No word given is every word given. */
static void
unrestrict(bool *allowed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (allowed[i])
			return;
	}
	memset(allowed, true, count * sizeof(*allowed));
}

int
plan_filter_parse(struct plan_filter *filter, const char *text)
{
	char *words, *rest;
	int err = 0;

	*filter = (struct plan_filter){0};
	if (text) {
		rest = words = strdup(text);
		if (!words)
			return -ENOMEM;
		for (char *word; !err && (word = strsep(&rest, ","));)
			err = filter_add(filter, word);
		free(words);
	}
	unrestrict(filter->ops, OP_COUNT);
	unrestrict(filter->residencies, RESIDENCY_COUNT);
	unrestrict(filter->drains, DRAIN_COUNT);
	return err;
}

static bool
filter_has_size(const struct plan_filter *filter, size_t size_bytes)
{
	if (!filter->sizes_bytes[0])
		return true;
	for (const size_t *s = filter->sizes_bytes; *s; s++) {
		if (*s == size_bytes)
			return true;
	}
	return false;
}

/* Appends the cells of one op and size, in every state asked for. */
static void
cells_add(struct plan_work *work, const struct plan_filter *filter, enum op op,
	size_t size_bytes, unsigned offset)
{
	for (int r = 0; r < RESIDENCY_COUNT; r++) {
		for (int d = 0; d < DRAIN_COUNT; d++) {
			if (!filter->residencies[r] || !filter->drains[d])
				continue;
			work->cells[work->cell_count++] = (struct cell){
				.op = op,
				.residency = (enum residency)r,
				.drain = (enum drain)d,
				.size_bytes = size_bytes,
				.dst_offset = offset,
				.src_offset = op == OP_MOVE ? offset : 0,
			};
		}
	}
}

static void
cells_add_sizes(struct plan_work *work, const struct plan_filter *filter,
	enum op op, const size_t *sizes_bytes, unsigned offset)
{
	for (const size_t *s = sizes_bytes; *s; s++) {
		if (filter->ops[op] && filter_has_size(filter, *s))
			cells_add(work, filter, op, *s, offset);
	}
}

static size_t
sizes_count(const size_t *sizes_bytes)
{
	size_t count = 0;

	while (sizes_bytes[count])
		count++;
	return count;
}

static int
cells_expand(struct plan_work *work, const struct plan_filter *filter,
	const size_t *aligned, const size_t *unaligned)
{
	size_t sizes = sizes_count(aligned) + sizes_count(unaligned);

	work->cells = calloc(sizes * OP_COUNT * RESIDENCY_COUNT * DRAIN_COUNT,
		sizeof(*work->cells));
	if (!work->cells)
		return -ENOMEM;
	for (int op = 0; op < OP_COUNT; op++) {
		cells_add_sizes(work, filter, (enum op)op, aligned, 0);
		/* A flush takes whole lines: an offset tells nothing new. */
		if (op != OP_FLUSH)
			cells_add_sizes(work, filter, (enum op)op, unaligned,
				PLAN_UNALIGNED_BYTES);
	}
	return 0;
}

static bool
isa_runs(enum isa isa, uint32_t features)
{
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		if (k->isa == isa && (k->needs & features) == k->needs)
			return true;
	}
	return false;
}

/* The narrowest isa that is swept. What has no cached form (MOVDIR64B, _movnti,
 * _adapt) does not count as one of the widest; where it runs it is swept beside
 * them. */
static enum isa
isa_least(const struct plan *plan, uint32_t features)
{
	unsigned left = plan->isas_most;

	for (int isa = ISA_AVX512F; left && isa > ISA_GENERIC; isa--) {
		if (isa_runs((enum isa)isa, features) && --left == 0)
			return (enum isa)isa;
	}
	return ISA_GENERIC;
}

static void
copies_add(struct plan_work *work, const struct copy_kernel *k)
{
	struct plan_variant move = {
		.isa = k->isa,
		.store = k->store,
		.flush = k->flush,
		.variant = {CALL_MOVE, {.move = k->move}, flush_fence},
	};
	struct plan_variant set = move;

	set.variant = (struct variant){CALL_SET, {.set = k->set}, flush_fence};
	work->variants[OP_MOVE][work->variant_count[OP_MOVE]++] = move;
	work->variants[OP_SET][work->variant_count[OP_SET]++] = set;
}

static void
flush_add(struct plan_work *work, const struct flush_kernel *k)
{
	work->variants[OP_FLUSH]
		      [work->variant_count[OP_FLUSH]++] = (struct plan_variant){
		.isa = ISA_GENERIC,
		.store = STORE_CACHED,
		.flush = k->flush,
		.variant = {CALL_FLUSH, {.flush = k->range}, flush_fence},
	};
}

static int
variants_expand(
	struct plan_work *work, const struct plan *plan, uint32_t features)
{
	enum isa least = isa_least(plan, features);

	for (int op = 0; op < OP_COUNT; op++) {
		work->variants[op] = calloc(
			PLAN_VARIANTS_MOST, sizeof(*work->variants[op]));
		if (!work->variants[op])
			return -ENOMEM;
	}
	for (size_t i = 0; i < copy_kernel_count; i++) {
		const struct copy_kernel *k = &copy_kernels[i];

		if (k->isa >= least && (k->needs & features) == k->needs)
			copies_add(work, k);
	}
	for (size_t i = 0; i < FLUSH_COUNT; i++) {
		const struct flush_kernel *k = &flush_kernels[i];

		if ((k->needs & features) == k->needs)
			flush_add(work, k);
	}
	return 0;
}

int
plan_expand(struct plan_work *work, const struct plan *plan, uint32_t features,
	const struct plan_filter *filter)
{
	int err;

	*work = (struct plan_work){0};
	err = cells_expand(work, filter, plan->aligned, plan->unaligned);
	if (!err)
		err = variants_expand(work, plan, features);
	if (err)
		plan_free(work);
	return err;
}

int
plan_expand_compare(struct plan_work *work, const struct plan_filter *filter)
{
	struct plan_filter copies = *filter;

	/* Re-reading costs after any library what its retained lines say. */
	copies.ops[OP_FLUSH] = copies.residencies[RESIDENCY_REREAD] = false;
	*work = (struct plan_work){0};
	return cells_expand(
		work, &copies, sizes_octaves, sizes_unaligned_octaves);
}

int
plan_add_size(struct plan_work *work, const struct plan_filter *filter,
	enum op op, size_t size_bytes)
{
	size_t most = work->cell_count + (size_t)RESIDENCY_COUNT * DRAIN_COUNT;
	struct cell *cells;

	cells = realloc(work->cells, most * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	work->cells = cells;
	cells_add(work, filter, op, size_bytes, 0);
	return 0;
}

bool
plan_cell_has(const struct cell *cell, const struct measurement *m)
{
	return m->size_bytes == cell->size_bytes && m->op == cell->op &&
	       m->residency == cell->residency && m->drain == cell->drain &&
	       m->dst_offset == cell->dst_offset &&
	       m->src_offset == cell->src_offset;
}

bool
plan_variant_has(const struct plan_variant *v, const struct measurement *m)
{
	return m->isa == v->isa && m->store == v->store && m->flush == v->flush;
}

void
plan_free(struct plan_work *work)
{
	free(work->cells);
	for (int op = 0; op < OP_COUNT; op++)
		free(work->variants[op]);
	*work = (struct plan_work){0};
}

size_t
plan_size_most(const struct plan_work *work)
{
	size_t most = 0;

	for (size_t i = 0; i < work->cell_count; i++) {
		if (work->cells[i].size_bytes > most)
			most = work->cells[i].size_bytes;
	}
	return most;
}

bool
plan_is_large(const struct cell *cell)
{
	return cell->size_bytes >= PLAN_LARGE_BYTES;
}

bool
plan_in_round(const struct cell *cell, unsigned round)
{
	return !plan_is_large(cell) || round % PLAN_LARGE_EVERY == 0;
}

double
plan_seconds(unsigned rounds, double small_s, double large_s)
{
	unsigned large = (rounds + PLAN_LARGE_EVERY - 1) / PLAN_LARGE_EVERY;

	return rounds * small_s + large * large_s;
}

unsigned
plan_rounds(double seconds, double small_s, double large_s, unsigned most)
{
	unsigned rounds = 1;

	while (rounds < most &&
		plan_seconds(rounds + 1, small_s, large_s) <= seconds)
		rounds++;
	return rounds;
}
