/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of containers that Podman's storage keeps as JSON: which id has which name. */
#ifndef OOMK_PODMAN_LIST_H
#define OOMK_PODMAN_LIST_H

/*
 * Calls @see with @arg for each container of the list, which is the open file @fd.
 * Of what is no list, or too long for one, nothing is seen.
 */
void podman_list_read(int fd, void (*see)(void *arg, const char *id, const char *name), void *arg);

#endif /* OOMK_PODMAN_LIST_H */
