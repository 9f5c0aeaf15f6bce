/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kill means for a container hangs on its main process. */
#ifndef OOMK_MAIN_PROCESS_H
#define OOMK_MAIN_PROCESS_H

#include "event.h"

enum main_process { MAIN_UNKNOWN, MAIN_KILLED, MAIN_LIVES };

/*
 * What became of the main process of container @id, which @event had a victim in; @tasks are those
 * of the event. It is the first one of the container's pid namespace, and takes all others with it.
 * Where that is the host's or the pod's, it is the one that was there first and came from outside:
 * what "kubectl exec" runs did so too, but later. MAIN_LIVES: it was not killed in this event.
 */
enum main_process main_process(const struct node *event, const struct node_list *tasks,
			       const char *id);

#endif /* OOMK_MAIN_PROCESS_H */
