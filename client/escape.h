/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of processes and cgroups are chosen by whoever made them, and may hold
 * anything. This is the edge where they are made harmless.
 */
#ifndef OOMK_ESCAPE_H
#define OOMK_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Length of the valid UTF-8 sequence at @data, and its code point; 0 when
 * there is none.
 */
size_t utf8_next(const unsigned char *data, size_t len, uint32_t *code);

/*
 * True for code points that steer a terminal or mislead the eye: control
 * characters, line separators, zero-width and bidirectional controls, tags.
 */
bool code_unsafe(uint32_t code);

/*
 * Writes @data so that it is one line of printable text: bytes of unsafe code
 * points and bytes that are not UTF-8 become \xHH, a backslash becomes \\.
 */
void escape_write(FILE *out, const unsigned char *data, size_t len);

/* True when all of @data is valid UTF-8. */
bool utf8_valid(const unsigned char *data, size_t len);

/*
 * Writes @data as valid UTF-8: bytes that are not, and code points of which @unwanted is true,
 * become the replacement character. NULL: all are wanted.
 */
void utf8_write(FILE *out, const unsigned char *data, size_t len, bool (*unwanted)(uint32_t code));

#endif /* OOMK_ESCAPE_H */
