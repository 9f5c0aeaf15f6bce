/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which format a client wants, by the header Accept of its request. */
#ifndef OOMK_ACCEPT_H
#define OOMK_ACCEPT_H

#include "print_metrics.h"

/*
 * OpenMetrics when @accept, which may be NULL, names it and prefers nothing to it, else the format
 * that everyone reads.
 */
enum metrics_format accept_format(const char *accept);

#endif /* OOMK_ACCEPT_H */
