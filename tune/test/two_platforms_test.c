/*
 * two_platforms_test.c: one header of this machine and of another serves both
 *
 * This machine's rows come from planted measurements that carry its CPUID; the
 * other's are those of registry/genuineintel-6-85-7 under the name of a vendor
 * that no machine has. The linker puts this file's cpu_detect before the
 * library's (--wrap), so that the test says which of the two it runs on.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "policy.h"

#define OTHER_VENDOR "NobodysChips"

void __real_cpu_detect(struct cpu *cpu);
void __wrap_cpu_detect(struct cpu *cpu);

static struct cpu test_cpu;

void
__wrap_cpu_detect(struct cpu *cpu)
{
	*cpu = test_cpu;
}

/* Loads the policy as on a CPU, and tells what it says of its choice. */
static const char *
reason_on(const struct cpu *cpu)
{
	test_cpu = *cpu;
	policy_load();
	return policy_state.inputs.rows_reason;
}

static struct cpu
other_cpu(const struct cpu *own)
{
	struct cpu cpu = *own; /* it has what this machine has */

	snprintf(cpu.vendor, sizeof(cpu.vendor), OTHER_VENDOR);
	cpu.family = 6;
	cpu.model = 85;
	cpu.stepping = 7;
	return cpu;
}

int
main(void)
{
	const struct policy *row = &policy_state.uniform;
	struct cpu own, other;

	__real_cpu_detect(&own);
	other = other_cpu(&own);

	/* planted_file.c: streaming pays from 65536 bytes on one node. */
	CHECK_TEXT(reason_on(&own), "tuned for this CPU");
	CHECK(row->move.stream_min_bytes == 65536);
	CHECK(policy_state.row_count > 0); /* its nodes differ */

	CHECK_TEXT(reason_on(&other), "tuned for this CPU");
	CHECK(row->move.stream_min_bytes == 768);
	CHECK(row->set.stream_min_bytes == 1536);
	CHECK(policy_state.row_count == 0);

	other.model = 106;
	CHECK_TEXT(reason_on(&other), "tuned for a CPU of this family");
	CHECK(row->move.stream_min_bytes == 768);

	other.family = 7;
	CHECK_TEXT(reason_on(&other), "tuned header is for other CPUs");
	CHECK(row->move.stream_min_bytes == POLICY_NEVER);
	return 0;
}
