/*
 * goals_scene.c: see goals_scene.h
 */
#include "goals_scene.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "cpu.h"

static const char *description_now;

static size_t
describe(char *buf, size_t size_bytes)
{
	return (size_t)snprintf(buf, size_bytes, "%s", description_now);
}

static void
libs_open(struct compare_libs *libs)
{
	static const char *const labels[SCENE_LIBS] = {
		"stock", "tuned", "debian", "libc", "a/a"};

	*libs = (struct compare_libs){
		.lib_count = SCENE_LIBS,
		.tables = compare_tables,
		.table_count = COMPARE_TABLES_MOST,
		.has_candidates = true,
		.features = CPU_SSE2 | CPU_AVX | CPU_CLFLUSH | CPU_CLFLUSHOPT |
			    CPU_CLWB,
	};
	for (size_t l = 0; l < SCENE_LIBS; l++) {
		snprintf(libs->libs[l].label, sizeof(libs->libs[l].label), "%s",
			labels[l]);
		libs->libs[l].ours = l != SCENE_PEER && l != SCENE_LIBC;
	}
	for (size_t n = 0; n < libs->table_count * libs->lib_count; n++) {
		size_t l = n % libs->lib_count;

		libs->instances[n].table = &libs->tables[n / libs->lib_count];
		libs->instances[n].lib = &libs->libs[l];
		if (l == SCENE_TUNED)
			libs->instances[n].library.describe = describe;
	}
	libs->instance_count = compare_candidates_list(libs);
	CHECK(libs->peer == SCENE_PEER && libs->libc == SCENE_LIBC);
}

void
scene_plant(struct compare_run *run, size_t cell, size_t instance,
	unsigned from, unsigned to, double ns)
{
	size_t line = cell * run->libs->instance_count + instance;

	for (unsigned i = from; i < to; i++) {
		double drift = 1 + 0.3 * (i % 4);
		int noise = (int)((instance * 3 + (size_t)5 * i) % 7) - 3;

		run->ns[line * run->rounds_most + i] = ns * drift *
						       (1 + 0.001 * noise);
	}
}

void
scene_open(struct scene *s, const struct cell *cells, size_t count,
	const char *description)
{
	*s = (struct scene){0};
	libs_open(&s->libs);
	s->run = (struct compare_run){
		.libs = &s->libs,
		.work.cells = calloc(count, sizeof(*cells)),
		.work.cell_count = count,
		.cpu_node = SCENE_NODE,
		.seed = 1,
		.rounds_most = SCENE_ROUNDS,
	};
	CHECK(s->run.work.cells && compare_run_open(&s->run) == 0);
	memcpy(s->run.work.cells, cells, count * sizeof(*cells));
	for (size_t c = 0; c < count; c++) {
		for (size_t i = 0; i < s->libs.instance_count; i++)
			scene_plant(&s->run, c, i, 0, SCENE_ROUNDS, 100);
	}
	description_now = description ?
				  description :
				  "row\tcpu node any, memory node any\t"
				  "flush clwb\t"
				  "move avx/cached/clwb, never sse2/stream/clwb"
				  "\tset avx/cached/clwb, never "
				  "sse2/stream/clwb\n";
}

void
scene_choose(struct scene *s)
{
	s->run.rounds = SCENE_CHOOSING;
	compare_choose(&s->run);
	for (size_t c = 0; c < s->run.work.cell_count; c++) {
		for (size_t i = 0; i < s->libs.instance_count; i++) {
			if (!*compare_wanted(&s->run, c, i))
				scene_plant(&s->run, c, i, SCENE_CHOOSING,
					SCENE_ROUNDS, NAN);
		}
	}
	s->run.rounds = SCENE_ROUNDS;
	CHECK(compare_goals_doubt(&s->run, &s->again) == 0);
}

void
scene_write(struct scene *s)
{
	size_t size_bytes;
	FILE *out = open_memstream(&s->text, &size_bytes);

	CHECK(out);
	CHECK(compare_goals_write(&s->run, &s->again, out) == 0);
	CHECK(fclose(out) == 0);
}

void
scene_close(struct scene *s)
{
	compare_run_free(&s->run);
	compare_run_free(&s->again);
	plan_free(&s->run.work);
	plan_free(&s->again.work);
	free(s->text);
}

size_t
scene_lib(const struct scene *s, enum domain domain, enum scene_lib lib)
{
	return compare_instance(&s->libs, domain, lib);
}

size_t
scene_kernel(const struct scene *s, const char *name)
{
	size_t i = compare_kernels_from(&s->libs);

	while (i < s->libs.instance_count &&
		strcmp(s->libs.instances[i].kernel->name, name) != 0)
		i++;
	CHECK(i < s->libs.instance_count, "%s", name);
	return i;
}

size_t
scene_setting(const struct scene *s, const char *label)
{
	size_t i = 0;

	while (i < s->libs.setting_count &&
		strcmp(s->libs.settings[i].label, label) != 0)
		i++;
	CHECK(i < s->libs.setting_count, "%s", label);
	return compare_settings_from(&s->libs) + i;
}

struct row {
	char unit[8], value[16], met[16], evidence[800];
};

static struct row
row_of(const struct scene *s, const char *goal)
{
	size_t goal_bytes = strlen(goal);
	const char *line = s->text;
	struct row row;

	while (strncmp(line, goal, goal_bytes) != 0 ||
		line[goal_bytes] != '\t') {
		line = strchr(line, '\n');
		CHECK(line, "%s", goal);
		line++;
	}
	CHECK(sscanf(line,
		      "%*[^\t]\t%7[^\t]\t%*[^\t]\t%15[^\t]\t%*[^\t]\t%*[^\t]"
		      "\t%15[^\t]\t%799[^\n]",
		      row.unit, row.value, row.met, row.evidence) == 4,
		"%s", goal);
	return row;
}

void
scene_expect(const struct scene *s, const char *goal, double value,
	const char *met, const char *evidence)
{
	struct row row = row_of(s, goal);
	double unit = strcmp(row.unit, "%") == 0 ? 100 : 1;

	if (isnan(value))
		CHECK(strcmp(row.value, "-") == 0, "%s: %s", goal, row.value);
	else
		CHECK(fabs(strtod(row.value, NULL) - value) < 0.01 * unit,
			"%s: %s", goal, row.value);
	CHECK(strcmp(row.met, met) == 0, "%s: %s", goal, row.met);
	CHECK(strstr(row.evidence, evidence), "%s: %s, not %s", goal,
		row.evidence, evidence);
}
