/*
 * wish.c: see wish.h
 */
#include "wish.h"

#include "env.h"
#include "rows.h"

static struct choice
op_choice(const struct policy *row, const struct op_policy *op)
{
	return (struct choice){
		.flush = row->flush->flush,
		.cached_isa = op->cached->isa,
		.stream_isa = op->stream->isa,
		.stream_flush = op->stream->flush,
		.stream_min_bytes = op->stream_min_bytes,
	};
}

static struct op_wish
op_wish(const struct choice *c)
{
	return (struct op_wish){c->cached_isa, c->stream_isa, c->stream_flush,
		c->stream_min_bytes};
}

static void
resolve(const struct row_wish *wish, uint32_t features,
	struct choice choices[OP_COUNT])
{
	static const struct env unset = ENV_NOTHING_SET;
	struct policy row;

	policy_resolve(&row, wish, &unset, features);
	choices[OP_MOVE] = op_choice(&row, &row.move);
	choices[OP_SET] = op_choice(&row, &row.set);
	choices[OP_FLUSH] = (struct choice){row.flush->flush, ISA_GENERIC,
		ISA_GENERIC, FLUSH_NONE, POLICY_NEVER};
}

void
wish_standard(
	enum domain domain, uint32_t features, struct choice standard[OP_COUNT])
{
	for (size_t i = 0; i < rows_default.row_count; i++) {
		if (rows_default.rows[i].domain == domain)
			resolve(&rows_default.rows[i], features, standard);
	}
}

void
wish_resolve(enum domain domain, uint32_t features, struct choice row[OP_COUNT])
{
	const struct row_wish wish = {
		.cpu_node = POLICY_ANY_NODE,
		.mem_node = POLICY_ANY_NODE,
		.domain = domain,
		.flush = row[OP_FLUSH].flush,
		.move = op_wish(&row[OP_MOVE]),
		.set = op_wish(&row[OP_SET]),
	};

	resolve(&wish, features, row);
}
