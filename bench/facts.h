/*
 * facts.h: what a reader of numbers must know of the machine and the build
 *
 * Keys as in platform.tsv: platform_id, cpu_*, microcode, kernel, compiler,
 * compiler_flags, git_revision, nodes, node<N>, cpus, smt, l1d_bytes,
 * l2_bytes, l3_bytes, governor, hypervisor, thp, mitigations, load, topology,
 * papi.
 * A fact that cannot be had is "unknown: why", never left out and never 0.
 */
#ifndef BENCH_FACTS_H
#define BENCH_FACTS_H

#include "platform.h"
#include "provenance.h"

/* Appends them all. 0 or -ENOMEM. */
int facts_collect(struct provenance *facts, const struct platform *p);

#endif
