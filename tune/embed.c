/*
 * embed.c: see embed.h
 *
 * CMake gives the paths and rebuilds this file when one of them changes.
 */
#include "embed.h"

#define EMBED(name, path) \
	__asm__(".pushsection .rodata\n" \
		"	.globl embed_" #name "\n" \
		"embed_" #name ":\n" \
		"	.incbin \"" path "\"\n" \
		"	.byte 0\n" \
		"	.popsection\n")

EMBED(common_gp, SCRIPTS_DIR "/common.gp");
EMBED(amount_gp, SCRIPTS_DIR "/amount.gp");
EMBED(ratio_gp, SCRIPTS_DIR "/ratio.gp");
EMBED(plot_css, TUNE_DIR "/plot.css");
EMBED(page_css, TUNE_DIR "/page.css");
