/*
 * figure_measured.c: what the repetitions of a sweep look like
 */
#include "figure_draft.h"

/* Plots show one thread and aligned data: how copies scale, and what a stray
 * offset costs, are matters of their own. */
#define THREADS 1

static void
nodes_group(const struct figure_maker *k, struct figure *f)
{
	snprintf(f->group, sizeof(f->group), "CPU node %u, memory node %u",
		k->cpu_node, k->mem_node);
}

static struct series_key
key_of(const struct figure_maker *k, enum op op, enum residency residency,
	enum drain drain)
{
	return (struct series_key){
		.op = op,
		.isa = ISA_GENERIC,
		.residency = residency,
		.drain = drain,
		.threads = THREADS,
		.cpu_node = k->cpu_node,
		.mem_node = k->mem_node,
	};
}

static int
flush_figure(struct figure_maker *k, enum residency residency, enum drain drain)
{
	struct figure *f = figure_begin(k, FIGURE_FLUSH);
	struct series_key key = key_of(k, OP_FLUSH, residency, drain);
	struct series s;
	int err = 0;

	snprintf(f->id, sizeof(f->id), "flush-%u-%u-%s-%s", k->cpu_node,
		k->mem_node, residency_names[residency], drain_names[drain]);
	snprintf(f->title, sizeof(f->title), "%s lines, %s",
		residency == RESIDENCY_WARM ? "Warm" : "Cold",
		drain == DRAIN_EACH ? "one drain each" : "one drain per 64");
	nodes_group(k, f);
	for (key.flush = 0; !err && key.flush < FLUSH_COUNT; key.flush++) {
		err = series_times(&s, k->measurements, &key);
		if (err)
			break;
		series_to_line_time(&s);
		err = figure_series(k, &s, flush_kernels[key.flush].name);
	}
	return figure_end(k, err);
}

static int
flush_figures(struct figure_maker *k)
{
	int err = flush_figure(k, RESIDENCY_WARM, DRAIN_EACH);

	if (!err)
		err = flush_figure(k, RESIDENCY_COLD, DRAIN_EACH);
	if (!err)
		err = flush_figure(k, RESIDENCY_WARM, DRAIN_BATCH);
	if (!err)
		err = flush_figure(k, RESIDENCY_COLD, DRAIN_BATCH);
	return err;
}

static int
crossover_figure(
	struct figure_maker *k, const struct decision *d, enum drain drain)
{
	struct figure *f = figure_begin(k, FIGURE_CROSSOVER);
	struct series_key cached = key_of(k, d->op, 0, drain), stream = cached;
	struct series s;
	int err = 0;

	cached.isa = d->own.choice.cached_isa;
	cached.store = STORE_CACHED;
	cached.flush = d->own.choice.flush;
	stream.isa = d->own.choice.stream_isa;
	stream.store = STORE_STREAM;
	stream.flush = d->own.choice.stream_flush;
	snprintf(f->id, sizeof(f->id), "crossover-%u-%u-%s-%s-%s", k->cpu_node,
		k->mem_node, domain_names[d->domain], op_names[d->op],
		drain_names[drain]);
	snprintf(f->title, sizeof(f->title), "%s, %s", op_names[d->op],
		drain == DRAIN_EACH ? "one drain each" : "one drain per 64");
	snprintf(f->group, sizeof(f->group), "CPU node %u, memory node %u: %s",
		k->cpu_node, k->mem_node, domain_names[d->domain]);
	f->marked = true;
	f->mark_bytes = d->own.choice.stream_min_bytes;
	f->mark_lo_bytes = d->has_threshold ? d->threshold_lo_bytes :
					      f->mark_bytes;
	f->mark_hi_bytes = d->has_threshold ? d->threshold_hi_bytes :
					      f->mark_bytes;
	for (int r = 0; !err && r < RESIDENCY_COUNT; r++) {
		cached.residency = stream.residency = (enum residency)r;
		err = series_ratios(&s, k->measurements, &cached, &stream);
		if (!err)
			err = figure_series(k, &s, residency_names[r]);
	}
	return figure_end(k, err);
}

