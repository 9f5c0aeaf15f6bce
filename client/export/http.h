/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serves the metrics over HTTP, with no thread of its own: the caller polls. */
#ifndef OOMK_HTTP_H
#define OOMK_HTTP_H

#include "print_metrics.h"

struct http;

/*
 * Listens on @address, "[ADDR:]PORT", and answers with what @page returns, as metrics_page() does.
 * NULL when it cannot; why has been printed.
 */
struct http *http_start(const char *address,
			char *(*page)(void *arg, enum metrics_format format, size_t *len),
			void *arg);
void http_stop(struct http *http);

/* Readable when http_run() is wanted, and that at the latest after so many milliseconds, or -1. */
int http_fd(const struct http *http);
int http_timeout(const struct http *http);
void http_run(struct http *http);

#endif /* OOMK_HTTP_H */
