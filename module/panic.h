/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OOMK_PANIC_H
#define OOMK_PANIC_H

#include <linux/seq_file.h>

#include "capture.h"

void oomk_panic_text(struct seq_file *m, const struct oomk_capture *c);
void oomk_panic_print(const struct oomk_capture *c);

#endif /* OOMK_PANIC_H */
