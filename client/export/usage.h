/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `oomk export`, which `oomk --help` shows, too. */
#ifndef OOMK_EXPORT_USAGE_H
#define OOMK_EXPORT_USAGE_H

#define EXPORT_PROGRAM "oomk-export"
#define EXPORT_ARGUMENTS "[--host-root DIR] [--listen ADDR:PORT] [--textfile FILE]"
#define EXPORT_HELP "serve metrics to Prometheus over HTTP, or for its node exporter in a file"

#endif /* OOMK_EXPORT_USAGE_H */
