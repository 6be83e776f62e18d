/*
 * planted_file.c: writes planted measurements of this very CPU, two pairs of
 * nodes, so that a library can be built with what they lead to
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cpu.h"
#include "planted.h"

static void
facts_add(struct provenance *p)
{
	struct cpu cpu;
	char features[100] = "";
	size_t len = 0;

	cpu_detect(&cpu);
	for (uint32_t bit = CPU_SSE2; bit <= CPU_CLWB; bit <<= 1) {
		if (cpu.features & bit)
			len += (size_t)snprintf(features + len,
				sizeof(features) - len, "%s%s", len ? " " : "",
				cpu_feature_name((enum cpu_feature)bit));
	}
	CHECK(provenance_add(p, "schema", MEASUREMENT_SCHEMA) == 0);
	CHECK(provenance_add(p, "platform_id",
		      "planted \"\\\" */ ?"
		      "?/") == 0);
	CHECK(provenance_add(p, "cpu_vendor", cpu.vendor) == 0);
	CHECK(provenance_addf(p, "cpu_family", "%u", cpu.family) == 0);
	CHECK(provenance_addf(p, "cpu_model", "%u", cpu.model) == 0);
	CHECK(provenance_addf(p, "cpu_stepping", "%u", cpu.stepping) == 0);
	CHECK(provenance_add(p, "cpu_features", features) == 0);
	CHECK(provenance_add(p, "movnt_verdict", "retained") == 0);
}

/* The widest isa there is, so that the plant holds the default's kernels. */
static enum isa
widest_isa(void)
{
	struct cpu cpu;

	cpu_detect(&cpu);
	if (cpu.features & CPU_AVX512F)
		return ISA_AVX512F;
	return cpu.features & CPU_AVX ? ISA_AVX : ISA_SSE2;
}

int
main(int argc, char **argv)
{
	struct plant p = planted_usual;
	struct measurements all = {0};
	struct measurement_writer w;
	struct provenance facts = {0};

	CHECK(argc == 2);
	p.isa = widest_isa();
	p.repetitions = 5;
	planted_add(&all, &p, 1);
	p.mem_node = 1;
	p.stream_from_bytes = 65536;
	planted_add(&all, &p, 2);
	facts_add(&facts);
	CHECK(remove(argv[1]) == 0 || errno == ENOENT);
	CHECK(measurement_create(&w, argv[1], &facts) == 0);
	CHECK(measurement_write(&w, all.rows, all.count) == 0);
	CHECK(measurement_close(&w) == 0);
	provenance_free(&facts);
	measurements_free(&all);
	return 0;
}
