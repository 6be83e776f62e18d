/*
 * gbench.cc: google-benchmark behind a C interface; see gbench.h
 */
#include "gbench.h"

#include <benchmark/benchmark.h>

void
gbench_context(const char *key, const char *value)
{
	benchmark::AddCustomContext(key, value);
}

static void
case_time(benchmark::State &state, const gbench_case &c)
{
	for (auto _ : state)
		c.run(&c);
	state.SetBytesProcessed(
		static_cast<int64_t>(state.iterations() * c.bytes));
}

void
gbench_register(const struct gbench_case *c)
{
	const gbench_case copy = *c;

	benchmark::RegisterBenchmark(c->name,
		[copy](benchmark::State &state) { case_time(state, copy); });
}

int
gbench_run(int argc, char **argv, const char **unknown)
{
	benchmark::Initialize(&argc, argv);
	if (argc > 1) {
		*unknown = argv[1];
		return -1;
	}
	benchmark::RunSpecifiedBenchmarks();
	benchmark::Shutdown();
	return 0;
}
