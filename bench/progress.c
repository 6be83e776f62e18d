/*
 * progress.c: see progress.h
 */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "timing.h"

/* Five times a second moves smoothly, and costs the run nothing. */
#define REDRAW_S 0.2

#define BAR_CELLS 20

/* Fits a line of 80 columns beside bar, share and time. */
#define TEXT_BYTES 48

void
progress_open(struct progress *p, double begun_s, double done)
{
	*p = (struct progress){
		.terminal = isatty(STDERR_FILENO),
		.begun_s = begun_s,
		.done = done,
		.tenths = (int)(10 * done),
	};
}

/* "4:05", or "-:--" while nothing can be said. */
static void
time_left(char text[16], double elapsed_s, double done)
{
	double left_s = done > 0 ? elapsed_s * (1 - done) / done : -1;

	/* A day is more than any plan asks for. */
	if (left_s < 0 || left_s > 86400)
		snprintf(text, 16, "-:--");
	else
		snprintf(text, 16, "%d:%02d", (int)left_s / 60,
			(int)left_s % 60);
}

void
progress_show(struct progress *p, double done, const char *format, ...)
{
	double now_s = timing_seconds();
	char text[TEXT_BYTES], left[16], bar[BAR_CELLS + 1];
	va_list args;

	if (done > 1)
		done = 1;
	if (p->terminal ? now_s < p->drawn_s + REDRAW_S :
			  (int)(10 * done) <= p->tenths)
		return;
	p->drawn_s = now_s;
	p->done = done;
	p->tenths = (int)(10 * done);
	time_left(left, now_s - p->begun_s, done);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!p->terminal) {
		fprintf(stderr, "%3d%%  %s left  %s\n", (int)(100 * done), left,
			text);
		return;
	}
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < (int)(BAR_CELLS * done) ? '#' : '.';
	bar[BAR_CELLS] = '\0';
	fprintf(stderr, "\r[%s] %3d%% %5s left  %-*s", bar, (int)(100 * done),
		left, TEXT_BYTES - 1, text);
	fflush(stderr);
}

void
progress_wait(struct progress *p, const char *why)
{
	if (p->terminal)
		progress_show(p, p->done, "%s", why);
}

void
progress_close(struct progress *p)
{
	if (p->terminal && p->drawn_s > 0)
		fprintf(stderr, "\r\033[K");
}
