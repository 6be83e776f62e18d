/*
 * model.c: bytes on their way to the persistence domain
 */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES ((size_t)8)

/* How far a byte is. A streamed byte in the cache differs from a dirty one in
 * that CLFLUSH, which orders itself against stores, starts it only. */
enum byte_state { UNTOUCHED, DIRTY, STREAMED, PENDING, PERSISTENT };

/* Bits of a line's state. */
#define LINE_RESIDENT 1U
#define LINE_STORED 2U /* since its last flush */
#define LINE_FLUSHED 4U

int
model_init(struct model *m, const char *start, size_t size_bytes)
{
	memset(m, 0, sizeof(*m));
	m->start = (uintptr_t)start;
	m->size_bytes = size_bytes;
	m->bytes = calloc(size_bytes, 1);
	m->words = calloc(size_bytes / WORD_BYTES, 1);
	m->lines = calloc(size_bytes / LINE_BYTES, 1);
	if (m->bytes && m->words && m->lines)
		return 0;
	model_free(m);
	return -ENOMEM;
}

void
model_free(struct model *m)
{
	free(m->bytes);
	free(m->words);
	free(m->lines);
	memset(m, 0, sizeof(*m));
}

void
model_begin(struct model *m, const struct model_op *op)
{
	size_t from = m->touched_min / LINE_BYTES * LINE_BYTES;
	size_t to = (m->touched_max + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;

	if (from < to) {
		memset(m->bytes + from, UNTOUCHED, to - from);
		memset(m->words + from / WORD_BYTES, 0,
			(to - from) / WORD_BYTES);
		memset(m->lines + from / LINE_BYTES, 0,
			(to - from) / LINE_BYTES);
	}
	m->touched_min = m->size_bytes;
	m->touched_max = 0;
	m->op = *op;
	m->counts = (struct model_counts){0};
	m->unfenced = 0;
	m->faults = 0;
	m->fault_addr = 0;
}

static void
fault(struct model *m, enum model_fault what, uintptr_t addr)
{
	if (!m->faults)
		m->fault_addr = addr;
	m->faults |= what;
}

static bool
in_arena(const struct model *m, uintptr_t addr, size_t n)
{
	return addr - m->start < m->size_bytes &&
	       n <= m->size_bytes - (addr - m->start);
}

static bool
within(uintptr_t addr, size_t n, const char *start, size_t len)
{
	return addr >= (uintptr_t)start && addr + n <= (uintptr_t)start + len;
}

void
model_load(struct model *m, uintptr_t addr, size_t n)
{
	if (!in_arena(m, addr, n))
		return;
	m->counts.loads++;
	if (within(addr, n, m->op.src, m->op.src ? m->op.len_bytes : 0))
		return;
	if (!m->op.looks || !within(addr, n, m->op.dest, m->op.len_bytes))
		fault(m, MODEL_READ, addr);
}

/* Notes which aligned words this store wrote whole, and finds the ones that it
 * was first to touch but wrote in part. A store wider than a word keeps words
 * whole only if it is aligned to them. */
static void
words_note(struct model *m, uintptr_t addr, size_t n)
{
	uintptr_t word = addr / WORD_BYTES * WORD_BYTES;
	bool aligned = addr % WORD_BYTES == 0;

	for (; word < addr + n; word += WORD_BYTES) {
		uint8_t *whole = &m->words[(word - m->start) / WORD_BYTES];

		if (aligned && word + WORD_BYTES <= addr + n)
			*whole = 1;
		else if (!*whole &&
			 within(word, WORD_BYTES, m->op.dest, m->op.len_bytes))
			fault(m, MODEL_TORN, word);
	}
}

static void
touch(struct model *m, size_t at, size_t n)
{
	if (at < m->touched_min)
		m->touched_min = at;
	if (at + n > m->touched_max)
		m->touched_max = at + n;
}

/* The first access to a line decides whether it was in the cache. */
static uint8_t *
line_of(struct model *m, size_t at)
{
	uint8_t *line = &m->lines[at / LINE_BYTES];

	if (!(*line & (LINE_STORED | LINE_FLUSHED)) && m->op.resident)
		*line |= LINE_RESIDENT;
	return line;
}

static enum byte_state
streamed_state(const struct model *m, uint8_t line)
{
	if (m->op.domain == DOMAIN_ADR && line & LINE_RESIDENT)
		return STREAMED;
	return PENDING;
}

/* A store of either kind: bytes of one state a line. */
static void
write_note(struct model *m, uintptr_t addr, size_t n, bool stream)
{
	size_t at = addr - m->start, end = at + n;

	if (!within(addr, n, m->op.dest, m->op.len_bytes))
		fault(m, MODEL_OUTSIDE, addr);
	if ((uintptr_t)m->op.dest % WORD_BYTES == 0)
		words_note(m, addr, n);
	touch(m, at, n);
	m->unfenced++;
	while (at < end) {
		size_t next = at / LINE_BYTES * LINE_BYTES + LINE_BYTES;
		size_t part = (next < end ? next : end) - at;
		uint8_t *line = line_of(m, at);
		enum byte_state state = PENDING;

		if (stream)
			state = streamed_state(m, *line);
		else if (m->op.domain != DOMAIN_EADR)
			state = DIRTY;
		*line |= LINE_STORED | (stream ? 0 : LINE_RESIDENT);
		memset(m->bytes + at, (int)state, part);
		at += part;
	}
}

void
model_store(struct model *m, uintptr_t addr, size_t n)
{
	if (!in_arena(m, addr, n))
		return;
	m->counts.stores++;
	write_note(m, addr, n, false);
}

void
model_stream(struct model *m, uintptr_t addr, size_t n)
{
	if (!in_arena(m, addr, n))
		return;
	m->counts.streamed_bytes += (unsigned)n;
	write_note(m, addr, n, true);
}

void
model_flush(struct model *m, enum flush flush, uintptr_t addr)
{
	size_t at = (addr - m->start) / LINE_BYTES * LINE_BYTES;
	uint8_t *line;

	if (flush == FLUSH_NONE || !in_arena(m, addr, 1))
		return;
	m->counts.flushes[flush]++;
	m->unfenced++;
	line = line_of(m, at);
	if (*line & LINE_FLUSHED)
		fault(m, MODEL_TWICE, addr);
	else if (!(*line & LINE_STORED))
		fault(m, MODEL_NEEDLESS, addr);
	*line = (uint8_t)((*line & ~LINE_STORED) | LINE_FLUSHED);
	if (flush != FLUSH_CLWB)
		*line &= (uint8_t)~LINE_RESIDENT;
	touch(m, at, LINE_BYTES);
	for (size_t i = at; i < at + LINE_BYTES; i++) {
		if (m->bytes[i] == STREAMED)
			m->bytes[i] = PENDING;
		else if (m->bytes[i] == DIRTY)
			m->bytes[i] = flush == FLUSH_CLFLUSH ? PERSISTENT :
							       PENDING;
	}
}

void
model_fence(struct model *m)
{
	m->counts.fences++;
	m->unfenced = 0;
	for (size_t i = m->touched_min; i < m->touched_max; i++)
		m->bytes[i] = m->bytes[i] == PENDING ? PERSISTENT : m->bytes[i];
}

void
model_aligned(struct model *m, uintptr_t addr, size_t align_bytes)
{
	if (addr % align_bytes)
		fault(m, MODEL_MISALIGNED, addr);
}

unsigned
model_end(struct model *m, bool durable)
{
	uintptr_t dest = (uintptr_t)m->op.dest;
	const uint8_t *state = m->bytes + (dest - m->start);
	size_t arrived = 0;

	for (size_t i = 0; i < m->op.len_bytes; i++)
		arrived += state[i] == PERSISTENT;
	for (size_t i = 0; arrived < m->op.len_bytes && i < m->op.len_bytes;
		i++) {
		if (state[i] == PERSISTENT)
			continue;
		if (state[i] == UNTOUCHED)
			fault(m, MODEL_MISSED, dest + i);
		else if (durable)
			fault(m, MODEL_LOST, dest + i);
	}
	if (durable && m->unfenced)
		fault(m, MODEL_UNFENCED, dest);
	return m->faults;
}

const char *
model_faults_text(unsigned faults, char *buf, size_t size_bytes)
{
	static const char *const names[MODEL_FAULT_COUNT] = {"lost", "missed",
		"written-outside", "read-outside", "torn", "flushed-twice",
		"flushed-needlessly", "unfenced", "misaligned"};
	size_t used = 0;

	if (size_bytes)
		buf[0] = '\0';
	for (int i = 0; i < MODEL_FAULT_COUNT && used < size_bytes; i++) {
		if (faults & 1U << i)
			used += (size_t)snprintf(buf + used, size_bytes - used,
				"%s%s", used ? " " : "", names[i]);
	}
	return buf;
}