static int
crossover_figures(struct figure_maker *k)
{
	int err = 0;

	for (int domain = 0; domain < DOMAIN_COUNT; domain++) {
		for (size_t i = 0; !err && i < k->decisions->count; i++) {
			const struct decision *d = &k->decisions->rows[i];

			if ((int)d->domain != domain || d->op == OP_FLUSH ||
				d->cpu_node != k->cpu_node ||
				d->mem_node != k->mem_node)
				continue;
			err = crossover_figure(k, d, DRAIN_EACH);
			if (!err)
				err = crossover_figure(k, d, DRAIN_BATCH);
		}
	}
	return err;
}

/* The widest registers that both kinds of store were measured with. */
static enum isa
widest_isa(const struct figure_maker *k, struct series_key key)
{
	bool measured[STORE_COUNT][ISA_COUNT] = {0};

	for (size_t i = 0; i < k->measurements->count; i++) {
		const struct measurement *m = &k->measurements->rows[i];

		key.isa = m->isa;
		key.store = m->store;
		key.flush = m->flush;
		measured[m->store][m->isa] |= series_key_match(&key, m);
	}
	for (int isa = ISA_COUNT - 1; isa > 0; isa--) {
		if (measured[STORE_CACHED][isa] && measured[STORE_STREAM][isa])
			return (enum isa)isa;
	}
	return ISA_GENERIC;
}

static int
throughput_series(struct figure_maker *k, struct series_key key,
	enum store store, enum flush flush)
{
	struct series s;
	char label[64];
	int err;

	key.store = store;
	key.flush = flush;
	snprintf(label, sizeof(label), "%s/%s", store_names[store],
		flush_kernels[flush].name);
	err = series_times(&s, k->measurements, &key);
	if (err)
		return err;
	series_to_throughput(&s);
	return figure_series(k, &s, label);
}

/* What is durable where: with a flush everywhere, without where it is said. */
static int
throughput_figure(struct figure_maker *k, enum op op, enum residency residency,
	enum flush flush)
{
	struct figure *f = figure_begin(k, FIGURE_THROUGHPUT);
	struct series_key key = key_of(k, op, residency, DRAIN_BATCH);
	int err;

	snprintf(f->id, sizeof(f->id), "throughput-%u-%u-%s-%s", k->cpu_node,
		k->mem_node, op_names[op], residency_names[residency]);
	key.isa = widest_isa(k, key);
	snprintf(f->title, sizeof(f->title), "%s with %s, destination %s",
		op_names[op], isa_names[key.isa],
		residency == RESIDENCY_WARM ? "in cache" : "not in cache");
	nodes_group(k, f);
	err = throughput_series(k, key, STORE_CACHED, flush);
	if (!err)
		err = throughput_series(k, key, STORE_STREAM, flush);
	if (!err)
		err = throughput_series(k, key, STORE_STREAM, FLUSH_NONE);
	if (!err)
		err = throughput_series(k, key, STORE_CACHED, FLUSH_NONE);
	return figure_end(k, err);
}

/* The flush that stays durable under adr: what was decided, or clwb. */
static enum flush
durable_flush(const struct figure_maker *k, enum op op)
{
	for (size_t i = 0; i < k->decisions->count; i++) {
		const struct decision *d = &k->decisions->rows[i];

		if (d->op == op && d->domain == DOMAIN_ADR &&
			d->cpu_node == k->cpu_node &&
			d->mem_node == k->mem_node)
			return d->own.choice.flush;
	}
	return FLUSH_CLWB;
}

static int
throughput_figures(struct figure_maker *k)
{
	int err = 0;

	for (enum op op = OP_MOVE; !err && op <= OP_SET; op++) {
		enum flush flush = durable_flush(k, op);

		err = throughput_figure(k, op, RESIDENCY_WARM, flush);
		if (!err)
			err = throughput_figure(k, op, RESIDENCY_COLD, flush);
	}
	return err;
}

int
figure_measured(struct figure_maker *k)
{
	int err = flush_figures(k);

	if (!err)
		err = crossover_figures(k);
	if (!err)
		err = throughput_figures(k);
	return err;
}
