/*
 * embed.h: files that are compiled into pmem-tune, NUL-terminated, so that the
 * program works wherever it is copied to
 */
#ifndef TUNE_EMBED_H
#define TUNE_EMBED_H

extern const char embed_common_gp[]; /* scripts/common.gp */
extern const char embed_amount_gp[]; /* scripts/amount.gp */
extern const char embed_ratio_gp[]; /* scripts/ratio.gp */
extern const char embed_plot_css[]; /* tune/plot.css */
extern const char embed_page_css[]; /* tune/page.css */

#endif
