/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's parameters, fixed at load and shown in /sys/module/oomk/parameters. */
#ifndef OOMK_PARAMS_H
#define OOMK_PARAMS_H

/**
 * struct oomk_params - the parameters
 * @store_kb: memory for events (KiB)
 * @max_tasks: tasks per event, and victims
 * @max_cgroups: cgroups per event
 * @stuck_ms: after this time a victim that is still alive is reported (ms)
 */
struct oomk_params {
	unsigned int store_kb;
	unsigned int max_tasks;
	unsigned int max_cgroups;
	unsigned int stuck_ms;
};

extern struct oomk_params oomk_params;

#endif /* OOMK_PARAMS_H */
